"""The database of a checkout without DATABASE_URL: a PostgreSQL server that lives while somebody uses it.

Every process that uses it holds a shared lock on `users.lock`; the kernel drops the lock of a killed process.
A guard waits for the last one and stops the server: by dying nobody keeps it alive or stops it under another.
"""

import fcntl
import hashlib
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from credicys.cluster import HOST, SUPERUSER, Cluster, PostgresUnavailable, alone, open_lock, post_guard

__all__ = ["PostgresUnavailable", "Server", "ensure_running", "is_running", "release"]

DATABASE = "credicys"
LOGINS = ("app_login", "app_migrator", "app_backup")
ROLES = Path(__file__).with_name("roles.sql")
_held: dict[Path, int] = {}


@dataclass(frozen=True)
class Server:
    """Where the server listens, and one address per log-in, passwords included."""

    host: str
    port: int
    app_url: str
    migrator_url: str
    backup_url: str
    admin_url: str


def ensure_running(root: Path) -> Server:
    """A server with roles and database below `root`, started if need be; ours until `release()` or our end.

    Any number of processes may call it at once. PostgresUnavailable, in French, when it cannot serve.
    """
    root = root.resolve()
    try:
        root.mkdir(parents=True, exist_ok=True)
        with alone(root / "start.lock"):
            return _serve(root)
    except OSError as error:
        release(root)
        raise PostgresUnavailable(
            f"La base de {root} n’est pas utilisable : {error}. "
            "Lancez le programme sous le compte qui l’a créée, ou indiquez un serveur dans DATABASE_URL."
        ) from error
    except PostgresUnavailable:
        release(root)
        raise


def is_running(root: Path) -> bool:
    """Whether the server below `root` accepts connections; cheap, starts nothing."""
    return Cluster(root).port() is not None


def release(root: Path | None = None) -> None:
    """We no longer use the server (of `root`, or any): it stops when nobody else does."""
    for path in [root.resolve()] if root else list(_held):
        if (descriptor := _held.pop(path, None)) is not None:
            os.close(descriptor)


def _serve(root: Path) -> Server:
    if root not in _held:
        _held[root] = open_lock(root / "users.lock")
        fcntl.flock(_held[root], fcntl.LOCK_SH)
    post_guard(root)
    cluster = Cluster(root)
    passwords = _passwords(root, cluster)
    if not cluster.data.exists():
        cluster.create(passwords[SUPERUSER])
    server = _server(cluster.port() or cluster.start(), passwords)
    _prepare(root, server, passwords)
    return server


def _server(port: int, passwords: dict[str, str]) -> Server:
    urls = {name: f"postgresql://{name}:{secret}@{HOST}:{port}/{DATABASE}" for name, secret in passwords.items()}
    return Server(HOST, port, urls["app_login"], urls["app_migrator"], urls["app_backup"], urls[SUPERUSER])


def _passwords(root: Path, cluster: Cluster) -> dict[str, str]:
    path = root / "passwords.json"
    if not path.exists():
        if cluster.data.exists():
            raise PostgresUnavailable(f"{path} manque : remettez ce fichier, ou supprimez {root} (et ses données).")
        _write_private(path, json.dumps({name: secrets.token_urlsafe(24) for name in (SUPERUSER, *LOGINS)}))
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise PostgresUnavailable(f"{path} est illisible : remettez une copie de ce fichier.") from error


def _write_private(path: Path, text: str) -> None:
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        os.fsync(file.fileno())
    draft.rename(path)


def _prepare(root: Path, server: Server, passwords: dict[str, str]) -> None:
    """Database and roles, at first start and whenever `roles.sql` has changed."""
    script, stamp = ROLES.read_text(encoding="utf-8"), root / "roles.sha256"
    digest = hashlib.sha256(script.encode()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == digest:
        return
    try:
        _create_database(server)
        _apply_roles(server, script, passwords)
    except psycopg.Error as error:
        raise PostgresUnavailable(f"Les rôles de la base ne peuvent pas être créés : {error}") from error
    stamp.write_text(digest, encoding="ascii")


def _create_database(server: Server) -> None:
    with psycopg.connect(server.admin_url, dbname=SUPERUSER, autocommit=True) as connection:
        known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if known is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _apply_roles(server: Server, script: str, passwords: dict[str, str]) -> None:
    with psycopg.connect(server.admin_url) as connection:
        for name in LOGINS:
            connection.execute("SELECT set_config(%s, %s, true)", [f"credicys.{name}", passwords[name]])
        connection.execute(script.encode())
