"""What the service holds after a row of operations: the rules that every plan is proved against."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from playlist_builder.model import Add, Move, Operation, Remove

BATCH: Final = 100  # URIs that one request may add or remove
LOCAL: Final = "spotify:local:"

Place = int | None  # where an entry stood before the first operation; None for one that an operation added
T = TypeVar("T")


def addressable(uri: str | None) -> bool:
    """Whether the service adds and removes this URI: not a null entry, not a local file."""
    return bool(uri) and not str(uri).startswith(LOCAL)


def replay(uris: Sequence[str | None], operations: Iterable[Operation]) -> list[str | None]:
    """The list that `uris` becomes, as the service counts.

    Raises ValueError for what the service would refuse: a position out of range, none or over 100 URIs in one request,
    a local file or a null entry that is to be added or removed.
    """
    return [uri for _, uri in replay_places(uris, operations)]


def replay_places(uris: Sequence[str | None], operations: Iterable[Operation]) -> list[tuple[Place, str | None]]:
    """The same with identities: each entry as (its place in `uris`, its URI); the place of an added one is None.

    An entry that keeps its place number was never removed and added again. Raises ValueError as `replay` does.
    """
    held: list[tuple[Place, str | None]] = list(enumerate(uris))
    for operation in operations:
        held = _apply(held, operation, lambda entry: entry[1], lambda uri: (None, uri))
    return held


def _apply(held: list[T], operation: Operation, uri_of: Callable[[T], str | None], new: Callable[[str], T]) -> list[T]:
    match operation:
        case Add(uris=uris, position=position):
            _check_uris(uris)
            _check(0 <= position <= len(held), operation, len(held))
            held[position:position] = [new(uri) for uri in uris]
        case Remove(uris=uris):
            _check_uris(uris)
            gone = frozenset(uris)
            held = [entry for entry in held if uri_of(entry) not in gone]
        case Move(start=start, insert_before=before, length=length):
            end = start + length
            _check(0 <= start < end <= len(held) and 0 <= before <= len(held), operation, len(held))
            _check(not start < before < end, operation, len(held))
            block = held[start:end]
            del held[start:end]
            at = before if before <= start else before - length
            held[at:at] = block
    return held


def _check(holds: bool, operation: Operation, total: int) -> None:
    if not holds:
        raise ValueError(f"{operation} does not fit a list of {total}")


def _check_uris(uris: Sequence[str]) -> None:
    if not 1 <= len(uris) <= BATCH:
        raise ValueError(f"one request takes 1 to {BATCH} URIs, not {len(uris)}")
    for uri in uris:
        if not addressable(uri):
            raise ValueError(f"the service neither adds nor removes {uri!r}")
