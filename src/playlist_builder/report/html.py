"""A listing's matches and mismatches as one self-contained page, to keep, to send or to print. No script."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from playlist_builder.model import Candidate, Match, Recording
from playlist_builder.report.parts import cover, marked
from playlist_builder.report.text import clean
from playlist_builder.report.words import NAMES, SIGNS, changes_of, count_words, length

MOST_CANDIDATES = 5
PICTURES = "https://i.scdn.co https://*.scdn.co"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    number: int
    outcome: str
    sign: str
    state: str
    title: str
    artist: str
    differences: list[tuple[str, str, list[tuple[str, bool]]]]
    reason: str
    candidates: list[tuple[str, str]]
    album: str
    year: str
    length: str
    cover: str | None


def page(title: str, name: str, matches: Sequence[Match], playlist_url: str | None = None, covers: bool = False) -> str:
    """The whole page. With `covers` it shows the service's pictures, the only thing that it loads from elsewhere."""
    loader = PackageLoader("playlist_builder.report")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    style = loader.get_source(environment, "report.css")[0].strip()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return environment.get_template("report.html").render(
        title=clean(title),
        name=clean(name),
        summary=count_words(matches),
        album=_common_album(matches),
        url=clean(playlist_url) if playlist_url and playlist_url.startswith("https://") else None,
        rows=[_row(number, match) for number, match in enumerate(matches, 1)],
        covers=covers,
        pictures=PICTURES if covers else "'none'",
        style=Markup(style),  # our own file
        style_hash=f"sha256-{digest}",
    )


def _row(number: int, match: Match) -> _Row:
    track, recording = match.track, match.recording
    changes = changes_of(track, recording, match.differences) if recording is not None else []
    return _Row(
        number=number,
        outcome=match.outcome,
        sign=SIGNS[match.outcome][0],
        state=NAMES[match.outcome] + (", known gap" if match.gap and recording is None else ""),
        title=clean(track.title),
        artist=clean(track.artist),
        differences=[(part, ours, marked(ours, theirs)) for part, ours, theirs in changes],
        reason=_reason(match),
        candidates=[(clean(c.recording.label), _facts(c.recording)) for c in _likely(match)],
        album=clean(recording.album or "") if recording is not None else "",
        year=clean(recording.release_date or "")[:4] if recording is not None else "",
        length=length(recording.duration_ms if recording is not None else None),
        cover=cover(recording.cover_url) if recording is not None else None,
    )


def _common_album(matches: Sequence[Match]) -> str:
    """The album that most of the recordings are on; "" where there is none such."""
    albums = Counter(clean(m.recording.album or "") for m in matches if m.recording is not None)
    name, count = albums.most_common(1)[0] if albums else ("", 0)
    return name if count > 1 and count * 2 > albums.total() else ""


def _likely(match: Match) -> list[Candidate]:
    """Candidates of an open row that a person could mean."""
    if match.recording is not None or match.outcome == "skipped":
        return []
    return [c for c in match.candidates if not {"title", "artist"} <= set(c.differences)][:MOST_CANDIDATES]


def _reason(match: Match) -> str:
    """Why nothing is chosen; also what makes a match the same recording under another name."""
    if match.recording is not None and not match.reason.startswith("same recording"):
        return ""
    reason = clean(match.reason)
    return "" if match.outcome == "skipped" or reason == NAMES[match.outcome] else reason[:1].upper() + reason[1:]


def _facts(recording: Recording) -> str:
    parts = (clean(recording.album or ""), clean(recording.release_date or "")[:4], length(recording.duration_ms))
    return " · ".join(part for part in parts if part)
