"""Programs that run together, come back when they die and never outlive their supervisor."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.core.management import CommandError

from credicys.broker import free_port
from credicys.management.commands.demo import refuse_production, refuse_taken_port
from credicys.supervisor import reap
from tests.house.programs import CHECKOUT, first_line, kill, processes_about, soon

HOUSE = """
import sys
from pathlib import Path
from credicys.supervisor import Program, StopAsked, Supervisor
mark, *scripts = sys.argv[1:]
try:
    with Supervisor({"COLOUR": "blue"}, Path.cwd()) as house:
        for rank, script in enumerate(scripts):
            house.launch(Program(f"p{rank}", (sys.executable, "-I", "-S", "-c", script, mark), rank))
        house.run(until=lambda: False)
except StopAsked:
    print("over", flush=True)
"""
SLEEPER = "import time; print('here', flush=True); time.sleep(600)"
DEAF = (
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "subprocess.Popen([sys.executable, '-I', '-S', '-c', 'import time; time.sleep(600)', sys.argv[1]])\n"
    "print('here', flush=True); time.sleep(600)"
)
DYING = (
    "import os, subprocess, sys; print(os.environ['COLOUR'], flush=True)\n"
    "subprocess.Popen([sys.executable, '-I', '-S', '-c', 'import time; time.sleep(600)', sys.argv[1]])\n"
    "sys.exit(3)"
)
FAREWELL = (
    "import os, signal, sys, time\n"
    "signal.signal(signal.SIGTERM, lambda *_: (os.write(1, b'bye\\n'), sys.exit()))\n"
    "print('here', flush=True); time.sleep(600)"
)


@pytest.fixture
def mark(tmp_path) -> Iterator[str]:
    """A word in the command line of every program of this test."""
    yield str(tmp_path)
    assert soon(lambda: not processes_about(str(tmp_path)), 1)


def house(mark: str, *scripts: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", HOUSE, mark, *scripts],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def programs(mark: str, supervisor: "subprocess.Popen[str]") -> list[int]:
    return [pid for pid in processes_about(mark) if pid != supervisor.pid]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_stop_it_stops_all_and_the_foundation_last(mark, number):
    supervisor = house(mark, FAREWELL, FAREWELL)
    assert {first_line(supervisor), first_line(supervisor)} == {"p0     | here", "p1     | here"}
    supervisor.send_signal(number)
    assert supervisor.communicate()[0].splitlines() == ["p1     | bye", "p0     | bye", "over"]
    assert supervisor.returncode == 0


@pytest.mark.faults
def test_killed_it_leaves_nothing_behind_not_even_the_deaf_and_their_children(mark):
    supervisor = house(mark, SLEEPER, DEAF)
    first_line(supervisor), first_line(supervisor)
    assert soon(lambda: len(programs(mark, supervisor)) == 3)
    kill(supervisor)
    assert soon(lambda: not processes_about(mark), seconds=15)


@pytest.mark.faults
def test_the_deaf_are_killed_after_ten_seconds(mark):
    supervisor = house(mark, DEAF)
    first_line(supervisor)
    supervisor.terminate()
    assert supervisor.communicate()[0].splitlines() == ["over"]


@pytest.mark.faults
def test_the_dead_come_back_later_and_later_and_their_own_children_go(mark):
    supervisor = house(mark, DYING)
    lines = [first_line(supervisor) for _ in range(4)]
    assert lines == [
        "p0     | blue",
        "p0 s’est arrêté (code 3) ; relance dans 2 s.",
        "p0     | blue",
        "p0 s’est arrêté (code 3) ; relance dans 4 s.",
    ]
    assert soon(lambda: not programs(mark, supervisor), 2)
    supervisor.terminate()
    supervisor.communicate()


def test_a_program_that_cannot_be_found_is_a_clear_error(mark):
    script = HOUSE.replace("sys.executable, ", '"/no/such/program", ')
    done = subprocess.run([sys.executable, "-c", script, mark, ""], cwd=CHECKOUT, capture_output=True, text=True)
    assert "/no/such/program" in done.stderr


def test_the_reaper_forgets_what_has_ended():
    sleeper = subprocess.Popen(["sleep", "60"], start_new_session=True)
    reap([f"+{sleeper.pid} 1\n", f"-{sleeper.pid} 1\n"])
    assert sleeper.poll() is None
    reap([f"+{sleeper.pid} 1\n"])
    assert sleeper.wait() == -signal.SIGTERM


def test_a_taken_port_is_refused_with_a_sentence():
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        port = squatter.getsockname()[1]
        with pytest.raises(CommandError, match=f"Le port {port} est déjà pris"):
            refuse_taken_port(port)
    refuse_taken_port(port)


def test_a_port_that_does_not_exist_is_refused_with_a_sentence():
    with pytest.raises(CommandError, match="interdit"):
        refuse_taken_port(70_000)


def test_the_demo_is_refused_beside_a_production_database(monkeypatch, settings):
    settings.DEBUG = False
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/real")
    with pytest.raises(CommandError, match="production"):
        refuse_production()


@pytest.mark.faults
def test_the_broker_of_the_machine_carries_a_list_and_a_script():
    redis = pytest.importorskip("redis")
    port = free_port()
    program = subprocess.Popen([sys.executable, "-m", "credicys.broker", "--port", str(port)], cwd=CHECKOUT)
    client = redis.Redis(port=port, socket_connect_timeout=1)

    def answers() -> bool:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False

    assert soon(answers)
    client.rpush("queue", "work")
    assert client.eval("return redis.call('lpop', 'queue')", 0) == b"work"
    client.close()
    program.terminate()
    assert program.wait() in (0, -signal.SIGTERM)
