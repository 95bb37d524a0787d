"""A broker for a machine of one's own: redis-server where there is one, else a Redis that lives in Python.

Memory only: whatever is in it may be lost at any moment, because the work that is due stands in the database.
"""

import argparse
import os
import shutil
import socket

from fakeredis import TcpFakeServer

HOST = "127.0.0.1"


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def serve(port: int) -> None:
    """Speaks Redis on the port until the process is ended; a redis-server takes this process over."""
    if program := shutil.which("redis-server"):
        os.execv(program, [program, "--port", str(port), "--bind", HOST, "--save", "", "--appendonly", "no"])  # noqa: S606
    with TcpFakeServer((HOST, port)) as server:
        server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=serve.__doc__)
    parser.add_argument("--port", type=int, required=True)
    serve(parser.parse_args().port)
