"""Results for a terminal, at 80 columns and less, through rich; every text of others goes through `clean` first."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, Group, RenderableType
from rich.text import Text

from playlist_builder.model import Changes, Match, Recording, Result
from playlist_builder.report.hanging import Hanging, indented
from playlist_builder.report.json import worth_showing
from playlist_builder.report.text import clean
from playlist_builder.report.words import (
    NAMES,
    SIGNS,
    change_words,
    count_words,
    difference_lines,
    label,
    length,
    next_steps,
    plural,
)

COLORS = {
    "matched": "green",
    "pinned": "green",
    "review": "yellow",
    "missing": "red",
    "skipped": "dim",
    "unsearched": "dim",
}


def rows(matches: Iterable[Match], console: Console, *, quiet: bool = False, detail: bool = False) -> RenderableType:
    """One line for each row, its differences and its reason below it. `quiet`: only rows that need a person.
    `detail`: also the recording, or the likeliest ones.
    """
    lines: list[RenderableType] = []
    plain = not _can_show(console)
    for number, match in enumerate(matches, 1):
        if quiet and not match.needs_person:
            continue
        sign = SIGNS[match.outcome][1 if plain else 0]
        mark = Text.assemble((f" {number:>3} ", "dim"), (f"{sign} ", COLORS[match.outcome]))
        line = Text(label(match.track))
        if match.outcome not in ("matched",):
            line.append(f"  [{NAMES[match.outcome]}]", COLORS[match.outcome])
        if match.gap:
            line.append("  (known gap)", "dim")
        lines.append(Hanging(mark, line))
        lines.extend(indented(7, text, "yellow") for text in difference_lines(match))
        if _worth_saying(match):
            lines.append(indented(7, clean(match.reason), "dim"))
        lines.extend(indented(7, text, "dim") for text in (_detail(match) if detail else ()))
    return Group(*lines)


def _detail(match: Match) -> list[str]:
    """The recording with its album, length and how it was found; without one, what it could be."""
    if match.recording is None:
        return [f"could be {_recording(found.recording)}" for found in worth_showing(match)]
    how = "" if match.found_by in ("lock", "pin") else f" (found by {match.found_by})"
    return [f"= {_recording(match.recording)}{how}"]


def _recording(recording: Recording) -> str:
    parts = [recording.label or recording.uri, recording.album or "", length(recording.duration_ms)]
    return " · ".join(clean(part) for part in parts if part)


def _worth_saying(match: Match) -> bool:
    """Whether the reason says more than the line and its differences."""
    if match.recording is None:
        return match.reason not in ("", NAMES[match.outcome]) and match.outcome != "skipped"
    return not match.differences and match.reason.startswith("same recording")


def show(result: Result, out: Console, *, quiet: bool = False, detail: bool = False, left: int | None = None) -> None:
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
    out.print(rows(result.matches, out, detail=detail))
    out.print()
    out.print(Text(count_words(result.matches)))
    cut_short = result.error is not None and result.changes == Changes()  # what was written is not known
    if (result.playlist is not None or result.dry_run) and not cut_short:
        out.print(Text(f"Playlist: {change_words(result)}"))
    for note in result.notes:
        out.print(Text(clean(note)), style="cyan")
    out.print(Text(_cost(result, left)), style="dim", soft_wrap=True)
    if result.playlist is not None and result.playlist.url and result.service != "demo":
        out.print(Text(result.playlist.url), style="dim", soft_wrap=True)
    say_next(result, out)


def say_next(result: Result, out: Console) -> None:
    """The commands that lead on, each on a line that can be copied."""
    for step in next_steps(result):
        out.print(Text.assemble("Next: ", (step, "bold")), soft_wrap=True)


def _cost(result: Result, left: int | None) -> str:
    sent, cached = result.requests.sent, result.requests.cached
    parts = [f"{plural(sent, 'request')} sent" + (f", {cached} from the cache" if cached else "")]
    if left is not None:
        parts.append(f"{plural(left, 'catalogue request')} left today")
    if result.service == "demo":
        parts.append("demo service: nothing left this machine")
    return " · ".join(parts)


def _can_show(console: Console) -> bool:
    """Whether the console's encoding has the signs."""
    try:
        "✓✗…→–".encode(console.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
