"""What is in order and what is not, listing by listing, from what is remembered: no request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from playlist_builder import remembered as known
from playlist_builder.builder import Loaded
from playlist_builder.errors import PlaylistError
from playlist_builder.model import Match, PlaylistHead
from playlist_builder.store.outcomes import Ending
from playlist_builder.store.state import Place, Remembered, Run, State, when

Standing = Literal["new", "in sync", "differs", "changed", "gone", "held", "cut off", "unreadable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """The last time that something was done for a listing, by a person or a scheduler."""

    at: datetime
    kind: str  # sync, schedule, undo
    code: int | None  # None: cut off
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One listing. Times are aware; None is "not known" or "never"."""

    name: str
    standing: Standing
    playlist_id: str | None = None
    playlist: str | None = None
    url: str | None = None
    synced_at: datetime | None = None
    add: int = 0  # entries that the next sync would add …
    remove: int = 0  # … and remove, as far as is known without a request
    review: int = 0  # rows with a likely candidate, not sure enough
    missing: int = 0
    unsearched: int = 0
    grey: int = 0  # recordings that cannot be played here and have no stand-in
    held: bool = False
    last_run: LastRun | None = None
    next_run: datetime | None = None
    error: str | None = None  # why the listing or its lock cannot be read

    @property
    def needs_person(self) -> int:
        return self.review + self.missing


def line_of(name: str, loaded: Loaded | PlaylistError, service: str, account: str, state: State) -> Line:
    """What lock and state say of the listing."""
    place = Place(service=service, account=account, listing=name)
    there = state.remembered(place)
    line = _playlist_line(name, there)
    if isinstance(loaded, PlaylistError):
        return replace(line, standing="unreadable", error=loaded.message)
    line = _counted(line, known.matches(loaded, service, state, account))
    if there is None:
        return line
    if line.standing != "held":
        copies = state.copies(place, there.playlist_id)
        line = replace(line, standing="cut off" if copies and copies[0].after is None else line.standing)
    return line


def _playlist_line(name: str, there: Remembered | None) -> Line:
    if there is None:
        return Line(name=name, standing="new")
    standing: Standing = "held" if there.held else "in sync" if there.synced_at else "new"
    return Line(
        name=name,
        standing=standing,
        playlist_id=there.playlist_id,
        playlist=there.name or there.playlist_id,
        url=there.url,
        synced_at=when(there.synced_at),
        grey=sum(not grey.used for grey in there.grey.values()),
        held=there.held,
    )


def _counted(line: Line, matches: Sequence[Match]) -> Line:
    """The line with its rows counted; rows that nobody searched for yet need a sync, not a person."""
    waiting = Counter(match.outcome for match in matches if match.needs_person)
    return replace(line, review=waiting["review"], missing=waiting["missing"], unsearched=waiting["unsearched"])


def compared(line: Line, wanted: Sequence[str], desired: Sequence[str]) -> Line:
    """The line, where the rows ask for other recordings now than at the last sync."""
    if line.standing != "in sync" or tuple(wanted) == tuple(desired):
        return line
    now, then = Counter(wanted), Counter(desired)
    return replace(line, standing="differs", add=(now - then).total(), remove=(then - now).total())


def checked(line: Line, there: Remembered, heads: Mapping[str, PlaylistHead]) -> Line:
    """The line after a look into the library."""
    head = heads.get(there.playlist_id)
    if head is None:
        return replace(line, standing="gone")
    line = replace(line, playlist=head.name)
    if line.standing == "in sync" and head.revision not in there.revisions:
        return replace(line, standing="changed")
    return line


def last_run(runs: Sequence[Run], ending: Ending | None) -> LastRun | None:
    """The newer of the last run that is in the history and the last unattended one, which may have failed before."""
    found = []
    if runs and (started := when(runs[0].started)):
        found.append(LastRun(at=started, kind=runs[0].kind, code=runs[0].code, message=runs[0].message))
    if ending is not None:
        found.append(LastRun(at=ending.started, kind="schedule", code=ending.code, message=ending.message))
    return max(found, key=lambda run: (run.at, run.kind == "schedule"), default=None)
