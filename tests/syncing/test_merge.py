"""Each rule of the merge, as a small story: what we left, what the listing wants, what is there now.

Entries are written as letters. A capital is a track's URI; "l" is a local file, "e" an episode, "-" a null entry.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from playlist_builder.model import Entry, EntryKind, Recording
from playlist_builder.syncing.merge import Memory, Merged, Wish, merge, remember
from playlist_builder.syncing.plan import plan
from playlist_builder.syncing.replay import replay

KINDS: dict[str, EntryKind] = {"l": "local", "e": "episode", "-": "null"}


def recorded(uri: str, isrc: str | None = None) -> Recording:
    return Recording(uri=uri, title=uri, isrc=isrc or uri)


def entries(letters: str, isrc: dict[str, str] | None = None) -> list[Entry]:
    return [entry(letter, (isrc or {}).get(letter)) for letter in letters]


def entry(letter: str, isrc: str | None = None) -> Entry:
    kind = KINDS.get(letter, "track")
    if kind == "null":
        return Entry(uri=None, kind=kind)
    uri = f"spotify:local:::{letter}:1" if kind == "local" else letter
    return Entry(uri=uri, kind=kind, recording=recorded(uri, isrc))


def wishes(letters: str, **more: Iterable[int]) -> list[Wish]:
    """A row a letter, "." for a row without recording; `open=[2]` and the like name the rows that are so."""
    flags = {name: set(rows) for name, rows in more.items()}
    made = []
    for row, letter in enumerate(letters):
        uri = None if letter == "." else letter
        flagged: dict[str, Any] = {name: row in rows for name, rows in flags.items()}
        made.append(Wish(row=row, uri=uri, recording=recorded(uri) if uri else None, **flagged))
    return made


def memory(base: str | None, named: str = "", known: str | None = None, **more: Any) -> Memory:
    names = frozenset(named) | frozenset(base or "")
    return Memory(
        base=None if base is None else tuple(base),
        named=names,
        known=names if known is None else frozenset(known),
        **more,
    )


def merged(
    remote: str | list[Entry], rows: list[Wish], before: Memory, *, fit: tuple[str, ...] = (), prune: bool = False
) -> Merged:
    """The merge; `fit` has pairs like "2Y": recording Y answers row 2. Proves that a plan reaches the result."""
    there = entries(remote) if isinstance(remote, str) else remote
    made = merge(
        there,
        rows,
        before,
        same=lambda a, b: a.isrc == b.isrc,
        fits=lambda row, recording: f"{row}{recording.uri}" in fit,
        prune=prune,
    )
    uris = [held.uri for held in there]
    assert replay(uris, plan(uris, made.goal).operations) == list(made.uris)
    assert made.kept + len(made.foreign) + len(made.removed) == len(there)
    return made


def letters(made: Merged) -> str:
    return "".join("-" if uri is None else "l" if uri.startswith("spotify:local:") else uri for uri in made.uris)


@pytest.mark.parametrize(
    ("remote", "listing", "base", "result"),
    [
        ("", "ABC", None, "ABC"),
        ("ABC", "ABC", "ABC", "ABC"),
        ("ABC", "ABCD", "ABC", "ABCD"),
        ("ABC", "DABC", "ABC", "DABC"),
        ("ABC", "AC", "ABC", "AC"),
        ("ABC", "", "ABC", ""),
        ("CAB", "ABC", "ABC", "ABC"),  # the user's order of our tracks: the listing's wins
        ("ABC", "CBA", "ABC", "CBA"),
        ("ABA", "ABA", "ABA", "ABA"),  # duplicates in the listing stay duplicates
        ("AB", "ABA", "AB", "ABA"),
        ("ABA", "AB", "ABA", "AB"),
        ("AB", "A.B", "AB", "AB"),  # a row without a recording places nothing
        ("ABC", "A.C", "ABC", "AC"),  # …and what it had goes: it was skipped
        ("AxB", "AB", "AB", "AxB"),  # the user's stay behind their neighbour
        ("xAB", "AB", "AB", "xAB"),
        ("ABx", "BA", "AB", "BxA"),
        ("AxB", "B", "AB", "xB"),
        ("AxyB", "ANB", "AB", "AxyNB"),
        ("AxBy", "AB", "", "AxBy"),  # the user added the wanted tracks: they count
        ("AlB", "BA", "AB", "BAl"),
        ("-AeBl", "", "AB", "-el"),
        ("ABA", "AB", "AB", "ABA"),  # the user's own copy stays
        ("ABA", "B", "AB", "BA"),  # …also when the row goes: the copy in our place went
        ("AAB", "AB", "AB", "AAB"),
    ],
)
def test_lists(remote: str, listing: str, base: str | None, result: str) -> None:
    assert letters(merged(remote, wishes(listing), memory(base))) == result


@pytest.mark.parametrize(
    ("remote", "listing", "named", "result"),
    [
        ("ABC", "AC", "ABC", "AC"),  # what the lock names is ours
        ("ABC", "AC", "AC", "ABC"),  # what it does not name is the user's
        ("AxB", "AB", "AB", "AxB"),
        ("AAB", "AB", "AB", "AAB"),  # a copy too many may be the user's
        ("AAB", "B", "AB", "AB"),  # …and of several unwanted ones only one is surely ours
        ("A", "AB", "AB", "AB"),  # removed or never added: cannot be told, so it is put back
    ],
)
def test_without_a_state_the_lock_says_what_is_ours(remote: str, listing: str, named: str, result: str) -> None:
    made = merged(remote, wishes(listing), memory(None, named))
    assert letters(made) == result
    assert (made.restored, made.skipped) == ((), ())


def test_what_another_machine_wrote_is_ours_with_an_old_base() -> None:
    """The other machine replaced B by C and added D; then C was dropped from the listing."""
    made = merged("ACDx", wishes("AD"), memory("AB", named="ABCD", known="AB"))
    assert letters(made) == "ADx"
    assert made.removed == (1,)


def test_what_the_lock_named_long_ago_and_the_base_lacks_is_the_users() -> None:
    assert letters(merged("AC", wishes("A"), memory("A", named="AC", known="AC"))) == "AC"


@pytest.mark.parametrize("base", ["AB", "AX", None])
def test_a_relinked_entry_is_present(base: str | None) -> None:
    """The service shows X, the same recording, where B was written."""
    remote = entries("AX", {"X": "B"})
    links = {"X": "B"} if base == "AX" else {}
    made = merged(remote, wishes("AB"), memory(base, named="AB", links=links))
    assert made.goal == (0, 1)
    assert made.ours == ((0, "A"), (1, "B"))
    assert (made.restored, made.removed, made.foreign) == ((), (), ())


@pytest.mark.parametrize("before", [memory("AX", named="AXB"), memory(None, named="AXB")], ids=["base", "no base"])
def test_another_choice_of_the_same_recording_replaces_the_old_one(before: Memory) -> None:
    """X was chosen and written as X; now the row wants B, which is the same recording elsewhere."""
    made = merged(entries("AXu", {"X": "B"}), wishes("AB"), before)
    assert (letters(made), made.removed, made.restored) == ("ABu", (1,), ())


def test_a_relinked_entry_goes_with_its_row_and_is_missed_when_gone() -> None:
    before = memory("AX", named="AB", links={"X": "B"})
    assert letters(merged(entries("AX", {"X": "B"}), wishes("A"), before)) == "A"
    made = merged("A", wishes("AB"), before)
    assert (letters(made), made.restored) == ("AB", (1,))


def test_a_relinked_entry_does_not_take_the_place_of_another_rows_own() -> None:
    remote = entries("BX", {"X": "B"})
    made = merged(remote, wishes("BX"), memory("BX"))
    assert made.goal == (0, 1)


def test_what_the_user_removed_comes_back_once_and_is_then_skipped() -> None:
    first = merged("AC", wishes("ABC"), memory("ABC"))
    assert (letters(first), first.restored, first.skipped) == ("ABC", (1,), ())
    again = merged("AC", wishes("ABC", restored=[1]), memory("ABC"))
    assert (letters(again), again.restored, again.skipped) == ("AC", (), (1,))


def test_a_persons_choice_comes_back_once_like_any_other() -> None:
    made = merged("A", wishes("AB", person=[1], restored=[1]), memory("AB"))
    assert (letters(made), made.skipped) == ("A", (1,))


def test_of_two_copies_the_one_that_the_user_removed_comes_back_in_its_place() -> None:
    made = merged("BA", wishes("ABA"), memory("ABA"))
    assert (letters(made), made.restored) == ("ABA", (0,))


def test_a_new_row_is_no_removal() -> None:
    made = merged("A", wishes("AB", restored=[1]), memory("A"))
    assert (letters(made), made.restored, made.skipped) == ("AB", (), ())


def test_after_a_write_that_was_cut_off_an_absent_track_is_put_back_unmarked() -> None:
    made = merged("A", wishes("AB", restored=[1]), memory("AB", unsure=True))
    assert (letters(made), made.restored, made.skipped) == ("AB", (), ())


def test_a_replacement_becomes_the_rows_pin_in_its_place() -> None:
    made = merged("ACxY", wishes("ABC"), memory("ABC"), fit=("1Y",))
    assert letters(made) == "AYCx"
    assert made.pins == ((1, "Y"),)
    assert (made.restored, made.skipped, made.foreign) == ((), (), (2,))
    assert made.ours == ((0, "A"), (1, "Y"), (2, "C"))


def test_a_foreign_recording_answers_an_open_row() -> None:
    made = merged("YAC", wishes("A.C", open=[1]), memory("AC"), fit=("1Y",))
    assert (letters(made), made.pins) == ("AYC", ((1, "Y"),))


def test_it_answers_a_placed_open_row_too_and_our_guess_goes() -> None:
    made = merged("ABCY", wishes("ABC", open=[1]), memory("ABC"), fit=("1Y",))
    assert (letters(made), made.pins, made.removed) == ("AYC", ((1, "Y"),), (1,))


@pytest.mark.parametrize(
    ("remote", "rows", "before", "fit"),
    [
        ("ABY", wishes("AB"), memory("AB"), ("1Y",)),  # the row has its track
        ("AY", wishes("AB"), memory("A"), ("1Y",)),  # a row that was never placed
        ("AY", wishes("AB", person=[1]), memory(None, "AB"), ("1Y",)),  # a person chose; no base to prove a removal
        ("Ae", wishes("A.", open=[1]), memory("A"), ("1e",)),  # an episode
        ("AA", wishes("A.", open=[1]), memory("A"), ("1A",)),  # a copy of another row's track
        ("A", wishes("A.", open=[1]), memory("A"), ("1A",)),  # our own
    ],
)
def test_what_is_no_answer(remote: str, rows: list[Wish], before: Memory, fit: tuple[str, ...]) -> None:
    assert merged(remote, rows, before, fit=fit).pins == ()


def test_without_a_base_a_fitting_recording_answers_an_absent_row() -> None:
    made = merged("AY", wishes("AB"), memory(None, "AB"), fit=("1Y",))
    assert (letters(made), made.pins) == ("AY", ((1, "Y"),))


def test_one_recording_answers_one_row() -> None:
    made = merged("YA", wishes("A..", open=[1, 2]), memory("A"), fit=("1Y", "2Y"))
    assert made.pins == ((1, "Y"),)


def test_prune_removes_the_users_tracks_and_nothing_else() -> None:
    made = merged("xAleAy-B", wishes("AB"), memory("AB"), prune=True)
    assert letters(made) == "Ale-B"
    assert made.foreign == (2, 3, 6)


def test_the_users_copy_survives_the_removal_of_ours() -> None:
    """A plan can only remove both; the copy comes back at its place, as the replay in `merged` proves."""
    made = merged("ABxA", wishes("B"), memory("AB"))
    assert letters(made) == "BxA"
    assert plan(["A", "B", "x", "A"], made.goal).readded == 1


def test_a_local_file_cannot_be_wished_for() -> None:
    local = Wish(row=0, uri="spotify:local:::l:1")
    assert letters(merged("Al", [local, *wishes("A")], memory("A"))) == "Al"


def test_remember_keeps_our_entries_as_read() -> None:
    made = merged("xA", wishes("AB"), memory("A"))
    after = remember(made, ["x", "A", "X"], frozenset("AB"))
    assert after == Memory(base=("A", "X"), named=frozenset("AB"), known=frozenset("AB"), links={"X": "B"})
    with pytest.raises(ValueError, match="2 entries"):
        remember(made, ["x", "A"], frozenset("AB"))
