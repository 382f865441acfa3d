"""The mark, descriptions, and what is written of texts and visibility."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlist_builder.syncing.texts import (
    description_for,
    lock_in,
    mark,
    one_line,
    text_to_write,
    visibility_to_write,
)

MARK = "[playlist rocky-iv k3v9x2q7]"


def test_the_mark_is_short_and_plain() -> None:
    assert mark("rocky-iv", "k3v9x2q7") == MARK
    assert len(mark("x" * 500, "k3v9x2q7").encode("utf-16-le")) // 2 <= 100


@pytest.mark.parametrize(
    ("description", "found"),
    [
        (MARK, ("rocky-iv", "k3v9x2q7")),
        (f"From example.org/rocky {MARK}", ("rocky-iv", "k3v9x2q7")),
        (f"[playlist old aaaaaaaa] {MARK} and my own words", ("rocky-iv", "k3v9x2q7")),
        ("[playlist my films k3v9x2q7]", ("my films", "k3v9x2q7")),
        ("[playlist k3v9x2q7]", None),
        ("playlist rocky-iv k3v9x2q7", None),
        ("", None),
    ],
)
def test_a_mark_is_found_again(description: str, found: tuple[str, str] | None) -> None:
    assert lock_in(description) == found


@given(st.text("abcxyz0189-_. éÖ", min_size=1, max_size=60).map(lambda s: " ".join(s.split())).filter(bool))
def test_every_name_comes_back_from_its_mark(name: str) -> None:
    assert lock_in(description_for("words", None, mark(name, "k3v9x2q7"))) == (name, "k3v9x2q7")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("one\r\ntwo\n\n three\t", "one two three"),
        ("a\x00b\x1bc\x9dd", "abcd"),
        ("a\u202eb\u2066c", "abc"),
        ("line\u2028break\u0085here", "line break here"),
        ("lone \ud800 half", "lone half"),
        ("", ""),
    ],
)
def test_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("the eye of the tiger", 20, "the eye of the tiger"),
        ("the eye of the tiger", 19, "the eye of the…"),
        ("the eye of the tiger", 15, "the eye of the…"),
        ("the eye, of the tiger", 9, "the eye…"),
        ("unbreakable", 5, "unbr…"),
        ("🎬🎬🎬", 5, "🎬🎬…"),
        ("🎬🎬🎬", 6, "🎬🎬🎬"),
        ("abe\u0301fgh", 4, "ab…"),
        ("ab", 1, "…"),
    ],
)
def test_a_long_text_is_cut_at_a_word(text: str, limit: int, cut: str) -> None:
    assert one_line(text, limit) == cut


@given(st.text(), st.integers(1, 400))
def test_one_line_is_short_and_settled(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line.encode("utf-16-le")) // 2 <= limit
    assert line == one_line(line, limit)
    assert not set(line) & {"\n", "\r", "\t", "\0"}


@pytest.mark.parametrize(
    ("text", "source", "description"),
    [
        (None, None, MARK),
        ("", "https://example.org", MARK),
        ("Drago falls.", None, f"Drago falls. {MARK}"),
        ("Two\nlines", "https://example.org", f"Two lines {MARK}"),
        (None, "https://www.example.org/rocky-iv/", f"From example.org/rocky-iv {MARK}"),
        (None, "the booklet", f"From the booklet {MARK}"),
        (None, "", MARK),
    ],
)
def test_description(text: str | None, source: str | None, description: str) -> None:
    assert description_for(text, source, MARK) == description


def test_a_long_description_keeps_its_mark() -> None:
    description = description_for("word " * 200, None, MARK)
    assert len(description) <= 300
    assert description.endswith(f"… {MARK}")


@pytest.mark.parametrize(
    ("before", "wanted", "remote", "written"),
    [
        ("A", "A", "A", None),
        ("A", "B", "A", "B"),
        ("A", "A", "the user's", None),
        ("A", "B", "the user's", None),
        ("A", "B", "", None),
        ("A", "B", "B", None),
        (None, "A", "", "A"),
        (None, "A", "the user's", None),
        (None, "A", "A", None),
    ],
)
def test_text_three_ways(before: str | None, wanted: str, remote: str, written: str | None) -> None:
    assert text_to_write(before, wanted, remote) == written


def test_a_text_that_the_service_changed_is_not_written_again() -> None:
    assert text_to_write("A and B", "A & B", "A and B", asked_before="A & B") is None
    assert text_to_write("A and B", "C", "A and B", asked_before="A & B") == "C"


@pytest.mark.parametrize(
    ("asked", "seen", "wanted", "remote", "written"),
    [
        (False, False, False, False, None),
        (False, True, False, True, None),  # the service ignored it
        (False, False, False, True, None),  # the user made it public
        (False, True, True, True, None),
        (False, False, True, False, True),  # the listing changed its mind
        (True, True, False, True, False),
        (None, None, False, True, None),  # no memory: what is there stays
        (None, None, True, False, None),
        (True, False, False, None, None),
        (True, True, False, None, False),
        (True, None, False, None, False),
    ],
)
def test_visibility(
    asked: bool | None, seen: bool | None, wanted: bool, remote: bool | None, written: bool | None
) -> None:
    assert visibility_to_write(asked, seen, wanted, remote) == written


def test_visibility_never_loops_whatever_the_service_makes_of_it() -> None:
    for asked, seen, wanted, remote, made_of_it in product(
        (True, False), (True, False, None), (True, False), (True, False, None), (True, False, None)
    ):
        if visibility_to_write(asked, seen, wanted, remote) is not None:
            assert visibility_to_write(wanted, made_of_it, wanted, made_of_it) is None
