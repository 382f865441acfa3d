"""The log of unattended runs: a few files that replace each other, private, and without a secret in them."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from playlist_builder.report.text import clean
from playlist_builder.store.files import private_directory

FILE_NAME = "unattended.log"
MAX_BYTES = 256 * 1024
KEPT = 3  # older files

_MASKS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 ***"),
    (
        re.compile(
            r"""(?ix)(["']?\b(?:access_token|refresh_token|client_secret|code_verifier|code|state|token|password|api_?key
            |PLAYLIST_TOKEN|PLAYLIST_NOTIFY)\b["']?\s*[=:]\s*["']?)[^\s"'&,}]{4,}"""
        ),
        r"\1***",
    ),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/@]+@"), r"\1***@"),
)


def masked(text: str, secrets: Sequence[str] = ()) -> str:
    """`text` without `secrets`, and without anything that looks like a token or a password in an address."""
    for secret in secrets:
        if len(secret) >= 4:
            text = text.replace(secret, "***")
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    return text


class MaskingFormatter(logging.Formatter):
    """Masks the finished line, traceback included, and leaves no control character in it."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        super().__init__("%(asctime)s %(process)d %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S%z")
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        return clean(masked(super().format(record), self._secrets), newlines=True)


class PrivateRotatingFile(RotatingFileHandler):
    """Files of mode 0600. A file that another process holds open (Windows) is not rotated but written on."""

    def doRollover(self) -> None:
        with suppress(OSError):
            super().doRollover()
        if self.stream is None:
            self.stream = self._open()

    def _open(self) -> TextIOWrapper:
        with suppress(OSError):
            os.close(os.open(self.baseFilename, os.O_CREAT | os.O_WRONLY, 0o600))
        return super()._open()


def log_path(data_dir: Path) -> Path:
    """The newest log file of a login's unattended runs."""
    return data_dir / "log" / FILE_NAME


@contextmanager
def unattended_log(data_dir: Path, secrets: Sequence[str] = ()) -> Iterator[logging.Logger]:
    """The program's logger, written to the log file (and nowhere else) while the block lasts."""
    path = log_path(data_dir)
    private_directory(path.parent)
    handler = PrivateRotatingFile(path, maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8")
    handler.setFormatter(MaskingFormatter(secrets))
    logger = logging.getLogger("playlist_builder")
    level, propagate = logger.level, logger.propagate
    logger.propagate = False  # cron would mail every line
    logger.addHandler(handler)
    logger.setLevel(min(level or logging.INFO, logging.INFO))
    try:
        yield logger
    finally:
        logger.setLevel(level)
        logger.propagate = propagate
        logger.removeHandler(handler)
        handler.close()


def last_lines(data_dir: Path, count: int = 5) -> list[str]:
    """The end of the log, or nothing."""
    try:
        lines = log_path(data_dir).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return [clean(line) for line in lines[-count:]]
