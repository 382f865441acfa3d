"""Results for a terminal, at 80 columns and less, through rich; every text of others goes through `clean` first."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from playlist_builder.model import Match, Result
from playlist_builder.report.text import clean
from playlist_builder.report.words import (
    NAMES,
    SIGNS,
    change_words,
    count_words,
    difference_lines,
    label,
    next_steps,
)

COLORS = {
    "matched": "green",
    "pinned": "green",
    "review": "yellow",
    "missing": "red",
    "skipped": "dim",
    "unsearched": "dim",
}


def rows(matches: Iterable[Match], console: Console, *, quiet: bool = False) -> RenderableType:
    """One line for each row, its differences and its reason below it. `quiet`: only rows that need a person."""
    lines: list[RenderableType] = []
    plain = not _can_show(console)
    for number, match in enumerate(matches, 1):
        if quiet and not match.needs_person:
            continue
        sign = SIGNS[match.outcome][1 if plain else 0]
        line = Text(f" {number:>3} ", "dim")
        line.append(sign, COLORS[match.outcome])
        line.append(f" {label(match.track)}")
        if match.outcome not in ("matched",):
            line.append(f"  [{NAMES[match.outcome]}]", COLORS[match.outcome])
        if match.gap:
            line.append("  (known gap)", "dim")
        lines.append(line)
        lines.extend(_indented(text, "yellow") for text in difference_lines(match))
        if _worth_saying(match):
            lines.append(_indented(clean(match.reason), "dim"))
    return Group(*lines)


def _worth_saying(match: Match) -> bool:
    """Whether the reason says more than the line and its differences."""
    if match.recording is None:
        return bool(match.reason) and match.outcome != "skipped"
    return not match.differences and match.reason.startswith("same recording")


def _indented(text: str, style: str) -> RenderableType:
    return Padding(Text(text, style), (0, 0, 0, 7), expand=False)


def show(result: Result, out: Console, *, quiet: bool = False, left: int | None = None) -> None:
    """Prints a run's result: heading, rows, what changed, what it cost, what to do next."""
    if result.held:
        for note in result.notes:
            out.print(Text(clean(f"{result.listing}: {note}")), soft_wrap=True)
        return
    if quiet:
        if result.needing_person:
            out.print(Text(f"{clean(result.title)}  ({result.listing})", "bold"))
            out.print(rows(result.matches, out, quiet=True))
        return
    out.print(Text(f"{clean(result.title)}  ({result.listing})", "bold"))
    out.print(rows(result.matches, out))
    out.print()
    out.print(Text(count_words(result.matches)))
    if result.playlist is not None or result.dry_run:
        out.print(Text(f"Playlist: {change_words(result)}"))
    for note in result.notes:
        out.print(Text(clean(note)), style="cyan")
    out.print(Text(_place(result, left)), style="dim", soft_wrap=True)
    for step in next_steps(result):
        out.print(Text.assemble("Next: ", (step, "bold")))


def _place(result: Result, left: int | None) -> str:
    sent, cached = result.requests.sent, result.requests.cached
    parts = [f"{sent} request{'s' * (sent != 1)} sent" + (f", {cached} from the cache" if cached else "")]
    if left is not None:
        parts.append(f"{left} searches left today")
    if result.service == "demo":
        parts.append("demo service: nothing left this machine")
    elif result.playlist is not None and result.playlist.url:
        parts.append(result.playlist.url)
    return " · ".join(parts)


def _can_show(console: Console) -> bool:
    """Whether the console's encoding has the signs."""
    try:
        "✓✗…→–".encode(console.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
