"""Why a row became what it is: its searches, its candidates with every part of their scores, the rule that spoke."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from playlist_builder.matching.decide import MARGIN, THRESHOLD
from playlist_builder.model import Candidate, Match
from playlist_builder.report.hanging import Hanging, indented
from playlist_builder.report.json import track_objects
from playlist_builder.report.text import clean
from playlist_builder.report.words import NAMES, difference_lines, label, length, plural

NO_SEARCH = "none for this row alone (decided earlier, or found on the listing's album)"
RULES = {
    "version": "refused: another version (live, remix, …) than the row asks for",
    "part": "refused: another part of the song",
    "copy": "refused: karaoke, tribute or the like",
}


def text(at: int, match: Match) -> RenderableType:
    """The explanation for a terminal."""
    head = Hanging(Text(f"{at + 1}. ", "bold"), Text(label(match.track), "bold"))
    lines: list[RenderableType] = [head, indented(3, f"{NAMES[match.outcome]}{_how(match)}")]
    if match.reason not in ("", NAMES[match.outcome], "chosen by a person"):
        lines.append(indented(3, clean(match.reason)))
    if match.recording is not None:
        chosen = Text(f"{clean(match.recording.label)}{_where(match.recording.album)}", "green")
        lines.append(Hanging(Text("   → ", "green"), chosen))
        lines.extend(indented(5, line, "yellow") for line in difference_lines(match))
    lines.append(Text("Searches", "bold"))
    if not match.searches:
        none = "none yet" if match.outcome == "unsearched" else NO_SEARCH
        lines.append(indented(3, none, "dim"))
    for number, search in enumerate(match.searches, 1):
        words = f"{clean(search.query)}  [{search.step}] {plural(search.hits, 'hit')}"
        lines.append(Hanging(Text(f"   {number}. "), Text(words)))
    lines.append(Text("Candidates", "bold"))
    for number, found in enumerate(match.candidates, 1):
        lines.extend(_candidate(number, found))
    if not match.candidates:
        lines.append(indented(3, "none kept", "dim"))
    rule = f"Taken from a total of {THRESHOLD:.2f}, with a lead of {MARGIN:.2f} over any other song or act."
    lines.append(indented(0, rule, "dim"))
    return Group(*lines)


def as_object(name: str, at: int, match: Match) -> dict[str, Any]:
    """The explanation as JSON."""
    row = {**track_objects([match])[0], "position": at + 1}
    row["candidates"] = [
        {
            "uri": clean(c.recording.uri),
            "title": clean(c.recording.title),
            "artists": [clean(artist) for artist in c.recording.artists],
            "album": clean(c.recording.album) if c.recording.album else None,
            "total": round(c.score.total, 4),
            "parts": {part: round(value, 4) for part, value in c.score.parts},
            "refusal": c.score.refusal,
            "query": clean(c.query) if c.query else None,
            "found_by": c.found_by,
        }
        for c in match.candidates
    ]
    searches = [{"query": clean(s.query), "step": s.step, "hits": s.hits} for s in match.searches]
    return {"version": 1, "listing": name, "track": row, "searches": searches, "threshold": THRESHOLD, "margin": MARGIN}


def _candidate(number: int, found: Candidate) -> list[RenderableType]:
    recording = found.recording
    time = f" {length(recording.duration_ms)}" if recording.duration_ms else ""
    mark, name = Text(f"   {number}. "), clean(recording.label) or clean(recording.uri)
    head = Hanging(mark, Text(f"{name}{time}{_where(recording.album)}"))
    parts = " · ".join(f"{part} {value:.2f}" for part, value in found.score.parts)
    lines: list[RenderableType] = [head, indented(6, f"total {found.score.total:.2f} ({parts})", "dim")]
    if found.score.refusal:
        lines.append(indented(6, RULES.get(found.score.refusal, found.score.refusal), "red"))
    return lines


def _how(match: Match) -> str:
    if match.found_by in (None, "pin"):
        return ""
    score = f", score {match.score:.2f}" if match.score is not None else ""
    return f" (found by {match.found_by}{score})"


def _where(album: str | None) -> str:
    return f"  [{clean(album)}]" if album else ""
