"""The lock file: what was decided for a row stays with that row, and the file stays as it is while nothing changes."""

from __future__ import annotations

import codecs
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlist_builder.errors import ListingError
from playlist_builder.model import Track
from playlist_builder.store.lock import Decision, Lock, LockRow, align, amend, load, parse, render, save, updated
from tests.builders import track

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
URIS = st.integers(0, 9).map(lambda n: f"spotify:track:{n}")
VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(-9, 9), st.floats(-9, 9), WORDS, st.dates(), st.datetimes()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=4,
)


def chosen(uri: str, *, person: bool = False, **more: str) -> Decision:
    return Decision(uri=f"spotify:track:{uri}", decided="person" if person else "auto", **more)  # type: ignore[arg-type]


def locked(tracks: list[Track], decisions: list[Decision | None], service: str = "spotify") -> Lock:
    return updated(Lock(id="k3v9x2q7"), tracks, service, decisions)


def uris(lock: Lock, tracks: list[Track], service: str = "spotify") -> list[str | None]:
    return [d.uri.rpartition(":")[2] if d and d.uri else None for d in align(lock, tracks).decisions(service)]


@st.composite
def locks(draw: st.DrawFn) -> Lock:
    decision = st.builds(
        Decision,
        decided=st.sampled_from(["auto", "person"]),
        uri=st.none() | URIS,
        name=st.none() | st.sampled_from(["Vince DiCola – War", 'A "quote" \\ back']),
        isrc=st.none() | st.just("USRC17607839"),
        skip=st.booleans(),
        later=st.booleans(),
        restored=st.booleans(),
        more=st.dictionaries(st.sampled_from(["weight", "note it", "é"]), VALUES, max_size=2),
    )
    row = st.builds(
        LockRow,
        artist=st.sampled_from(["", "Vince DiCola", "Größe"]),
        title=st.sampled_from(["War", "Hearts [on] Fire = #1", "…"]),
        album=st.none() | st.just("Rocky IV"),
        duration_ms=st.none() | st.just(231_000),
        decisions=st.dictionaries(st.sampled_from(["spotify", "demo", "tidal"]), decision, max_size=2),
        more=st.dictionaries(
            st.sampled_from(["note", "two words"]), VALUES.filter(lambda v: not isinstance(v, dict)), max_size=2
        ),
    )
    past = tuple(draw(st.lists(URIS, unique=True, max_size=3)))
    more = draw(st.dictionaries(st.just("owner"), VALUES, max_size=1))
    return Lock(id="k3v9x2q7", past=past, rows=tuple(draw(st.lists(row, max_size=4))), more=more)


@given(locks())
def test_what_is_written_is_read_as_it_was(lock: Lock) -> None:
    text = render(lock)
    assert parse(text.encode(), "x.lock.toml") == lock
    assert render(parse(text.encode(), "x.lock.toml")) == text


def test_an_unchanged_lock_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "mix.lock.toml"
    lock = locked([track("War")], [chosen("war")])
    assert save(path, lock)
    text = path.read_bytes()
    for same in (
        text,
        text.replace(b"\n", b"\r\n"),
        codecs.BOM_UTF8 + text,
        text.decode().encode("utf-16"),
        text + b"# mine\n",
        text.replace(b" = ", b"="),
    ):
        path.write_bytes(same)
        assert not save(path, lock)
        assert amend(path, lock, [track("War")], "spotify", [chosen("war")]) == lock
        assert path.read_bytes() == same


def test_line_ends_stay_what_they_were(tmp_path: Path) -> None:
    path = tmp_path / "mix.lock.toml"
    lock = locked([track("War")], [chosen("war")])
    path.write_bytes(render(lock).replace("\n", "\r\n").encode())
    amend(path, lock, [track("War")], "spotify", [chosen("other")])
    assert path.read_bytes().count(b"\r\n") == path.read_bytes().count(b"\n") > 5
    assert uris(load(path) or lock, [track("War")]) == ["other"]


def test_what_a_person_decides_during_a_run_stays(tmp_path: Path) -> None:
    path = tmp_path / "mix.lock.toml"
    tracks = [track("War"), track("Training Montage"), track("Burning Heart")]
    before = locked(tracks, [chosen("war"), None, None])
    save(path, before)
    save(path, updated(before, tracks, "spotify", [chosen("war"), chosen("pinned", person=True), None]))
    after = amend(path, before, tracks, "spotify", [chosen("better"), chosen("found"), chosen("heart")])
    assert uris(after, tracks) == ["better", "pinned", "heart"]
    assert load(path) == after


def test_unknown_keys_are_kept(tmp_path: Path) -> None:
    text = """version = 1
id = "k3v9x2q7"
owner = "me"
[[track]]
title = "War"
note = "the one with strings"
tags = ["a", 1]
spotify = { uri = "spotify:track:war", decided = "person", why = "better sound", name = "Vince DiCola – War" }
tidal = { decided = "auto", id = 5 }
"""
    lock = parse(text.encode(), "mix.lock.toml")
    path = tmp_path / "mix.lock.toml"
    path.write_text(text, encoding="utf-8")
    amend(
        path,
        lock,
        [Track(title="New"), Track(title="War")],
        "spotify",
        [chosen("new"), lock.rows[0].decisions["spotify"]],
    )
    kept = path.read_text(encoding="utf-8")
    for words in ('owner = "me"', 'note = "the one with strings"', 'tags = ["a", 1]', 'why = "better sound"', "id = 5"):
        assert words in kept


def test_other_services_decisions_stay() -> None:
    tracks = [track("War"), track("Burning Heart")]
    lock = locked(tracks, [chosen("war"), chosen("heart")])
    both = updated(lock, tracks, "demo", [chosen("demo-war"), None])
    assert uris(both, tracks) == ["war", "heart"]
    assert uris(both, tracks, "demo") == ["demo-war", None]
    assert uris(updated(both, tracks[:1], "demo", [None]), tracks[:1]) == ["war"]


def test_a_decision_goes_with_its_row() -> None:
    tracks = [track("War"), track("Training Montage"), track("Burning Heart")]
    lock = locked(tracks, [chosen("war"), chosen("montage"), chosen("heart")])
    assert uris(lock, tracks[::-1]) == ["heart", "montage", "war"]
    assert uris(lock, [tracks[2], track("Eye of the Tiger"), tracks[0]]) == ["heart", None, "war"]
    assert uris(lock, [track("WAR"), track("Training  montage"), track("Burning Heart!")]) == [
        "war",
        "montage",
        "heart",
    ]


def test_a_reworded_row_keeps_its_decision_by_its_neighbours_or_its_recording() -> None:
    tracks = [track("War"), track("Training Montage"), track("Burning Heart")]
    lock = locked(tracks, [chosen("war"), chosen("montage", name="Vince DiCola – Training Montage"), chosen("heart")])
    beside = align(lock, [tracks[0], track("Trainig Montag"), tracks[2]])
    assert uris(lock, [tracks[0], track("Trainig Montag"), tracks[2]]) == ["war", "montage", "heart"]
    assert beside.reworded == {1}
    assert uris(lock, [track("Training Montages", "Vince DiCola"), tracks[0], tracks[2]]) == ["montage", "war", "heart"]
    assert uris(lock, [tracks[0], track("No Easy Way Out"), tracks[2]]) == ["war", None, "heart"]


def test_a_twin_that_goes_leaves_the_others_decision_alone() -> None:
    film, album = track("War", isrc="AAAAA0000001"), track("War", isrc="BBBBB0000002")
    lock = locked([film, album], [chosen("film", person=True), chosen("album")])
    assert uris(lock, [film, album]) == ["film", "album"]
    assert uris(lock, [album, film]) == ["album", "film"]
    assert uris(lock, [album]) == ["album"]
    assert uris(lock, [film]) == ["film"]


def test_a_row_that_gets_a_twin_keeps_its_decision() -> None:
    first, second = track("War", isrc="AAAAA0000001"), track("War", isrc="BBBBB0000002")
    lock = locked([first], [chosen("first", isrc="AAAAA0000001")])
    assert uris(lock, [second, first]) == [None, "first"]
    short, long = track("War", duration_ms=60_000), track("War", duration_ms=300_000)
    lock = locked([short, long], [chosen("short"), chosen("long")])
    assert uris(lock, [long]) == ["long"]


def test_true_repeats_are_counted() -> None:
    lock = locked([track("War")] * 3, [chosen("1"), chosen("2"), chosen("3")])
    assert uris(lock, [track("War")] * 4) == ["1", "2", "3", None]
    assert uris(lock, [track("War")] * 2) == ["1", "2"]


def test_what_is_chosen_no_more_is_past_until_it_is_chosen_again() -> None:
    tracks = [track("War"), track("Burning Heart")]
    lock = locked(tracks, [chosen("war"), chosen("heart")])
    gone = updated(lock, tracks[1:], "spotify", [chosen("other")])
    assert gone.past == ("spotify:track:war", "spotify:track:heart")
    assert gone.named("spotify") == {f"spotify:track:{name}" for name in ("war", "heart", "other")}
    back = updated(gone, tracks, "spotify", [chosen("war"), chosen("other")])
    assert back.past == ("spotify:track:heart",)


def test_a_long_listing_that_is_replaced_whole_is_past_whole() -> None:
    old = [track(f"Old song {i}") for i in range(700)]
    lock = locked(old, [chosen(str(i)) for i in range(700)])
    new = [track(f"New tune {i}", "Someone Else") for i in range(3)]
    assert len(updated(lock, new, "spotify", [None] * 3).past) == 700


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('version = 2\nid = "k3v9x2q7"\n', "newer"),
        ('version = true\nid = "k3v9x2q7"\n', "newer"),
        ("version = 1\n", "id"),
        ('version = 1\nid = "A B"\n', "id"),
        ('version = 1\nid = "k3v9x2q7"\npast = "spotify:track:x"\n', "past"),
        ('version = 1\nid = "k3v9x2q7"\ntrack = 5\n', "lock file"),
        ('version = 1\nid = "k3v9x2q7"\n[[track]]\nartist = "A"\n', "title"),
        ('version = 1\nid = "k3v9x2q7"\n[[track]]\ntitle = "A"\nspotify = { uri = 5 }\n', "uri = 5"),
        ('version = 1\nid = "k3v9x2q7"\n[[track]]\ntitle = "A"\nisrc = 5\n', "isrc = 5"),
        ('version = 1\nid = "k3v9x2q7\n', "mix.lock.toml:2"),
        ('<<<<<<< HEAD\nversion = 1\n=======\n', "conflict"),
        ("", "empty"),
        ("\0\1\2" * 40, "binary"),
    ],
)  # fmt: skip
def test_a_lock_that_cannot_be_read_is_named_and_never_overwritten(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "mix.lock.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ListingError, match=r"mix\.lock\.toml") as raised:
        load(path)
    assert words in raised.value.message
    with pytest.raises(ListingError):
        save(path, locked([track("War")], [chosen("war")]))
    assert path.read_text(encoding="utf-8") == text


def test_a_long_listing_that_is_replaced_whole_does_not_take_for_ever() -> None:
    old = [Track(title=f"Old song number {i}", artist=f"Band {i % 50}") for i in range(3000)]
    new = [Track(title=f"Another tune {i * 7}", artist=f"Choir {i % 40}") for i in range(3000)]
    lock = locked(old, [chosen(str(i), name=f"Band {i % 50} – Old song number {i}") for i in range(3000)])
    start = time.process_time()
    assert not [uri for uri in uris(lock, new) if uri]
    assert uris(lock, [*old[:1500], track("Old song nmber 1500"), *old[1501:]])[1500] == "1500"
    assert time.process_time() - start < 5
