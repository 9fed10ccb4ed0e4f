"""Imports the application once and forks a serving process group for every line it reads; prints each group's number.

`python -m tests.torture.nursery FD`: FD is the listening socket. It never opens the database itself.
"""

# ruff: noqa: T201 - a program that is run by another and answers on standard output

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys

from werkzeug.serving import WSGIRequestHandler, make_server

WORKERS = 2
PR_SET_PDEATHSIG = 1


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        return


def live(app: object, descriptor: int, told: int) -> None:
    """The life of one group: two workers on one socket, until killed."""
    os.setsid()
    _end_with_parent()
    os.write(told, b"1")
    os.close(told)
    # What workers print is nobody's protocol: standard output belongs to the nursery.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for _worker in range(WORKERS - 1):
        if os.fork() == 0:
            _end_with_parent()
            break
    listener = socket.socket(fileno=os.dup(descriptor))
    host, port = listener.getsockname()[:2]
    make_server(host, port, app, threaded=True, request_handler=Quiet, fd=listener.detach()).serve_forever()


def _end_with_parent() -> None:
    """A killed test run leaves no server behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def main(descriptor: int) -> None:
    # Children are killed, not waited for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    from wsgi import app

    for _line in sys.stdin:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            try:
                live(app, descriptor, writing)
            finally:
                os._exit(1)
        os.close(writing)
        # Not before the child leads its own group.
        os.read(reading, 1)
        os.close(reading)
        print(child, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
