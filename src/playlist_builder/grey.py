"""Looking after what went grey: learnt from what is read anyway and one page a week; one search a week at most."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from playlist_builder.errors import RateLimited
from playlist_builder.matching.queries import ladder
from playlist_builder.model import Match, Recording, Track, Tracklist
from playlist_builder.report.text import command_line
from playlist_builder.store.state import Remembered, when
from playlist_builder.syncing.grey import Grey, elsewhere, gone_grey

if TYPE_CHECKING:
    from playlist_builder.builder import Desk

PAGE = 50
LOOK_EVERY = timedelta(days=7)  # a page of an unchanged playlist is read that often
ASK_AFTER_DAYS = (7, 30)  # after how many days the same recording is searched for again; the last one for ever


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of it: the memory to keep, and sentences for the person."""

    remembered: Remembered
    notes: tuple[str, ...] = ()


def look(desk: Desk, remembered: Remembered, total: int) -> Remembered:
    """Reads one page of the playlist where its entries were not read for a week, the next page each time."""
    seen = [moment for moment in (when(remembered.read_at), when(remembered.looked_at)) if moment]
    if not total or (seen and desk.clock.now() - max(seen) < LOOK_EVERY):
        return remembered
    offset = remembered.look_at if remembered.look_at < total else 0
    entries = desk.service.entries(remembered.playlist_id, offset)
    desk.state.keep_recordings(e.recording for e in entries if e.recording and e.kind == "track")
    return replace(remembered, looked_at=desk.state.now(), look_at=offset + PAGE)


def mend(desk: Desk, listing: str, wishes: Tracklist, matches: tuple[Match, ...], remembered: Remembered) -> Looked:
    """Searches for the same recording elsewhere where a row's cannot be played: a stand-in for what was decided
    automatically, a proposal for what a person chose. Each is told once."""
    recordings = desk.state.recordings(m.recording.uri for m in matches if m.recording)
    greys = {
        uri: grey
        for uri, grey in remembered.grey.items()
        if grey.used or (uri in recordings and recordings[uri].playable is False)
    }
    notes = []
    for row, recording in gone_grey(matches, recordings).items():
        before = greys.get(recording.uri)
        if not worth_asking(before, desk.clock.now()):
            continue
        try:
            found = _search(desk, recording, wishes)
        except RateLimited as error:
            if not error.own:
                raise
            break
        by_person = matches[row].outcome == "pinned"
        tries = before.tries + 1 if before else 1
        now = Grey(
            asked_at=desk.state.now(),
            tries=tries,
            found=found.uri if found else None,
            used=bool(found) and not by_person,
        )
        greys[recording.uri] = now
        if before is None or now.found != before.found:
            how = "" if not by_person else _how(desk.service.name, listing, row, matches[row].track, found)
            notes.append(_words(row, recording, found, how))
    return Looked(replace(remembered, grey=greys), tuple(notes))


def worth_asking(grey: Grey | None, now: datetime) -> bool:
    """Whether to search for the same recording elsewhere (again): at most once a week."""
    if grey is None:
        return True
    days = ASK_AFTER_DAYS[min(max(grey.tries, 1), len(ASK_AFTER_DAYS)) - 1]
    return now - datetime.fromisoformat(grey.asked_at) >= timedelta(days=days)


def _search(desk: Desk, recording: Recording, wishes: Tracklist) -> Recording | None:
    """One search, past the cache: what can be played changes."""
    track = Track(title=recording.title, artist=recording.artists[0] if recording.artists else "")
    queries = ladder(track)
    hits = desk.service.search(replace(queries[0], fresh=True)) if queries else ()
    found = elsewhere(recording, hits, wishes)
    if found is not None:
        desk.state.keep_recordings([found])
    return found


def _how(service: str, listing: str, row: int, track: Track, found: Recording | None) -> str:
    """What a person does to take what was found instead of what was chosen."""
    uri = found.uri if found else ""
    pin = command_line("pin", listing, service, str(row + 1), uri)
    return f"write {uri} into the listing" if track.uri else pin


def _words(row: int, grey: Recording, found: Recording | None, how: str) -> str:
    """`how` is "" where nobody has to choose."""
    what = (
        f"Row {row + 1} ({grey.label}){', which you chose,' if how else ''} cannot be played in your country any more"
    )
    if found is None:
        return (
            f"{what}, and the same recording was not found elsewhere. It stays in the playlist and is looked for again."
        )
    album = f" on {found.album}" if found.album else ""
    if how:
        return f"{what}. The same recording is{album or ' elsewhere'}. To take it: {how}"
    return f"{what}; the same recording{album} stands in for it, for this account alone."
