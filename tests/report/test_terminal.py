"""The report on a terminal: what stands on each line, at every width, and commands that can be copied."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from rich.console import Console

from playlist_builder.errors import ServiceError
from playlist_builder.matching.decide import candidate
from playlist_builder.model import Changes, Match, PlaylistRef, RequestCount, Result, Search
from playlist_builder.report import explain
from playlist_builder.report.terminal import rows, show
from playlist_builder.report.text import command_line
from tests.builders import recording, track

LONG = track("The Wallflower (Dance with Me Henry) and What Came After It", "John Cafferty and the Beaver Brown Band")
FOUND = Match(
    track=LONG,
    outcome="matched",
    recording=recording("The Wallflower", "John Cafferty", album="Eddie and the Cruisers", duration_ms=163_000),
    differences=("title", "artist"),
    found_by="album",
    score=0.9,
)
OPEN = Match(track=track("Gone", "Nobody"), outcome="unsearched", reason="not searched yet")
DOUBTFUL = Match(
    track=track("I Still Believe", "Tim Cappello"),
    outcome="review",
    reason="only live recordings were found",
    candidates=(
        candidate(track("I Still Believe", "Tim Cappello"), recording("I Still Believe - Live", "Tim Cappello")),
    ),
    searches=(Search(query="I Still Believe", step="plain", hits=1),),
)


def printed(made: Callable[[Console], object], width: int = 80) -> list[str]:
    out = io.StringIO()
    made(Console(file=out, width=width))
    return out.getvalue().splitlines()


def result(**more: object) -> Result:
    given: dict[str, object] = {"listing": "mix", "service": "demo", "title": "Mix", "matches": (FOUND,)} | more
    return Result(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [40, 60, 80])
def test_longer_lines_go_on_below_their_first_word_and_end_in_no_blanks(width: int) -> None:
    listed = printed(lambda c: c.print(rows((FOUND, DOUBTFUL), c, detail=True)), width)
    told = printed(lambda c: c.print(explain.text(0, FOUND)), width)

    assert all(line == line.rstrip() and len(line) <= width for line in listed + told)
    assert all(line.startswith(("   1 ✓ ", "   2 ? ", " " * 7)) for line in listed)
    assert all(line.startswith(" ") for line in told[1 : told.index("Searches")])


def test_a_row_that_was_not_searched_says_so_once() -> None:
    assert printed(lambda c: c.print(rows((OPEN,), c))) == ["   1 … Nobody – Gone  [not searched yet]"]
    seen = printed(lambda c: c.print(explain.text(0, OPEN)))
    assert sum("not searched yet" in line for line in seen) == 1


def test_more_is_said_where_asked_for() -> None:
    short = "\n".join(printed(lambda c: c.print(rows((FOUND, DOUBTFUL), c)), 120))
    long = "\n".join(printed(lambda c: c.print(rows((FOUND, DOUBTFUL), c, detail=True)), 120))
    recorded = "= John Cafferty – The Wallflower · Eddie and the Cruisers · 2:43 (found by album)"
    assert recorded not in short
    assert recorded in long
    assert "could be Tim Cappello – I Still Believe - Live" in long


def test_explain_counts_one_hit_as_one() -> None:
    assert "   1. I Still Believe  [plain] 1 hit" in printed(lambda c: c.print(explain.text(0, DOUBTFUL)))


def test_a_dry_run_names_the_sync_only_where_it_would_change_something() -> None:
    kept = PlaylistRef(id="1", url=None, name="Mix", created=False, public=False)
    same = result(dry_run=True, playlist=kept, changes=Changes(kept=1))
    more = result(dry_run=True, playlist=kept, changes=Changes(kept=1, added=1))
    new = result(dry_run=True)
    assert not any(line.startswith("Next:") for line in printed(lambda c: show(same, c)))
    assert "Next: playlist sync mix --service demo" in printed(lambda c: show(more, c))
    assert "Next: playlist sync mix --service demo" in printed(lambda c: show(new, c))


def test_a_write_that_failed_is_not_told_as_done() -> None:
    kept = PlaylistRef(id="1", url=None, name="Mix", created=False, public=False)
    failed = result(playlist=kept, error=ServiceError("Spotify refused it."))
    assert not any(line.startswith("Playlist:") for line in printed(lambda c: show(failed, c)))


def test_the_playlists_address_and_the_next_step_are_whole_on_a_narrow_terminal() -> None:
    url = "https://open.spotify.com/playlist/dJz2kMINHPRYwwjRm0CozO"
    there = PlaylistRef(id="1", url=url, name="Mix", created=False, public=False)
    name = "a-rather-long-name-for-a-listing"
    made = result(listing=name, service="spotify", matches=(DOUBTFUL,), playlist=there, requests=RequestCount(sent=1))
    seen = printed(lambda c: show(made, c, left=1), 40)
    assert url in seen
    assert f"Next: playlist review {name}" in seen
    assert "1 request sent · 1 catalogue request left today" in seen


@pytest.mark.parametrize(
    ("name", "service", "rest", "line"),
    [
        ("mix", "spotify", (), "playlist sync mix"),
        ("mix", "demo", ("-n",), "playlist sync mix -n --service demo"),
        ("top gun", "spotify", (), 'playlist sync "top gun"'),
        ("rock'n'roll", "spotify", (), "playlist sync \"rock'n'roll\""),
        ("$HOME", "spotify", (), "playlist sync '$HOME'"),
        ("été", "spotify", (), "playlist sync été"),
    ],
)
def test_commands_can_be_copied(name: str, service: str, rest: tuple[str, ...], line: str) -> None:
    assert command_line("sync", name, service, *rest) == line
