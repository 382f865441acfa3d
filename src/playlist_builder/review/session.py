"""One review: the rows to settle, what there is to choose from, and the answers, each kept in the lock at once.

The terminal and the page are thin shells over it. The service is opened for a question that only it can answer, and
closed after it; nothing else sends a request.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

from playlist_builder import remembered
from playlist_builder.builder import Loaded
from playlist_builder.decided import person_decision
from playlist_builder.decisions import LATER, SKIP, decide
from playlist_builder.errors import ListingError, NotFound, PlaylistError, UsageError
from playlist_builder.matching.album import likely_albums
from playlist_builder.matching.decide import candidate
from playlist_builder.matching.names import main_credit
from playlist_builder.matching.queries import album_query
from playlist_builder.model import Album, Candidate, FoundBy, Query, Recording, RequestCount, Score, Search, Track
from playlist_builder.report.text import clean
from playlist_builder.report.words import label
from playlist_builder.services import Service, uri_of
from playlist_builder.store import lock as locks
from playlist_builder.store.lock import Decision, Lock, LockRow
from playlist_builder.store.state import Place, RowMemory, State, key_text

MOST_KEPT = 12  # candidates of a row in the state, those found by hand included
URGENCY = {"review": 0, "missing": 1, "unsearched": 2}


class Changed(ListingError):
    """The listing was edited while it was reviewed: it was read again and nothing was decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a row can become, and where that comes from: kept, search, album, artist or link."""

    source: str
    title: str
    candidates: tuple[Candidate, ...] = ()
    note: str = ""  # a sentence for the person


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """What a row said before it was reworded, and what was decided then."""

    words: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class _Step:
    """One answer and how to take it back."""

    row: int
    before: Decision | None
    old: Old | None
    lock_before: Lock
    lock_after: Lock | None  # None: a sync wrote since


class Session:
    """A review of one listing on one service. Not for several threads at once."""

    def __init__(
        self,
        loaded: Loaded,
        service: str,
        state: State,
        account: str,
        *,
        reload: Callable[[], Loaded],
        open_service: Callable[[], AbstractContextManager[Service]],
    ) -> None:
        self.loaded = loaded
        self.service = service
        self._state = state
        self._place = Place(service=service, account=account, listing=loaded.name)
        self._reload = reload
        self._open = open_service
        self._steps: list[_Step] = []
        self._found: dict[int, Shown] = {}
        self._seen: dict[str, Recording] = {}
        self._albums: dict[str, tuple[Recording, ...]] = {}
        self._requests = RequestCount()
        self._settle_anew()

    def _settle_anew(self) -> None:
        self.matches = remembered.matches(self.loaded, self.service, self._state, self._place.account)
        self.old = {i: old for i, old in old_decisions(self.loaded, self.service).items() if self._in_doubt(i, old)}
        self._steps.clear()
        self._found.clear()

    def _in_doubt(self, row: int, old: Old) -> bool:
        decided = old.decision.decided == "person" and (old.decision.uri or old.decision.skip)
        return bool(decided) and not self.loaded.tracklist.tracks[row].uri

    # ------------------------------------------------------------ what there is

    @property
    def tracks(self) -> tuple[Track, ...]:
        return self.loaded.tracklist.tracks

    def open_rows(self) -> list[int]:
        """The rows that need a person, from 0: reworded ones first, then doubtful, missing and unsearched ones."""
        rows = [i for i, match in enumerate(self.matches) if match.needs_person or i in self.old]
        return sorted(rows, key=lambda i: (i not in self.old, URGENCY.get(self.matches[i].outcome, 3), i))

    def other_rows(self) -> list[int]:
        """The rows that need nobody, in the listing's order."""
        waiting = set(self.open_rows())
        return [i for i in range(len(self.matches)) if i not in waiting]

    @property
    def is_done(self) -> bool:
        """Whether nothing needs a person any more."""
        return not self.open_rows()

    @property
    def is_new(self) -> bool:
        """Whether no row was searched or decided yet."""
        return all(match.outcome == "unsearched" and not match.candidates for match in self.matches) and not self.old

    @property
    def answers(self) -> int:
        """How many answers there are to take back."""
        return len(self._steps)

    def requests(self) -> RequestCount:
        """What this review has sent so far."""
        return self._requests

    def shown(self, row: int) -> Shown:
        """What the row can become: what was found by hand last, else what is known of it. Costs no request."""
        found = self._found.get(row)
        return found if found is not None else self.kept(row)

    def kept(self, row: int) -> Shown:
        """What is known of the row: its old decision, what it is now, and the candidates of earlier searches."""
        match, track = self.matches[row], self.tracks[row]
        first: list[Candidate] = []
        if row in self.old and self.old[row].decision.uri:
            first.append(self._candidate(track, self._of_decision(self.old[row].decision), "lock"))
        if match.recording is not None:
            first.append(self._candidate(track, match.recording, match.found_by or "lock"))
        likely = [c for c in match.candidates if not _unlike(c)]
        unique: dict[str, Candidate] = {}
        for found in [*first, *likely]:
            unique.setdefault(found.recording.uri, found)
        return self._see(Shown(source="kept", title="", candidates=tuple(unique.values())))

    def forget_found(self, row: int) -> None:
        """Back to what was known of the row."""
        self._found.pop(row, None)

    # ------------------------------------------------------------ answers

    def choose(self, row: int, uri: str) -> str:
        """Makes the recording the row's; one sentence that says so. It must have been shown in this review."""
        self.kept(row)
        recording = self._seen.get(uri)
        if recording is None:
            raise UsageError("That recording is not among those shown any more. Search for it again.")
        if recording.title:
            self._state.keep_recordings([recording])
        self._answer(row, person_decision(recording))
        return f"Row {row + 1} is {clean(recording.label) or recording.uri}."

    def skip(self, row: int) -> str:
        """Leaves the row out for good."""
        self._answer(row, SKIP)
        return f"Row {row + 1} ({label(self.tracks[row])}) is left out."

    def keep_looking(self, row: int) -> str:
        """Makes the row a known gap: each sync keeps looking, nobody is asked."""
        self._answer(row, LATER)
        return f"Row {row + 1} ({label(self.tracks[row])}) is a known gap; each sync keeps looking."

    def undo(self) -> tuple[int, str] | None:
        """Takes the last answer back: its row and a sentence, or None where there is none."""
        if not self._steps:
            return None
        self._read_again()
        step = self._steps.pop()
        if step.lock_after and locks.render(self.loaded.lock) == locks.render(
            step.lock_after
        ):  # nothing else was written: the file becomes what it was
            locks.save(self.loaded.lock_path, step.lock_before)
            aligned = locks.align(step.lock_before, self.tracks)
            self.loaded = replace(self.loaded, lock=step.lock_before, aligned=aligned)
        else:
            self.loaded = decide(self.loaded, self.service, step.row, step.before)
        if step.old is not None:
            self.old[step.row] = step.old
        self._match_again()
        return step.row, f"Row {step.row + 1} ({label(self.tracks[step.row])}) is as it was."

    def after_sync(self) -> None:
        """Reads lock and state again; answers so far can still be taken back, row by row."""
        self._read_again()
        self._steps = [replace(step, lock_after=None) for step in self._steps]
        self._match_again()

    def reloaded(self) -> Loaded:
        """The listing and its lock as they are on disk."""
        return self._reload()

    def _answer(self, row: int, decision: Decision) -> None:
        self._read_again()
        if self.tracks[row].uri:
            raise UsageError(
                f"The listing itself names the recording of row {row + 1} (`uri`). "
                f"Change it there: playlist edit {self.loaded.name}"
            )
        before, lock_before = self.loaded.decisions(self.service)[row], self.loaded.lock
        self.loaded = decide(self.loaded, self.service, row, decision)
        self._steps.append(_Step(row, before, self.old.pop(row, None), lock_before, self.loaded.lock))
        self._match_again()

    def _read_again(self) -> None:
        """Takes up what others wrote since: the lock, or a listing that was edited; then `Changed` is raised."""
        fresh = self._reload()
        if fresh.tracklist.tracks != self.tracks:
            self.loaded = fresh
            self._settle_anew()
            raise Changed("The listing was edited meanwhile. It was read again; please answer once more.")
        self.loaded = fresh

    def _match_again(self) -> None:
        self.matches = remembered.matches(self.loaded, self.service, self._state, self._place.account)

    # ------------------------------------------------------------ questions to the service

    def search(self, row: int, words: str) -> Shown:
        """The service's answer to words of one's own; kept among the row's candidates. Raises `PlaylistError`."""
        text = " ".join(clean(words).split())
        if not text:
            raise UsageError("Type the words to search for.")
        return self._search(row, text, "search", f"Found for “{text}”")

    def artist(self, row: int) -> Shown:
        """What the service has of the row's artist."""
        credit = clean(main_credit(self.tracks[row].artist))
        if not credit:
            raise UsageError("The listing names no artist for this row. Search with words of your own.")
        return self._search(row, credit, "artist", f"By the artist: {credit}")

    def album(self, row: int) -> Shown:
        """The tracks of the listing's album, in its order; one that was read before costs no request."""
        known = self._album_uri(row)
        if known is not None and known in self._albums:
            return self._found_on(row, self._albums[known])
        with self._opened() as service:
            uri = known or self._search_album(row, service)
            if uri is None:
                raise UsageError(f"The service has no album like “{self._album_name(row)}”.")
            self._albums[uri] = tuple(service.album_tracks(uri))
        return self._found_on(row, self._albums[uri])

    def paste(self, row: int, text: str) -> Shown:
        """The recording that a link or URI means, looked up where that is possible; the tracks of an album's link.

        Where the service cannot be asked the URI alone is offered, and the note says why.
        """
        uri = uri_of(self.service, text.strip())
        if uri is None:
            album = uri_of(self.service, text.strip(), "album")
            if album is None:
                raise UsageError("That is no link to a track, such as https://open.spotify.com/track/….")
            return self._pasted_album(row, album)
        note = ""
        recording = self._seen.get(uri) or self._state.recordings([uri]).get(uri)
        if recording is None or not recording.title:
            try:
                with self._opened() as service:
                    recording = service.recording(uri)
            except NotFound:
                raise
            except PlaylistError as error:
                recording = Recording(uri=uri, title="")
                note = f"It could not be looked up ({clean(error.message)})"
        found = self._candidate(self.tracks[row], recording, "pin")
        return self._see(Shown(source="link", title="From your link", candidates=(found,), note=note))

    def _pasted_album(self, row: int, uri: str) -> Shown:
        if uri not in self._albums:
            with self._opened() as service:
                self._albums[uri] = tuple(service.album_tracks(uri))
        return self._found_on(row, self._albums[uri])

    def _search(self, row: int, text: str, source: str, title: str) -> Shown:
        with self._opened() as service:
            hits = service.search(Query(text=text, step="plain"))
        found = [
            candidate(self.tracks[row], hit, Query(text=text, step="plain"), self.loaded.tracklist) for hit in hits
        ]
        self._keep(row, found, Search(query=text, step="plain", hits=len(hits)))
        note = "" if found else "Nothing was found. Try fewer words, or another spelling."
        return self._find(row, Shown(source=source, title=title, candidates=tuple(found), note=note))

    def _search_album(self, row: int, service: Service) -> str | None:
        name = self._album_name(row)
        albums = service.search_albums(album_query(name, self.loaded.tracklist.artist))
        likely: list[Album] = likely_albums(self.loaded.tracklist, name, albums)
        return likely[0].uri if likely else None

    def _found_on(self, row: int, recordings: tuple[Recording, ...]) -> Shown:
        track, wishes = self.tracks[row], self.loaded.tracklist
        found = tuple(candidate(track, r, Query(text="", step="album"), wishes) for r in recordings)
        name = clean(recordings[0].album or "") if recordings else ""
        return self._find(row, Shown(source="album", title=f"On the album: {name}", candidates=found))

    def _album_name(self, row: int) -> str:
        track, wishes = self.tracks[row], self.loaded.tracklist
        return clean(track.album or (wishes.albums[0] if wishes.albums else wishes.title))

    def _album_uri(self, row: int) -> str | None:
        """The listing's album without a search: as the listing links it, else where most of its rows were found."""
        wishes, track = self.loaded.tracklist, self.tracks[row]
        for name in (track.album,) if track.album else wishes.albums:
            uri = uri_of(self.service, name, "album")
            if uri is not None:
                return uri
        if track.album:
            return None
        on = Counter(m.recording.album_uri for m in self.matches if m.recording and m.recording.album_uri)
        best = on.most_common(1)
        return best[0][0] if best and best[0][1] * 3 >= len(self.tracks) else None

    @contextmanager
    def _opened(self) -> Iterator[Service]:
        with self._open() as service:
            try:
                yield service
            finally:
                self._requests = _sum(self._requests, service.requests())

    # ------------------------------------------------------------ candidates

    def _find(self, row: int, shown: Shown) -> Shown:
        self._found[row] = self._see(shown)
        return shown

    def _see(self, shown: Shown) -> Shown:
        self._seen.update({c.recording.uri: c.recording for c in shown.candidates})
        return shown

    def _candidate(self, track: Track, recording: Recording, found_by: FoundBy) -> Candidate:
        if not recording.title:
            return Candidate(recording=recording, score=Score(total=0.0), found_by=found_by)
        made = candidate(track, recording, None, self.loaded.tracklist)
        return replace(made, found_by=found_by)

    def _of_decision(self, decision: Decision) -> Recording:
        assert decision.uri is not None
        known = self._state.recordings([decision.uri]).get(decision.uri)
        if known is not None:
            return known
        artists, dash, title = (decision.name or "").partition(" – ")
        credit = tuple(artists.split(", ")) if dash else ()
        return Recording(uri=decision.uri, title=title if dash else artists, artists=credit, isrc=decision.isrc)

    def _keep(self, row: int, found: list[Candidate], search: Search) -> None:
        """Remembers what was found by hand, so that a later review shows it without a request."""
        key = key_text(locks.row_keys(self.tracks)[row])
        memories = self._state.rows(self._place)
        before = memories.get(key) or RowMemory(outcome="unsearched", reason="not searched yet")
        unique = {c.recording.uri: c for c in reversed([*before.candidates, *found])}
        best = sorted(unique.values(), key=lambda c: (_unlike(c), c.score.refusal == "copy", -c.score.total))[
            :MOST_KEPT
        ]
        searches = (*(s for s in before.searches if s.query != search.query), search)
        memories[key] = replace(before, candidates=tuple(best), searches=searches)
        self._state.keep_rows(self._place, memories)
        self._match_again()


def _unlike(found: Candidate) -> bool:
    """Whether neither title nor artist is the row's: what was only found on the way."""
    return {"title", "artist"} <= set(found.differences)


def old_decisions(loaded: Loaded, service: str) -> dict[int, Old]:
    """For each reworded row what it said and what was decided then: where it keeps the decision, and where a new row
    stands in the place of one that is gone."""
    found: dict[int, Old] = {}
    for i in loaded.aligned.reworded:
        row = loaded.aligned.rows[i]
        if row is not None and service in row.decisions:
            found[i] = Old(words=label(row.as_track()), decision=row.decisions[service])
    for i, row in _replaced(loaded).items():
        if service in row.decisions:
            found[i] = Old(words=label(row.as_track()), decision=row.decisions[service])
    return found


def _replaced(loaded: Loaded) -> dict[int, LockRow]:
    """The lock's row that a new row of the listing took the place of, where there is exactly one between the same
    neighbours."""
    rows, aligned = loaded.lock.rows, loaded.aligned.rows
    at = {id(row): place for place, row in enumerate(rows)}
    places = [at.get(id(row)) if row is not None else None for row in aligned]
    used = {place for place in places if place is not None}
    found = {}
    for i, place in enumerate(places):
        beside = (places[i - 1] if i else -1, places[i + 1] if i + 1 < len(places) else len(rows))
        if place is not None or beside[0] is None or beside[1] is None or beside[1] - beside[0] != 2:
            continue
        if beside[0] + 1 not in used:
            found[i] = rows[beside[0] + 1]
    return found


def _sum(a: RequestCount, b: RequestCount) -> RequestCount:
    total = Counter(a.by_endpoint) + Counter(b.by_endpoint)
    return RequestCount(sent=a.sent + b.sent, cached=a.cached + b.cached, by_endpoint=dict(total))
