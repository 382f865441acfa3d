"""The playlist engine: moves, removals, versions, the owner's own edits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlist_builder.clock import MovableClock
from playlist_builder.emulator.library import Account, Entry, Playlist, Refused, moved, moved_since, without


@pytest.mark.parametrize(
    ("start", "before", "length", "result"),
    [
        (0, 0, 1, "abcdef"),
        (0, 1, 1, "abcdef"),
        (0, 2, 1, "bacdef"),
        (0, 6, 1, "bcdefa"),
        (5, 0, 1, "fabcde"),
        (1, 4, 2, "adbcef"),
        (3, 1, 2, "adebcf"),
        (1, 6, 3, "aefbcd"),
        (4, 2, 2, "abefcd"),
        (0, 6, 6, "abcdef"),
        (1, 2, 3, "abcdef"),
    ],
)
def test_positions_of_a_move_are_those_before_it(start: int, before: int, length: int, result: str) -> None:
    """The table of the reorder formula."""
    assert "".join(moved("abcdef", start, before, length)) == result


@pytest.mark.parametrize(
    ("start", "before", "length"), [(-1, 0, 1), (6, 0, 1), (0, 7, 1), (0, -1, 1), (0, 0, 0), (4, 0, 3)]
)
def test_a_move_outside_the_list_is_refused(start: int, before: int, length: int) -> None:
    with pytest.raises(Refused):
        moved("abcdef", start, before, length)


@given(st.data())
def test_a_move_keeps_the_block_and_the_rest_in_order(data: st.DataObject) -> None:
    """The block stays together, in order, right before what was at `before`."""
    total = data.draw(st.integers(1, 12))
    start = data.draw(st.integers(0, total - 1))
    length = data.draw(st.integers(1, total - start))
    before = data.draw(st.integers(0, total))
    old = list(range(total))
    new = moved(old, start, before, length)
    block = old[start : start + length]
    assert sorted(new) == old
    at = new.index(start)
    assert new[at : at + length] == block
    assert [n for n in new if n not in block] == [n for n in old if n not in block]
    if before < start or before > start + length:
        assert before == total or new[at + length] == before
    entries = [_entry(n) for n in old]
    assert [e.key for e in moved_since(entries, entries, start, before, length)] == new


@given(st.lists(st.sampled_from("abcd"), max_size=12), st.sets(st.sampled_from("abcd")))
def test_a_removal_takes_every_occurrence_and_nothing_else(uris: list[str], gone: set[str]) -> None:
    entries = [_entry(number, uri) for number, uri in enumerate(uris)]
    assert [e.uri for e in without(entries, gone)] == [uri for uri in uris if uri not in gone]


@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from("abcd")), max_size=12))
def test_adding_inserts_at_the_position(steps: list[tuple[int, str]]) -> None:
    """Like `list.insert`, duplicates welcome; a position beyond the end is refused."""
    playlist = Account(MovableClock()).create("P")
    expected: list[str] = []
    for position, uri in steps:
        if position > len(expected):
            with pytest.raises(Refused):
                playlist.add([uri], position, "listener")
            continue
        playlist.add([uri], position, "listener")
        expected.insert(position, uri)
    assert playlist.uris == expected


@given(st.data())
def test_no_edit_by_any_snapshot_loses_or_doubles_an_entry(data: st.DataObject) -> None:
    """Moves keep the entries, whichever version they mean; a removal takes only what it names."""
    playlist = Account(MovableClock()).create("P", uris=list("abcab"))
    for _ in range(data.draw(st.integers(1, 8))):
        old = data.draw(st.sampled_from(playlist.versions))
        entries = playlist.entries
        match data.draw(st.sampled_from(["add", "move", "remove"])):
            case "add":
                playlist.add(["d", "a"], data.draw(st.integers(0, len(entries))), "listener")
                assert [e for e in playlist.entries if e in entries] == list(entries)
            case "move" if old.entries:
                start = data.draw(st.integers(0, len(old.entries) - 1))
                length = data.draw(st.integers(1, len(old.entries) - start))
                playlist.reorder(start, data.draw(st.integers(0, len(old.entries))), length, old.snapshot)
                assert sorted(playlist.entries, key=lambda e: e.key) == sorted(entries, key=lambda e: e.key)
            case _:
                uri = data.draw(st.sampled_from("abcd"))
                playlist.remove([uri], old.snapshot)
                gone = [e for e in entries if e not in playlist.entries]
                assert gone == [e for e in entries if e.uri == uri and e in old.entries]
        assert len({e.key for e in playlist.entries}) == len(playlist.entries)


def test_a_move_by_an_old_snapshot_means_the_old_positions(playlist: Playlist) -> None:
    """What the version had at those positions is moved, whatever came in between."""
    old = playlist.snapshot
    playlist.insert("new", 0)
    playlist.remove_at(playlist.uris.index("c"))
    assert playlist.uris == ["new", "a", "b", "d"]
    playlist.reorder(0, 3, 1, old)
    assert playlist.uris == ["new", "b", "a", "d"]
    playlist.reorder(2, 0, 2, old)
    assert playlist.uris == ["new", "b", "d", "a"]


def test_a_removal_by_an_old_snapshot_spares_what_came_later(playlist: Playlist) -> None:
    old = playlist.snapshot
    playlist.insert("a")
    playlist.remove(["a"], old)
    assert playlist.uris == ["b", "c", "d", "a"]
    with pytest.raises(Refused):
        playlist.remove(["b"], "unheard of")


def test_every_change_makes_a_new_snapshot(playlist: Playlist) -> None:
    """Renames, descriptions and covers too; removing what is not there is no change."""
    seen = [playlist.snapshot]
    playlist.rename("Q")
    seen.append(playlist.snapshot)
    playlist.set_description("new")
    seen.append(playlist.snapshot)
    playlist.set_cover("/9j/")
    seen.append(playlist.snapshot)
    playlist.move(0, 4)
    seen.append(playlist.snapshot)
    assert len(set(seen)) == 5
    playlist.remove(["nothing of it"])
    assert playlist.snapshot == seen[-1]


def test_the_owner_may_add_what_the_api_refuses(playlist: Playlist) -> None:
    """Local files, episodes and null entries stand in the list and count as positions."""
    local = playlist.add_local_file("Vince DiCola", "Rocky IV", "War: Part 1", 355, 1)
    playlist.add_null(0)
    episode = playlist.add_episode("Round One")
    assert local == "spotify:local:Vince+DiCola:Rocky+IV:War%3A+Part+1:355"
    assert playlist.uris == [None, "a", local, "b", "c", "d", episode]
    playlist.reorder(0, 3)
    assert playlist.uris[:3] == ["a", local, None]


def test_a_delayed_reader_sees_the_version_of_then(playlist: Playlist, clock: MovableClock) -> None:
    before = playlist.snapshot
    clock.move(timedelta(seconds=60))
    playlist.remove(["a"])
    assert playlist.version_seen(30).snapshot == before
    clock.move(timedelta(seconds=30))
    assert playlist.version_seen(30).snapshot == playlist.snapshot


def test_a_deleted_playlist_leaves_the_library_alone(playlist: Playlist) -> None:
    account = playlist.account
    other = account.create("Other", owner="someone-else")
    account.follow(other)
    assert account.library() == [other, playlist]
    account.delete(playlist)
    assert account.library() == [other]
    assert account.playlist(playlist.id) is playlist
    with pytest.raises(KeyError):
        account.playlist("P")


def test_an_account_reads_back_as_it_was_written(playlist: Playlist, clock: MovableClock) -> None:
    account = playlist.account
    playlist.add_episode()
    playlist.add_null()
    account.relink("a", "z")
    account.set_unplayable("b")
    account.follow(account.create("Other", owner="someone-else"))
    again = Account.from_json(clock, account.to_json())
    assert again.to_json() == account.to_json()
    assert again.playlist("P").snapshot == playlist.snapshot
    assert again.next_key() == account.next_key()


def _entry(key: int, uri: str = "") -> Entry:
    return Entry(key, uri, "2026-11-25T12:00:00Z", "listener")


@pytest.fixture
def playlist(clock: MovableClock) -> Playlist:
    """A playlist of a, b, c and d."""
    return Account(clock).create("P", uris=["a", "b", "c", "d"])
