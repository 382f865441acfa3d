"""The command line: a file each command, short: read, call, report, exit. Commands are imported when they are used."""

from __future__ import annotations

from playlist_builder.cli.group import main

__all__ = ["main"]
