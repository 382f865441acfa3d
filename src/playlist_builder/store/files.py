"""Files that must survive a kill at any instruction: private directories, replacement in one step."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def private_directory(path: Path) -> Path:
    """`path`, made if needed, readable by its owner alone (0700) where the system knows modes."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(OSError):
        if path.stat().st_mode & 0o077:
            path.chmod(0o700)
    return path


def replace_file(path: Path, content: bytes, *, mode: int | None = None) -> None:
    """Makes `path` hold `content`, or leaves it as it was: written beside, flushed to disk, renamed over.

    A symbolic link is followed, so that a listing kept elsewhere stays there. `mode` defaults to that of the file that
    was there, else 0644. Raises `OSError` (a full disk, say), leaving no temporary file behind.
    """
    path = Path(os.path.realpath(path))
    if mode is None:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.", suffix=".new")
    except OSError as error:
        error.filename = str(path)  # nobody knows the temporary file
        raise
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    """Flushes a rename to disk where the system lets a directory be opened (not on Windows)."""
    with contextlib.suppress(OSError):
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
