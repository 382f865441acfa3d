"""Putting back what was there before the last write; itself a write that can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from playlist_builder.builder import Desk
from playlist_builder.errors import ListingError, ServiceError, UnsafePlan
from playlist_builder.model import Changes, Entry, EntryKind
from playlist_builder.report.text import command_line
from playlist_builder.settle import read_until, settle
from playlist_builder.store import running
from playlist_builder.store.state import Copy, Place, Remembered, Run
from playlist_builder.syncing.plan import plan
from playlist_builder.syncing.recovery import CutOff, as_it_was


@dataclass(frozen=True, kw_only=True)
class Undone:
    """What an undo did: counts of entries, and sentences for the person."""

    name: str
    changes: Changes = field(default_factory=Changes)
    notes: tuple[str, ...] = ()
    created: bool = False  # the write that was undone had made the playlist


def undo(desk: Desk, listing: str, *, force: bool = False) -> Undone:
    """Puts the playlist's list back to before the last write, and holds off scheduled runs until a sync by name.

    Raises `ListingError` where there is nothing to undo, `UnsafePlan` where the list changed since (unless `force`).
    Local files and episodes were never removed; entries that come back are new to the service (`added_at`).
    """
    place = desk.place(listing)
    with running.alone(desk.state.directory, listing, lambda: desk.say(f"Another run is busy with {listing}.")):
        return _undo(desk, listing, place, force)


def _undo(desk: Desk, listing: str, place: Place, force: bool) -> Undone:
    remembered = desk.state.remembered(place)
    last = desk.state.last_copy(place, remembered.playlist_id) if remembered else None
    if remembered is None or last is None:
        raise ListingError(f"There is nothing to undo: no write to a playlist of {listing!r} is remembered here.")
    if last.after is None:
        snapshot = desk.service.read(remembered.playlist_id)
    else:
        snapshot = read_until(desk, remembered.playlist_id, [last.after])
    if snapshot.head.owner_id not in (desk.service.account.user_id, desk.service.account.id):
        raise ServiceError(f"The playlist {snapshot.head.name!r} belongs to another account; it was not touched.")
    now = tuple(entry.uri for entry in snapshot.entries)
    if now != (last.after if last.after is not None else now) and not force:
        raise UnsafePlan(
            f"The playlist changed since the last write ({last.taken}), so nothing was put back. "
            f"To put the older list back all the same: {command_line('undo', listing, desk.service.name, '--force')}"
        )
    before = snapshot.entries
    if last.kind == "undo" and last.after is None:  # an undo that was cut off is finished, not undone
        before = as_it_was(before, CutOff(before=last.before, target=last.target, leaves=last.leaves))
        aim = tuple(Entry(uri=uri, kind=_kind(uri)) for uri in last.target)
        last = replace(last, before=aim, base=last.leaves)
    goal, lost = _goal(snapshot.entries, last.before)
    steps = plan(now, goal)
    target = tuple(now[item] if isinstance(item, int) else item for item in goal)
    number = desk.state.add_run(place, Run(kind="undo", listing=listing, started=desk.state.now()))
    copy = Copy(
        playlist_id=remembered.playlist_id,
        run=number,
        taken=desk.state.now(),
        before=before,
        target=target,
        base=remembered.base,
        leaves=last.base,
        kind="undo",
    )
    saved = desk.state.save_copy(place, copy)
    done = settle(desk, snapshot, steps, target) if steps.operations else snapshot
    desk.state.remember(place, _after(remembered, last, done.head.revision, desk.state.now()))
    desk.state.finish_copy(saved, replace(copy, after=tuple(entry.uri for entry in done.entries)))
    changes = Changes(added=steps.added, removed=steps.removed, moved=steps.moved, kept=len(goal) - steps.added)
    ended = Run(
        kind="undo",
        listing=listing,
        started=copy.taken,
        ended=desk.state.now(),
        code=0,
        playlist_id=remembered.playlist_id,
        added=changes.added,
        removed=changes.removed,
        moved=changes.moved,
        requests=desk.service.requests().sent,
    )
    desk.state.end_run(number, ended)
    return Undone(
        name=done.head.name,
        changes=changes,
        notes=tuple(_notes(command_line("sync", listing, desk.service.name), steps.added, lost)),
        created=last.created,
    )


def _goal(entries: Sequence[Entry], before: Sequence[Entry]) -> tuple[list[int | str], list[str]]:
    """The older list over what is there now; local files, episodes and null entries of now always stay."""
    free: dict[str | None, list[int]] = {}
    for place in range(len(entries) - 1, -1, -1):
        free.setdefault(entries[place].uri, []).append(place)
    goal: list[int | str] = []
    lost = []
    for entry in before:
        places = free.get(entry.uri)
        if places:
            goal.append(places.pop())
        elif entry.kind in ("track", "episode") and entry.uri:
            goal.append(entry.uri)
        else:
            lost.append(entry.recording.label if entry.recording else "an entry without a name")
    used = {item for item in goal if isinstance(item, int)}
    for place, now in enumerate(entries):
        if place not in used and now.kind != "track":
            goal.append(place)
    return goal, lost


def _kind(uri: str | None) -> EntryKind:
    """What kind of entry a URI is."""
    if uri is None:
        return "null"
    return "local" if uri.startswith("spotify:local:") else "episode" if ":episode:" in uri else "track"


def _after(remembered: Remembered, last: Copy, revision: str, now: str) -> Remembered:
    """What is ours after an undo is what was ours before the write; scheduled runs are held off."""
    return replace(
        remembered,
        base=last.base,
        desired=(),
        revisions=(revision,),
        held=True,
        synced_at=now,
    )


def _notes(sync: str, added: int, lost: list[str]) -> list[str]:
    notes = [f"Scheduled runs leave the playlist alone until you run: {sync}"]
    if added:
        notes.append("Entries that came back count as newly added in the app.")
    notes += [f"Could not be put back by a program: {name} (a local file)." for name in lost]
    return notes
