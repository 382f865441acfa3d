"""A plan sent to the service, one edit at a time, and proved by reading: no write is repeated unless the list was read
in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from playlist_builder.errors import Ambiguous, NotApplied
from playlist_builder.model import Entry, Snapshot
from playlist_builder.syncing.plan import Plan, plan
from playlist_builder.syncing.replay import replay
from playlist_builder.syncing.retarget import Same, retarget

if TYPE_CHECKING:
    from playlist_builder.builder import Desk

PATIENCE_S = (0.3, 0.6, 1.2, 2.9)  # pauses before a stale read is believed: 5 s in all
NEVER: Same = lambda entry, uri: False  # noqa: E731 - a default
ROUNDS = 4  # times that a list is planned for in one run


def settle(
    desk: Desk,
    snapshot: Snapshot,
    steps: Plan,
    target: Sequence[str | None],
    same: Same = NEVER,
) -> Snapshot:
    """Sends the plan and verifies by reading; plans again where something else came out.

    Returns the list as read at the end. `same` says whether an entry is the URI's recording under another id. Raises
    `NotApplied` after ROUNDS tries, and definite refusals of the service as they come.
    """
    playlist = snapshot.head.id
    there = {entry.uri for entry in snapshot.entries}
    going = Counter(e.uri for e in snapshot.entries if e.kind == "track") - Counter(target)
    new = {uri for uri in target if uri is not None and uri not in there}

    def fits(entry: Entry, uri: str | None) -> bool:
        # In a list that is otherwise right, what stands where we added a recording is that recording: the service may
        # show it under another id, and nothing of another name.
        return same(entry, uri) or (entry.kind == "track" and uri in new and not going[entry.uri])

    for _ in range(ROUNDS):
        now = [entry.uri for entry in snapshot.entries]
        sent = None
        try:
            for operation in steps.operations:
                sent = operation
                desk.service.write(playlist, operation)
                now = replay(now, [operation])
        except Ambiguous:
            assert sent is not None
            snapshot = read_until(desk, playlist, [now, replay(now, [sent]), list(target)], fits)
        else:
            snapshot = read_until(desk, playlist, [list(target)], fits)
        if _equal(snapshot, target, fits):
            return snapshot
        steps = plan([entry.uri for entry in snapshot.entries], retarget(snapshot.entries, target, going, same))
        if not steps.operations:
            return snapshot
    raise NotApplied(
        f"The playlist {snapshot.head.name!r} did not become what was planned after {ROUNDS} tries; a copy of the "
        "list before is kept (playlist history). Wait a while, then sync again."
    )


def read_until(desk: Desk, playlist: str, wanted: Sequence[Sequence[str | None]], same: Same = NEVER) -> Snapshot:
    """The list as read; read again with growing pauses while it is none of `wanted`: reads may be stale."""
    snapshot = desk.service.read(playlist)
    for pause in PATIENCE_S:
        if any(_equal(snapshot, uris, same) for uris in wanted):
            break
        desk.clock.sleep(pause)
        snapshot = desk.service.read(playlist)
    return snapshot


def _equal(snapshot: Snapshot, uris: Sequence[str | None], same: Same) -> bool:
    """Whether the list holds these URIs in order, a recording under another id counting as itself."""
    if len(snapshot.entries) != len(uris):
        return False
    pairs = zip(snapshot.entries, uris, strict=True)
    return all(entry.uri == uri or same(entry, uri) for entry, uri in pairs)
