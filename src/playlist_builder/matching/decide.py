"""The decision: which candidate a track becomes, or why none. Wrong is worse than missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from rapidfuzz import fuzz

from playlist_builder.matching.differences import differences
from playlist_builder.matching.line import other_readings, readings
from playlist_builder.matching.names import fold, level, title_of
from playlist_builder.matching.same import same_recording, same_song
from playlist_builder.matching.score import album_part, artist_part, score
from playlist_builder.model import Accept, Candidate, FoundBy, Match, Query, Recording, Score, Search, Track, Tracklist

THRESHOLD = 0.80  # least total that is accepted; set on labelled cases (tests/benchmarks/matching)
MARGIN = 0.03  # least lead over the next recording of another song or act
LIKELY = 0.60  # least total that is proposed to a person
SURE = 0.85  # least likeness of both names for another reading of a row than the one it gives
ALL_WORDS = 70  # least likeness (0–100) of all words of a row to a recording's for its other readings to be tried
CLEARLY = 0.1  # least lead of another reading over the row as it stands
EQUALS = 0.05  # recordings of the same song within this of the best are chosen among by the listing's wishes

# How often a best candidate of a raw total is right: (total, share right). Pools of rising share over labelled rows as
# they are and altered, rounded: python -m tests.benchmarks.matching --cases DIR --calibrate
CALIBRATION = ((0.0, 0.0), (0.25, 0.05), (0.45, 0.1), (0.6, 0.5), (0.79, 0.93), (0.93, 0.985), (1.0, 1.0))


def confidence(total: float) -> float:
    """The share of right answers among candidates of this raw total, in [0, 1]: what reports call the score."""
    for (low, at_low), (high, at_high) in pairwise(CALIBRATION):
        if total <= high:
            return at_low + (at_high - at_low) * (total - low) / (high - low)
    return 1.0


def candidate(
    track: Track, recording: Recording, query: Query | None = None, wishes: Tracklist | None = None
) -> Candidate:
    """The recording as a candidate for the track, scored, with its differences."""
    return Candidate(
        recording=recording,
        score=score(track, recording),
        differences=differences(track, recording, wishes),
        found_by=query.step if query else "plain",
        query=query.text if query else None,
    )


def decide(
    track: Track,
    candidates: Sequence[Candidate],
    wishes: Tracklist,
    accept: Accept = "confident",
    searches: tuple[Search, ...] = (),
) -> Match:
    """The match for `track` among `candidates` (in search order), or `review` or `missing` with the reason.

    The best total must reach THRESHOLD and lead the best recording of another song or act by MARGIN. Recordings of
    one song that are as good are chosen among by `choice_key`. Candidates with a refusal, explicit ones where the
    listing avoids them and unplayable ones are never taken, only shown. Where the row as it stands is nothing sure,
    its other readings ("Title - Artist") are tried on the same candidates.
    """
    match = _decide(track, candidates, wishes, accept, searches)
    best = max((c.score.total for c in candidates if c.score.refusal is None), default=0.0)
    if not candidates or (best >= THRESHOLD and (track.artist or match.outcome == "matched")):
        return match
    return _by_other_reading(track, candidates, wishes, accept, searches, best) or match


def decide_line(
    line: str,
    recordings: Sequence[Recording],
    wishes: Tracklist,
    accept: Accept = "confident",
) -> Match:
    """The match for a line of unknown orientation among `recordings` (in search order); its track is the likeliest
    reading of the line."""
    track = readings(line)[0]
    return decide(track, [candidate(track, found, None, wishes) for found in recordings], wishes, accept)


def _by_other_reading(
    track: Track,
    candidates: Sequence[Candidate],
    wishes: Tracklist,
    accept: Accept,
    searches: tuple[Search, ...],
    best: float,
) -> Match | None:
    """The match of another reading of the row, if it is clearly better than `best`: both names at SURE or more."""
    found: tuple[float, Match] | None = None
    whole = fold(f"{track.artist} {track.title}")
    candidates = [c for c in candidates if fuzz.token_set_ratio(whole, fold(c.recording.label)) >= ALL_WORDS]
    for reading in other_readings(track):
        scored = [replace(c, score=score(reading, c.recording)) for c in candidates]
        likely = [replace(c, differences=differences(reading, c.recording, wishes)) for c in scored if _both_agree(c)]
        if not likely:
            continue
        match = _decide(reading, likely, wishes, accept, searches)
        top = max(c.score.total for c in likely)
        if (
            (top >= best + CLEARLY or not track.artist)
            and match.outcome != "missing"
            and (found is None or top > found[0])
        ):
            found = (top, match)
    if found is None:
        return None
    match = found[1]
    sentence = _read_as(track, match.track)
    reason = "; ".join(part for part in (sentence, match.reason) if part)
    if match.outcome == "matched" and accept == "exact" and track.artist:
        return _review(track, match.candidates, searches, f"not exact: {reason}")
    differing = differences(track, match.recording, wishes) if match.recording else ()
    return replace(match, track=track, reason=reason, differences=differing)


def _both_agree(found: Candidate) -> bool:
    parts = dict(found.score.parts)
    return parts["title"] >= SURE and parts.get("artist", 0.0) >= SURE


def _read_as(track: Track, reading: Track) -> str:
    """How the reading takes the row, in a few words; "" where the row named no artist and one is told apart."""
    if not track.artist:
        return ""
    if level(reading.artist) in level(track.title) and level(track.artist) == level(reading.title):
        return "artist and title are the other way round in the listing"
    return f"the row is read as {reading.artist} – {reading.title}"


def _decide(
    track: Track,
    candidates: Sequence[Candidate],
    wishes: Tracklist,
    accept: Accept,
    searches: tuple[Search, ...],
) -> Match:
    unique = _unique(candidates)
    ranked = sorted(unique, key=lambda c: (c.score.refusal is not None, -c.score.total))
    shown = tuple(sorted(unique, key=_interest, reverse=True)[:10])
    fitting = [c for c in ranked if c.score.refusal is None]
    if not fitting or fitting[0].score.total < LIKELY:
        return _none(track, shown, searches)
    best = fitting[0]
    rival = next((c for c in fitting if not _same(best, c)), None)
    equals = [c for c in fitting if _same(best, c) and c.score.total >= best.score.total - EQUALS]
    allowed = [c for c in equals if not (wishes.explicit == "avoid" and c.recording.explicit)]
    if not allowed:
        return _review(track, shown, searches, "only the explicit version was found, and the listing avoids it")
    playable = [c for c in allowed if c.recording.playable is not False]
    if not playable:
        return _review(track, shown, searches, "found, but it cannot be played in this account's country")
    order = {id(c): rank for rank, c in enumerate(unique)}
    chosen = min(playable, key=lambda c: (*choice_key(track, c.recording, wishes), order[id(c)]))
    sure = best.score.total >= THRESHOLD
    doubt = ""
    if not sure:
        doubt = _doubt(track, chosen)
    elif rival is not None and best.score.total - rival.score.total < MARGIN:
        doubt = f"two recordings fit as well: {best.recording.label} and {rival.recording.label}"
    elif not track.artist and not _album_agrees(track, chosen.recording, wishes):
        doubt = "the listing names no artist, and the title alone does not say which recording is meant"
    elif accept == "exact" and chosen.differences:
        doubt = f"not exact: {', '.join(chosen.differences)} differs"
    if doubt and accept != "likely":
        return _review(track, shown, searches, doubt)
    return taken(track, chosen, shown, searches, doubt)


def taken(
    track: Track,
    chosen: Candidate,
    shown: tuple[Candidate, ...] = (),
    searches: tuple[Search, ...] = (),
    doubt: str = "",
    found_by: FoundBy | None = None,
) -> Match:
    """The match that takes `chosen`, with the sentence that says how it differs."""
    return Match(
        track=track,
        outcome="matched",
        found_by=found_by or chosen.found_by,
        recording=chosen.recording,
        score=round(confidence(chosen.score.total), 3),
        differences=chosen.differences,
        reason=doubt or why_not_exact(track, chosen.recording, chosen.differences),
        candidates=shown,
        searches=searches,
    )


def choice_key(track: Track, recording: Recording, wishes: Tracklist) -> tuple[float, ...]:
    """Orders recordings of one song, the wanted one first: explicit or clean, remaster or first release, the listing's
    album, the words of the title, its year, an album over a single over a compilation."""
    explicit = 0 if wishes.explicit is None else int(bool(recording.explicit) is (wishes.explicit == "avoid"))
    remaster = title_of(recording.title).remaster
    edition = 0
    if wishes.prefer:
        edition = int(remaster != (wishes.prefer[0] == "remaster"))
    albums = (track.album,) if track.album else wishes.albums
    album = 1 - max((album_part(name, recording.album) for name in albums), default=0.0) if recording.album else 1.0
    words = 1 - fuzz.ratio(track.title.casefold(), recording.title.casefold()) / 100
    year = 0
    if wishes.year and recording.release_date:
        year = abs(wishes.year - int(recording.release_date[:4] or 0)) if recording.release_date[:4].isdigit() else 0
    kind = {"album": 0, "single": 1, "compilation": 2}.get(recording.album_type or "", 1)
    seconds = 0
    if track.duration_ms and recording.duration_ms:
        seconds = round(abs(track.duration_ms - recording.duration_ms) / 4000)
    return (explicit, edition, round(album, 1), seconds, round(words, 1), year, kind)


def why_not_exact(track: Track, recording: Recording, differing: tuple[str, ...]) -> str:
    """One plain sentence for a match that is not the listing's words; "" for one that is."""
    found = title_of(recording.title)
    sentences = []
    if "artist" in differing:
        sentences.append(f"the artist is spelt {', '.join(recording.artists)} there")
    if "title" in differing:
        sentences.append(f"the title is {recording.title} there")
    if "version" in differing:
        sentences.append("the album has this version")
    if "duration" in differing:
        sentences.append("its length differs")
    if not sentences and found.film and level(track.title) != level(recording.title):
        return "same recording with a film suffix"
    if not sentences and found.remaster:
        return "same recording, remastered"
    return "; ".join(sentences)


def _unique(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The first of each URI, best total where a URI came twice, in order."""
    by_uri: dict[str, Candidate] = {}
    for found in candidates:
        kept = by_uri.get(found.recording.uri)
        if kept is None:
            by_uri[found.recording.uri] = found
    return list(by_uri.values())


def _interest(found: Candidate) -> float:
    """How much a person would want to see the candidate: what a rule refused comes after what fits as well."""
    return found.score.total * {None: 1.0, "copy": 0.5}.get(found.score.refusal, 0.8)


def _same(a: Candidate, b: Candidate) -> bool:
    return same_song(a.recording, b.recording) or same_recording(a.recording, b.recording) or _same_names(a, b)


def _same_names(a: Candidate, b: Candidate) -> bool:
    """Whether both are the track's song by the track's artist, under slightly other names."""

    def part(found: Candidate, name: str) -> float:
        return dict(found.score.parts).get(name, 0.0)

    if not all(part(found, "artist") >= 0.9 and part(found, "title") >= 0.85 for found in (a, b)):
        return False
    one, other = a.recording, b.recording
    credit = ", ".join(one.artists)
    return artist_part(credit, title_of(one.title), other, title_of(other.title)) >= SURE


def _album_agrees(track: Track, recording: Recording, wishes: Tracklist) -> bool:
    albums = (track.album,) if track.album else (*wishes.albums, wishes.title)
    return bool(recording.album) and any(album_part(name, recording.album or "") >= 0.9 for name in albums)


def _review(track: Track, shown: tuple[Candidate, ...], searches: tuple[Search, ...], reason: str) -> Match:
    return Match(track=track, outcome="review", reason=reason, candidates=shown, searches=searches)


def _doubt(track: Track, chosen: Candidate) -> str:
    parts = dict(chosen.score.parts)
    if parts.get("artist", 1.0) < 0.8 <= parts["title"]:
        return f"the title fits, but the artist there is {', '.join(chosen.recording.artists)}"
    if parts["title"] < 0.8 <= parts.get("artist", 1.0):
        return f"the artist fits, but the title there is {chosen.recording.title}"
    return f"like {chosen.recording.label}, but not sure enough"


REFUSED = {
    "version": "another version",
    "part": "another part",
    "copy": "karaoke or tribute recordings",
}


def _none(track: Track, shown: tuple[Candidate, ...], searches: tuple[Search, ...]) -> Match:
    """`review` where a person could choose what a rule refused, else `missing`; with one sentence that says why."""
    titled = [c for c in shown if dict(c.score.parts)["title"] >= 0.9]
    refused = [c for c in shown if c.score.refusal and c.score.total >= THRESHOLD]
    versions = [c for c in refused if c.score.refusal != "copy"]
    if versions:
        tags = sorted(set().union(*(title_of(c.recording.title).tags for c in versions)))
        what = f"only {', '.join(tags)} recordings were found" if tags else "only another version was found"
        return _review(track, shown, searches, what)
    if refused or (titled and all(c.score.refusal == "copy" for c in titled)):
        reason = "only karaoke or tribute recordings were found"
    elif not shown:
        reason = "the search found nothing"
    else:
        acts = {level(c.recording.artists[0]) for c in titled if c.recording.artists and c.score.refusal != "copy"}
        like = f" like {track.artist!r}" if track.artist else ""
        if len(acts) > 1:
            reason = f"found {len(acts)} acts with this title, none{like}"
        elif acts:
            reason = f"found one act with this title, not{like}"
        elif track.artist and any(dict(c.score.parts).get("artist", 0) >= 0.8 for c in shown):
            reason = f"found recordings by {track.artist}, none with a title like this"
        else:
            reason = "nothing like it was found"
    return Match(track=track, outcome="missing", reason=reason, candidates=shown, searches=searches)


__all__ = [
    "THRESHOLD",
    "Score",
    "candidate",
    "choice_key",
    "confidence",
    "decide",
    "decide_line",
    "taken",
    "why_not_exact",
]
