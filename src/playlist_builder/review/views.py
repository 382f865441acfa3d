"""What the page shows, as plain values with clean texts: templates only lay them out."""

from __future__ import annotations

from dataclasses import dataclass

from playlist_builder.model import Candidate, Match
from playlist_builder.report.parts import REFUSALS, Part, asked_parts, candidate_parts, cover, marked, parts_of, why
from playlist_builder.report.text import clean
from playlist_builder.report.words import NAMES, SIGNS
from playlist_builder.review.session import Session
from playlist_builder.services import url_of

Pieces = list[tuple[str, bool]]  # text, and whether the listing says otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row in the list of all rows."""

    row: int
    number: int
    title: str
    artist: str
    outcome: str
    sign: str
    state: str  # in words
    became: str  # the recording, where it is not just what the listing says
    differing: str  # the names of the parts that differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Length, album or year of a candidate, and what the listing says instead."""

    name: str
    text: str
    not_: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One candidate."""

    number: int
    uri: str
    title: Pieces
    artist: Pieces
    label: str
    facts: tuple[Fact, ...]
    differing: tuple[str, ...]  # names of differing parts that no fact shows
    warnings: tuple[str, ...]
    cover: str | None
    album: str
    url: str | None
    player: str | None
    is_now: bool
    far: bool  # neither title nor artist fit: nothing is worth marking


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One row with everything it can become."""

    line: Line
    asked: tuple[tuple[str, str], ...]
    reason: str
    fixed: bool  # the listing itself names the recording
    old_words: str
    old_name: str
    old_skip: bool
    heading: str
    source: str
    note: str
    choices: tuple[Choice, ...]
    search: str  # words to begin with
    artist: str


def line(session: Session, row: int) -> Line:
    match = session.matches[row]
    track = session.tracks[row]
    recording = match.recording
    became = ""
    differing: tuple[str, ...] = ()
    if recording is not None:
        parts = parts_of(track, recording, match.differences, session.loaded.tracklist)
        differing = tuple(
            part.name for part in parts if part.same is False and part.name in ("title", "artist", "version")
        )
        if differing or not recording.title:
            became = clean(recording.label) or clean(recording.uri)
    state = "known gap" if match.gap and recording is None else NAMES[match.outcome]
    if row in session.old:
        state = "reworded"
    return Line(
        row=row,
        number=row + 1,
        title=clean(track.title),
        artist=clean(track.artist),
        outcome="review" if row in session.old else match.outcome,
        sign="?" if row in session.old else SIGNS[match.outcome][0],
        state=state,
        became=became,
        differing=", ".join(differing),
    )


def row_view(session: Session, row: int) -> RowView:
    """The row, and its candidates as the session shows them now."""
    match, track = session.matches[row], session.tracks[row]
    shown = session.shown(row)
    old = session.old.get(row)
    return RowView(
        line=line(session, row),
        asked=tuple(asked_parts(track, session.loaded.tracklist)),
        reason=_reason(match),
        fixed=bool(track.uri),
        old_words=old.words if old else "",
        old_name=clean(old.decision.name or old.decision.uri or "") if old else "",
        old_skip=bool(old and old.decision.skip),
        heading=shown.title,
        source=shown.source,
        note=clean(shown.note),
        choices=tuple(_choice(session, row, number, found) for number, found in enumerate(shown.candidates, 1)),
        search=clean(f"{track.title} {track.artist}"),
        artist=clean(track.artist),
    )


def _reason(match: Match) -> str:
    reason = why(match)
    return "" if reason == NAMES[match.outcome] or match.outcome == "skipped" else reason[:1].upper() + reason[1:]


def _choice(session: Session, row: int, number: int, found: Candidate) -> Choice:
    recording = found.recording
    parts = {part.name: part for part in candidate_parts(session.tracks[row], found, session.loaded.tracklist)}
    url = url_of(session.service, recording.uri)
    refusal = found.score.refusal
    far = parts["title"].same is False and parts["artist"].same is False
    marks = ("edition", "explicit") if far else ("title", "artist", "version", "edition", "explicit")
    now = session.matches[row].recording
    warnings = [REFUSALS.get(refusal, refusal)] if refusal else []
    if recording.playable is False:
        warnings.append("cannot be played in your country")
    return Choice(
        number=number,
        uri=clean(recording.uri),
        title=_pieces(parts["title"], far, "version" in parts) if recording.title else [(clean(recording.uri), False)],
        artist=_pieces(parts["artist"], far),
        label=clean(recording.label) or clean(recording.uri),
        facts=tuple(_fact(parts[name]) for name in ("length", "album", "year") if parts[name].theirs),
        differing=tuple(
            name
            for name in marks
            if name in parts and parts[name].same is False and not (name == "version" and refusal)
        ),
        warnings=tuple(w for w in warnings if w),
        cover=cover(recording.cover_url),
        album=clean(recording.album or recording.title),
        url=url,
        player=url.replace("/track/", "/embed/track/") if url and "/track/" in url else None,
        far=far,
        is_now=now is not None and now.uri == recording.uri,
    )


def _pieces(part: Part, far: bool, differs: bool = False) -> Pieces:
    marks = not far and (differs or part.same is False)
    return marked(part.ours, part.theirs) if marks else [(part.theirs, False)]


def _fact(part: Part) -> Fact:
    return Fact(name=part.name, text=part.theirs, not_=part.ours if part.same is False else "")
