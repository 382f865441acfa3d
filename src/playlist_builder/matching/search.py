"""A whole tracklist matched: what is known, then its album, then the ladder, with as few questions as it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from playlist_builder.errors import AuthError, NotFound, ServiceError
from playlist_builder.matching.album import Alignment, align, describes, likely_albums
from playlist_builder.matching.catalogue import Catalogue
from playlist_builder.matching.decide import candidate, confidence, decide, taken
from playlist_builder.matching.names import level
from playlist_builder.matching.queries import album_query, ladder
from playlist_builder.matching.score import duration_part
from playlist_builder.model import Accept, Candidate, Match, Query, Recording, Score, Search, Track, Tracklist

EXTRA_SHARE = 0.27  # further searches in all, for each row; measured: a plain search settles nine rows in ten
EXTRA_LEAST = 4  # further searches that any listing may use
ALBUM_READS = 2
ALBUM_ROWS = 200  # a longer listing is no album's; it is not searched as one unless it gives a link


@dataclass(frozen=True, kw_only=True)
class Found:
    """What became of each row, in order, and what was learnt on the way."""

    matches: tuple[Match, ...]
    stopped: ServiceError | None = None  # why the questions ended early; rows not reached are `unsearched`
    no_album: tuple[str, ...] = ()  # album names that were searched and are no album of this listing
    asked: frozenset[int] = frozenset()  # rows for which the catalogue was asked to the end of what it may cost


@dataclass
class _Row:
    track: Track
    queries: list[Query]
    candidates: list[Candidate] = field(default_factory=list)
    searches: list[Search] = field(default_factory=list)
    match: Match | None = None


def match_tracklist(
    tracklist: Tracklist,
    catalogue: Catalogue,
    known: Mapping[int, Match],
    *,
    accept: Accept = "confident",
    no_album: frozenset[str] = frozenset(),
    album_uri: Callable[[str], str | None] = lambda text: None,
    on_row: Callable[[int], None] = lambda settled: None,
    again: frozenset[int] = frozenset(),
) -> Found:
    """A match for every row. `known` has those that are decided already (index from 0): nothing is asked for them.

    Rows of `again` were searched in vain some days ago: they are asked past the cache. `no_album`: names that are known
    to be no album of this listing. `album_uri` reads links and URIs in `album`.
    `on_row` is told how many rows are settled. A `ServiceError` of the catalogue ends the questions, not the run;
    `AuthError` is raised.
    """
    search = _Matching(tracklist, catalogue, accept, album_uri, on_row, len(known))
    search.rows = {
        i: _Row(track, [replace(query, fresh=i in again) for query in ladder(track)])
        for i, track in enumerate(tracklist.tracks)
        if i not in known
    }
    missed: list[str] = []
    stopped: ServiceError | None = None
    asked: set[int] = set()
    try:
        if search.rows:
            missed = search.by_album(known, no_album)
            search.by_ladder(asked)
    except AuthError:
        raise
    except ServiceError as error:
        stopped = error
    matches = []
    for i, track in enumerate(tracklist.tracks):
        matches.append(known[i] if i in known else search.outcome(i, track, stopped is not None))
    return Found(matches=tuple(matches), stopped=stopped, no_album=tuple(missed), asked=frozenset(asked))


class _Matching:
    def __init__(
        self,
        tracklist: Tracklist,
        catalogue: Catalogue,
        accept: Accept,
        album_uri: Callable[[str], str | None],
        on_row: Callable[[int], None],
        settled: int,
    ) -> None:
        self.tracklist = tracklist
        self.catalogue = catalogue
        self.accept = accept
        self.album_uri = album_uri
        self.on_row = on_row
        self.settled = settled
        self.rows: dict[int, _Row] = {}

    # ------------------------------------------------------------ album

    def by_album(self, known: Mapping[int, Match], no_album: frozenset[str]) -> list[str]:
        """Settles rows from the listing's album or albums; the names that turned out to be no album of it."""
        missed = []
        names = self.tracklist.albums or self._own_title()
        for name in names:
            if level(name) in no_album or not self._open():
                continue
            if not self._by_one_album(name, known):
                missed.append(level(name))
        return missed

    def _own_title(self) -> tuple[str, ...]:
        """The listing's title, unless its rows name albums of their own, several of them."""
        own = {level(track.album) for track in self.tracklist.tracks if track.album}
        return () if len(own) > 2 or not self.tracklist.title else (self.tracklist.title,)

    def _open(self) -> list[int]:
        return [i for i, row in self.rows.items() if row.match is None]

    def _by_one_album(self, name: str, known: Mapping[int, Match]) -> bool:
        given = self.album_uri(name)
        if given:
            uris = [given]
        elif len(self.tracklist.tracks) > ALBUM_ROWS:
            return True
        elif len(self._open()) < 2 and len(self.tracklist.tracks) > 1 and not self._worth_an_album():
            return True  # a row or two are cheaper by themselves
        else:
            query = album_query(name, self.tracklist.artist)
            albums = self.catalogue.search_albums(query) if query.text else ()
            uris = [album.uri for album in likely_albums(self.tracklist, name, albums)]
        best: tuple[Alignment, Sequence[Recording]] | None = None
        for uri in uris[:ALBUM_READS]:
            try:
                recordings = self.catalogue.album_tracks(uri)
            except NotFound:
                continue
            alignment = align(self.tracklist.tracks, recordings)
            if best is None or alignment.fitting > best[0].fitting:
                best = (alignment, recordings)
            if alignment.fitting >= 0.8 * len(self.tracklist.tracks):
                break
        if best is None or not (describes(best[0]) or (given and best[0].fitting)):
            return False
        self._take_from(*best)
        return True

    def _worth_an_album(self) -> bool:
        return bool(self.tracklist.albums) or len(self.tracklist.tracks) <= 2

    def _take_from(self, alignment: Alignment, recordings: Sequence[Recording]) -> None:
        for i in self._open():
            pair = alignment.pairs[i]
            if pair is None:
                continue
            row = self.rows[i]
            recording = recordings[pair[0]]
            found = candidate(row.track, recording, Query(text="", step="album"), self.tracklist)
            # The album and the row's place in it are evidence that names alone do not have.
            proven = Score(total=max(found.score.total, 1 - 0.4 * (1 - pair[1])), parts=found.score.parts)
            row.candidates.append(replace(found, score=proven, query=None))
            if recording.playable is False or (self.tracklist.explicit == "avoid" and recording.explicit):
                continue
            if self.accept == "exact" and found.differences:
                continue
            self._settle(i, taken(row.track, row.candidates[-1], tuple(row.candidates), (), found_by="album"))

    # ------------------------------------------------------------ ladder

    def by_ladder(self, asked: set[int]) -> None:
        """One search for every open row, then further ones as far as the listing's allowance goes."""
        for i in self._open():
            self._ask(i)
        left = max(EXTRA_LEAST, int(EXTRA_SHARE * len(self.tracklist.tracks)))
        left += sum(1 for row in self.rows.values() if row.track.isrc)  # an ISRC that led nowhere costs one more
        while left > 0:
            waiting = [i for i in self._open() if self.rows[i].queries]
            if not waiting:
                break
            for i in sorted(waiting, key=self._promise):
                if left > 0:
                    self._ask(i)
                    left -= 1
        asked.update(self.rows)

    def _promise(self, i: int) -> tuple[int, float]:
        """Rows with the fewest searches first; among them those with a likely candidate, then the rest in order."""
        row = self.rows[i]
        best = max((c.score.total for c in row.candidates if c.score.refusal is None), default=0.0)
        return (len(row.searches), -best)

    def _ask(self, i: int) -> None:
        row = self.rows[i]
        if not row.queries:
            return
        query = row.queries.pop(0)
        hits = self.catalogue.search(query)
        row.searches.append(Search(query=query.text, step=query.step, hits=len(hits)))
        found = [candidate(row.track, recording, query, self.tracklist) for recording in hits]
        if query.step == "isrc":
            found = [_isrc_proven(row.track, c) for c in found]
        row.candidates.extend(found)
        match = decide(row.track, row.candidates, self.tracklist, self.accept, tuple(row.searches))
        if match.outcome == "matched":
            self._settle(i, match)

    def _settle(self, i: int, match: Match) -> None:
        self.rows[i].match = match
        self.settled += 1
        self.on_row(self.settled)

    def outcome(self, i: int, track: Track, stopped: bool) -> Match:
        """The row's match as far as it got."""
        row = self.rows[i]
        if row.match is not None:
            return row.match
        if stopped and not row.searches:
            return Match(
                track=track,
                outcome="unsearched",
                reason="the search stopped before this row",
                candidates=tuple(row.candidates),
            )
        return decide(track, row.candidates, self.tracklist, self.accept, tuple(row.searches))


def _isrc_proven(track: Track, found: Candidate) -> Candidate:
    """A hit for the row's own ISRC counts as sure if its name or its length fits: labels mislabel now and then."""
    parts = dict(found.score.parts)
    named = parts["title"] >= 0.6 and parts.get("artist", 1.0) >= 0.4
    same_code = found.recording.isrc == track.isrc
    timed = (
        parts["title"] >= 0.3
        and track.duration_ms is not None
        and found.recording.duration_ms is not None
        and duration_part(track.duration_ms, found.recording.duration_ms) == 1.0
    )
    if same_code and (named or timed):
        return replace(found, score=Score(total=max(found.score.total, 0.97), parts=found.score.parts))
    return found


__all__ = ["Found", "confidence", "match_tracklist"]
