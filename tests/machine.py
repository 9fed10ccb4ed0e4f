"""What this machine offers to tests beyond Python: a browser, outside sample data, a fast place for databases."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

GIGABYTE = 1024**3
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """The browser that browser tests drive: GUANYUN_CHROMIUM, or the first one on the path."""
    named = os.environ.get("GUANYUN_CHROMIUM")
    if named:
        return named if Path(named).is_file() else None
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def shared_data() -> Path | None:
    """The folder of outside sample data, if GUANYUN_SHARED_DATA names one that exists."""
    named = os.environ.get("GUANYUN_SHARED_DATA")
    return Path(named) if named and Path(named).is_dir() else None


def fast_folder() -> Path:
    """A new folder for databases, in memory where there is room: copying one is 20 times faster there than on a disk.

    Its path is short, because the path of a socket inside may have about 100 characters.
    """
    memory = Path("/dev/shm")  # noqa: S108
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > GIGABYTE
    return Path(tempfile.mkdtemp(prefix="gy", dir=memory if roomy else None))
