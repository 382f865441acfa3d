"""One run at a time for each listing and login, whatever the command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playlist_builder.errors import ServiceError
from playlist_builder.store.files import private_directory

LONGEST_RUN_S = 1800  # what a second run waits for the first


@contextmanager
def alone(directory: Path, name: str, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Within it no other run touches the listing's playlist. `directory`: the login's own; `on_wait` is told if another
    run has to be waited for. Raises `ServiceError` after LONGEST_RUN_S."""
    import filelock

    lock = filelock.FileLock(private_directory(directory / "running") / f"{name}.lock", mode=0o600)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        on_wait()
        try:
            lock.acquire(timeout=LONGEST_RUN_S)
        except filelock.Timeout:
            raise ServiceError(f"Another run has been busy with {name} for {LONGEST_RUN_S // 60} minutes.") from None
    try:
        yield
    finally:
        lock.release()
