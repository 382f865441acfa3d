"""The command line: a file each command, short: read, call, report, exit. Commands are imported when they are used."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """The console script; ^C counts from the first moment on."""
    try:
        from playlist_builder.cli.group import main as run
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        sys.exit(130)
    run()
