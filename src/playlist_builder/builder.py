"""The use cases, each on one screen: match a listing, lock it, sync it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from playlist_builder.clock import Clock
from playlist_builder.decided import (
    appeared,
    decided_match,
    decision_after,
    is_avoided,
    remembered_match,
    row_memory,
    worth_a_search,
)
from playlist_builder.errors import ListingError, PlaylistError
from playlist_builder.matching.catalogue import Catalogue
from playlist_builder.matching.search import Found, match_tracklist
from playlist_builder.model import Accept, Match, Result, Tracklist
from playlist_builder.push import Ask, Push
from playlist_builder.report.text import command_line
from playlist_builder.services import Service
from playlist_builder.store import lock as locks
from playlist_builder.store.listings import ListingFile
from playlist_builder.store.lock import Aligned, Decision, Lock
from playlist_builder.store.state import MOST_CANDIDATES, Place, Run, State, key_text

LONGEST_ALBUM = 60  # rows; a longer listing is hardly one album


@dataclass(frozen=True, kw_only=True)
class Options:
    """What one run is asked to do."""

    dry_run: bool = False
    prune: bool = False
    accept: Accept | None = None  # None: the listing's own, else "confident"
    refresh: bool = False
    locked: bool = False
    yes: bool = False
    by_name: bool = True  # a person named the listing: an undo's hold ends
    scheduled: bool = False  # nobody is there


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A listing with its lock."""

    name: str
    path: Path
    tracklist: Tracklist
    lock_path: Path
    lock: Lock
    aligned: Aligned
    content: tuple[bytes | None, ...] = ()  # of listing and lock as they were read

    def decisions(self, service: str) -> tuple[Decision | None, ...]:
        return self.aligned.decisions(service)

    def reworded_notes(self, service: str) -> list[str]:
        """A sentence for each row that was respelt and keeps its decision."""
        decisions = self.decisions(service)
        return [
            f"Row {i + 1} was reworded and keeps its decision ({decision.name or decision.uri or 'left out'})."
            for i in sorted(self.aligned.reworded)
            if (decision := decisions[i]) is not None
        ]


def load(item: ListingFile, lock_path: Path) -> Loaded:
    """The listing and its lock; raises `ListingError`. A listing without a single row is refused: it would empty a
    playlist."""
    content = _content(item.path, lock_path)
    tracklist = item.read()
    if not tracklist.tracks:
        raise ListingError(f"{item.path}: the listing has no track. Add [[track]] rows; nothing was changed.")
    lock = locks.load(lock_path) or locks.new_lock()
    return Loaded(
        name=item.name,
        path=item.path,
        tracklist=tracklist,
        lock_path=lock_path,
        lock=lock,
        aligned=locks.align(lock, tracklist.tracks),
        content=content,
    )


def as_it_is_now(loaded: Loaded) -> Loaded:
    """The same, read again if someone wrote to listing or lock since."""
    if _content(loaded.path, loaded.lock_path) == loaded.content:
        return loaded
    return load(ListingFile(name=loaded.name, path=loaded.path), loaded.lock_path)


def _content(*paths: Path) -> tuple[bytes | None, ...]:
    return tuple(path.read_bytes() if path.is_file() else None for path in paths)


@dataclass
class Desk:
    """What a use case works with: the service, the memory, the clock, and the ways to talk to a person."""

    service: Service
    state: State
    clock: Clock
    say: Callable[[str], None] = lambda text: None  # progress worth a line
    on_row: Callable[[int, int], None] = lambda settled, rows: None
    ask: Ask = field(default_factory=Ask)

    def place(self, name: str) -> Place:
        return Place(service=self.service.name, account=self.service.account.id, listing=name)


def match(desk: Desk, loaded: Loaded, options: Options) -> Found:
    """A match for every row: from the lock, from what was found lately, else from the catalogue."""
    place = desk.place(loaded.name)
    tracks = loaded.tracklist.tracks
    decisions = loaded.decisions(desk.service.name)
    memories = desk.state.rows(place)
    keys = [key_text(key) for key in locks.row_keys(tracks)]
    uris = [t.uri or (d.uri if d else None) for t, d in zip(tracks, decisions, strict=True)]
    recordings = desk.state.recordings(uri for uri in uris if uri)
    accept = options.accept or loaded.tracklist.accept or "confident"
    settled: dict[int, Match] = {}
    fallback: dict[int, Match] = {}
    for i, (track, decision) in enumerate(zip(tracks, decisions, strict=True)):
        brief = memories.brief(keys[i])
        known = decided_match(track, decision, recordings, brief, loaded.tracklist)
        if known is not None:
            if known.outcome != "matched" or not (options.refresh or is_avoided(known, loaded.tracklist)):
                settled[i] = known
                continue
            fallback[i] = known
        if brief is not None and not options.refresh and not worth_a_search(brief, desk.clock.now()):
            settled[i] = remembered_match(track, decision, memories[keys[i]], loaded.tracklist, accept)
    if options.locked:
        return _locked(loaded, settled, desk.service.name)
    found = match_tracklist(
        loaded.tracklist,
        cast(Catalogue, desk.service),
        settled,
        accept=accept,
        no_album=desk.state.no_album(place),
        album_uri=lambda text: desk.service.uri_of(text, "album"),
        on_row=lambda done: desk.on_row(done, len(tracks)),
        again=frozenset(i for i, key in enumerate(keys) if (brief := memories.brief(key)) and brief.tries > 0),
    )
    matches = list(found.matches)
    for i, before in fallback.items():
        if matches[i].recording is not None:
            continue
        if not is_avoided(before, loaded.tracklist):
            matches[i] = replace(before, reason="the new search found nothing better; kept")
        elif matches[i].outcome == "unsearched":
            matches[i] = replace(before, reason="the listing avoids it, but another was not searched for yet; kept")
    for i, missed in enumerate(matches):
        brief = memories.brief(keys[i]) if missed.outcome == "unsearched" else None
        if brief is not None and brief.outcome in ("review", "missing"):  # not reached: it stays as it was
            matches[i] = remembered_match(tracks[i], decisions[i], memories[keys[i]], loaded.tracklist, accept)
    for i, decision in enumerate(decisions):
        if decision is not None and decision.later and matches[i].recording is None:
            matches[i] = replace(matches[i], gap=True)
    if not options.dry_run:
        now = desk.state.now()
        asked = {i for i, m in enumerate(found.matches) if i not in settled and m.outcome != "unsearched"}
        rows = {
            key: row_memory(matches[i], memories.get(key), now, i in asked, MOST_CANDIDATES)
            for i, key in enumerate(keys)
            if i in asked or key not in memories
        }
        desk.state.keep_rows(place, rows, keys)
        if not set(found.no_album) <= desk.state.no_album(place):
            desk.state.keep_no_album(place, desk.state.no_album(place) | set(found.no_album))
        new = (m.recording for m in matches if m.recording and m.recording != recordings.get(m.recording.uri))
        desk.state.keep_recordings(recording for recording in new if recording.title)
    return replace(found, matches=tuple(matches))


def price(desk: Desk, loaded: Loaded, options: Options) -> int:
    """About how many catalogue requests a run will send: three for an album's listing, one for each row beyond that
    which is not decided."""
    place = desk.place(loaded.name)
    memories = desk.state.rows(place)
    keys = [key_text(key) for key in locks.row_keys(loaded.tracklist.tracks)]
    decisions = loaded.decisions(desk.service.name)
    now = desk.clock.now()
    undecided = 0
    for key, track, decision in zip(keys, loaded.tracklist.tracks, decisions, strict=True):
        if track.uri or (decision and (decision.skip or (decision.uri and not options.refresh))):
            continue
        undecided += worth_a_search(memories.brief(key), now) or options.refresh
    album = undecided == len(keys) and 3 < len(keys) <= LONGEST_ALBUM
    return 3 if album else undecided


def _locked(loaded: Loaded, settled: dict[int, Match], service: str) -> Found:
    if not loaded.lock_path.exists():
        # Its id would be new each time, and with it the mark in the description: each run would make a playlist.
        run = command_line("lock", loaded.name, service)
        raise ListingError(f"{loaded.lock_path}: --locked, but there is no lock file. Run: {run}")
    lacking = [
        f"{i + 1} ({track.artist} – {track.title})" if track.artist else f"{i + 1} ({track.title})"
        for i, track in enumerate(loaded.tracklist.tracks)
        if i not in settled or (settled[i].recording is None and settled[i].outcome != "skipped" and not settled[i].gap)
    ]
    if lacking:
        rows = f"row{'s' * (len(lacking) > 1)} {', '.join(lacking)}"
        raise ListingError(
            f"{loaded.lock_path}: --locked, but the lock has no decision for {rows}. "
            f"Run: {command_line('lock', loaded.name, service)}, then {command_line('review', loaded.name, service)}"
        )
    return Found(matches=tuple(settled[i] for i in range(len(loaded.tracklist.tracks))))


def relock(desk: Desk, loaded: Loaded, matches: tuple[Match, ...], *, write: bool) -> Lock:
    """The lock after these matches, written where that changes it."""
    before = loaded.decisions(desk.service.name)
    decisions = [decision_after(m, d) for m, d in zip(matches, before, strict=True)]
    tracks = loaded.tracklist.tracks
    if not write:
        return locks.updated(loaded.lock, tracks, desk.service.name, decisions)
    return locks.amend(loaded.lock_path, loaded.lock, tracks, desk.service.name, decisions)


def lock(desk: Desk, loaded: Loaded, options: Options) -> Result:
    """Matches the listing and writes its lock; no playlist is touched."""
    found = match(desk, loaded, options)
    relock(desk, loaded, found.matches, write=not options.dry_run)
    return Result(
        listing=loaded.name,
        service=desk.service.name,
        title=loaded.tracklist.title,
        dry_run=options.dry_run,
        matches=found.matches,
        requests=desk.service.requests(),
        notes=tuple(loaded.reworded_notes(desk.service.name)),
        error=found.stopped,
    )


def sync(desk: Desk, loaded: Loaded, options: Options) -> Result:
    """Matches, locks and writes the playlist: what was found is kept whatever happens to the playlist.

    Raises nothing of the service's that came after the matching: it stands in the result's `error`.
    """
    place = desk.place(loaded.name)
    remembered = desk.state.remembered(place)
    if remembered is not None and remembered.held and not options.by_name:
        return Result(
            listing=loaded.name,
            service=desk.service.name,
            title=loaded.tracklist.title,
            held=True,
            notes=(
                f"Left alone since the last undo. To go on: {command_line('sync', loaded.name, desk.service.name)}",
            ),
        )
    before = desk.state.rows(place)
    found = match(desk, loaded, options)
    found_now = appeared(loaded.tracklist.tracks, before, found.matches)
    notes = loaded.reworded_notes(desk.service.name)
    notes += [f"Row {row + 1} ({found.matches[row].track.title}) was missing and is there now." for row in found_now]
    result = Result(
        listing=loaded.name,
        service=desk.service.name,
        title=loaded.tracklist.title,
        dry_run=options.dry_run,
        matches=found.matches,
        notes=tuple(notes),
        error=found.stopped,
        appeared=found_now,
    )
    new_lock = loaded.lock if options.locked else relock(desk, loaded, found.matches, write=not options.dry_run)
    if found.stopped is not None and not getattr(found.stopped, "own", False):
        return replace(result, requests=desk.service.requests())
    run = Run(kind="schedule" if options.scheduled else "sync", listing=loaded.name, started=desk.state.now())
    number = None if options.dry_run else desk.state.add_run(place, run)
    push = Push(desk, loaded, new_lock, found.matches, options, number)
    try:
        push.run()
    except PlaylistError as error:
        result = replace(result, error=result.error or error)
    result = replace(
        result,
        matches=push.matches,
        playlist=push.reference(),
        changes=push.changes,
        notes=(*notes, *push.notes),
        requests=desk.service.requests(),
    )
    if number is not None:
        desk.state.end_run(number, _ended(run, result, desk.state.now()))
    return result


def _ended(run: Run, result: Result, now: str) -> Run:
    return replace(
        run,
        ended=now,
        code=result.code,
        playlist_id=result.playlist.id if result.playlist else None,
        created=bool(result.playlist and result.playlist.created),
        added=result.changes.added,
        removed=result.changes.removed,
        moved=result.changes.moved,
        waiting=tuple(f"{m.track.artist} – {m.track.title}".strip(" –") for m in result.needing_person),
        news=result.notes,
        message=result.error.message if result.error else "",
        requests=result.requests.sent,
    )
