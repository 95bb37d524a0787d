import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from credicys import postgres
from tests.house.programs import processes_about, soon


@pytest.fixture
def root() -> Iterator[Path]:
    """A folder for a server of this test alone, which is gone afterwards with its processes."""
    yield from _folder()


@pytest.fixture(scope="module")
def shared_root() -> Iterator[Path]:
    """The same for the tests of a file that leave the server as they found it."""
    yield from _folder()


def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="credicys-"))
    folder.chmod(0o755)
    yield folder / "postgres"
    postgres.release(folder / "postgres")
    soon(lambda: not processes_about(str(folder)), seconds=30)
    survivors = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in processes_about(str(folder))]
    shutil.rmtree(folder)
    assert survivors == [], "the server outlived its users"
