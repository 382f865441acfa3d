"""One line for each thing that waits for a person, after a command on a terminal; and what is settled by a command."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playlist_builder.cli.app import App
    from playlist_builder.model import Result

SILENT = frozenset(("--json", "-q", "--quiet", "-h", "--help", "--version", "--export"))


def wanted(arguments: Sequence[str]) -> bool:
    """Whether this command line leaves room for reminders: on a terminal, for a person, not for a program."""
    if not arguments or not SILENT.isdisjoint(arguments) or list(arguments[:2]) == ["schedule", "run"]:
        return False
    return sys.stderr is not None and sys.stderr.isatty()


def remind(given: Any) -> None:
    """Prints what waits, for Spotify and the demo, and remembers that it was shown. Costs a look for two files where
    nothing waits. Never raises: it must not spoil the command before it."""
    from playlist_builder.cli.app import App
    from playlist_builder.errors import PlaylistError

    app = given if isinstance(given, App) else App()
    try:
        for service in ("spotify", "demo"):
            _remind(app, service)
    except (PlaylistError, OSError):
        return


def _remind(app: App, service: str) -> None:
    path = app.settings.data_path(service) / "notices.json"
    if not path.is_file():
        return
    from playlist_builder.notices import Notices

    notices = Notices(path, app.clock)
    lines = notices.waiting()
    for line in lines:
        app.err.print(f"• {line}", style="yellow", markup=False, highlight=False)
    if lines:
        notices.seen()


def settle(app: App, service: str, result: Result) -> None:
    """A sync on a terminal mends what unattended runs had to say of its listing."""
    path = app.settings.data_path(service) / "notices.json"
    if result.code not in (0, 4) or result.held or result.dry_run or not path.is_file():
        return
    from playlist_builder.notices import Notices

    notices = Notices(path, app.clock)
    notices.worked(f"run {result.listing}")
    if not result.needing_person:
        notices.settle(f"review {result.listing}")


def settle_login(app: App, service: str) -> None:
    """A new login mends what was said of the one before."""
    path = app.settings.data_path(service) / "notices.json"
    if path.is_file():
        from playlist_builder.notices import Notices

        for key in ("login", "login ends"):
            Notices(path, app.clock).settle(key)
