"""How right matching is, on labelled rows: `python -m tests.benchmarks.matching [--cases DIR]`.

DIR holds `catalogue.jsonl` (or .gz: id, title, artists, album, duration_ms …) and `cases.jsonl` (query, artist, title,
kind, expected, also_ok, misspelt). Without it the rows that live in tests/matching/cases are used. Rows whose artist
and title are known apart are measured with both; all rows are measured as lines of unknown orientation. `--calibrate`
prints the table that `matching.decide.CALIBRATION` holds.
"""

from __future__ import annotations

import argparse
import difflib
import gzip
import json
import random
import re
import sqlite3
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from playlist_builder.emulator.catalogue import AlbumRow, TrackRow
from playlist_builder.emulator.catalogue import Catalogue as Shelf
from playlist_builder.matching.decide import candidate, confidence, decide, decide_line
from playlist_builder.matching.score import score
from playlist_builder.matching.search import match_tracklist
from playlist_builder.model import Album, Query, Recording, Track, Tracklist
from tests.matching.labelled import write_jsonl

HITS = 10
ASIDE = "neg_only_altversion"  # only another version is there: a judgement call, outside the overall figures
LINE_ONLY = ("youtube_title", "swapped_order")  # kinds whose artist and title are not known apart
LISTING = Tracklist(title="Rows", tracks=())
BINS = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0001)


def say(*words: str, sep: str = " ") -> None:
    """One line, or with `sep` several, to the standard output."""
    sys.stdout.write(sep.join(words) + "\n")


@dataclass(frozen=True, kw_only=True)
class Case:
    """One labelled row. Without `right` it has no answer in the catalogue."""

    line: str
    track: Track | None  # None where artist and title are not known apart
    kind: str
    right: frozenset[str]
    misspelt: bool
    hits: tuple[Recording, ...] = ()


@dataclass
class Tally:
    """Counts of one matcher over the rows."""

    answered: int = 0
    right: int = 0
    positive: int = 0
    negative: int = 0
    refused: int = 0
    other_version: list[int] = field(default_factory=lambda: [0, 0])
    misspelt: list[int] = field(default_factory=lambda: [0, 0])
    wrong: list[str] = field(default_factory=list)

    def count(self, case: Case, answer: Recording | None) -> None:
        got = answer.uri if answer else None
        if case.kind == ASIDE:
            self.other_version[0] += got is None
            self.other_version[1] += 1
            return
        self.answered += got is not None
        self.right += got in case.right
        self.positive += bool(case.right)
        self.negative += not case.right
        self.refused += not case.right and got is None
        if case.misspelt:
            self.misspelt[0] += got in case.right
            self.misspelt[1] += 1
        if answer and got not in case.right:
            self.wrong.append(f"{case.line}  →  {answer.label}")

    def figures(self) -> str:
        def share(part: int, whole: int) -> str:
            return f"{part / whole:.4f}" if whole else "     –"

        return (
            f"{share(self.right, self.answered):>9} {share(self.right, self.positive):>7}"
            f" {share(self.refused, self.negative):>8} {share(*self.other_version):>8} {share(*self.misspelt):>8}"
        )


# ---------------------------------------------------------------------- rows and catalogue


def _rows(folder: Path) -> list[dict[str, Any]]:
    packed = folder / "catalogue.jsonl.gz"
    with gzip.open(packed, "rt", encoding="utf-8") if packed.exists() else (folder / "catalogue.jsonl").open() as file:
        return [json.loads(line) for line in file if line.strip()]


def _recording(row: dict[str, Any]) -> Recording:
    return Recording(
        uri=row["id"],
        title=row["title"],
        artists=tuple(row["artists"]),
        album=row.get("album"),
        duration_ms=row.get("duration_ms"),
        isrc=row.get("isrc"),
        release_date=row.get("release_date"),
    )


def load(folder: Path) -> list[Case]:
    """The labelled rows of `folder`, each with the ten best full-text hits for its line."""
    rows = _rows(folder)
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE f USING fts5 (title, artists, album, tokenize = 'unicode61 remove_diacritics 2')")
    db.executemany(
        "INSERT INTO f (rowid, title, artists, album) VALUES (?,?,?,?)",
        ((n, row["title"], " ".join(row["artists"]), row.get("album") or "") for n, row in enumerate(rows)),
    )
    cases = []
    for text in (folder / "cases.jsonl").read_text("utf-8").splitlines():
        facts = json.loads(text)
        words = dict.fromkeys(re.findall(r"\w+", facts["query"].lower()))
        found = db.execute(
            "SELECT rowid FROM f WHERE f MATCH ? ORDER BY bm25(f) LIMIT ?",
            (" OR ".join(f'"{word}"' for word in words) or '""', HITS),
        ).fetchall()
        apart = facts["artist"] and facts["title"] and facts["kind"] not in LINE_ONLY
        cases.append(
            Case(
                line=facts["query"],
                track=Track(
                    title=facts["title"],
                    artist=facts["artist"],
                    album=facts.get("album"),
                    duration_ms=facts.get("duration_ms"),
                )
                if apart
                else None,
                kind=facts["kind"],
                right=frozenset((*facts["expected"], *facts.get("also_ok", ()))),
                misspelt=bool(facts.get("misspelt")),
                hits=tuple(_recording(rows[n]) for (n,) in found),
            )
        )
    db.close()
    return cases


class Searchable:
    """The emulated service's catalogue as matching asks for one; counts its requests."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.requests = 0

    def search(self, query: Query) -> Sequence[Recording]:
        self.requests += 1
        return [_of_track(row) for row in self.shelf.search_tracks(query.text, HITS, 0)[0]]

    def search_albums(self, query: Query) -> Sequence[Album]:
        self.requests += 1
        return [_of_album(row) for row in self.shelf.search_albums(query.text, HITS, 0)[0]]

    def album_tracks(self, album_uri: str) -> Sequence[Recording]:
        self.requests += 1
        return [_of_track(row) for row in self.shelf.album_tracks(album_uri)]

    def recording(self, uri: str) -> Recording:
        self.requests += 1
        row = self.shelf.track(uri)
        if row is None:
            raise KeyError(uri)
        return _of_track(row)


def _of_track(row: TrackRow) -> Recording:
    return Recording(
        uri=row.id,
        title=row.title,
        artists=tuple(artist.name for artist in row.artists),
        album=row.album.title,
        album_uri=row.album.id,
        album_type=row.album.album_type,
        release_date=None if row.album.release_date == "0000" else row.album.release_date,
        duration_ms=row.duration_ms or None,
        isrc=row.isrc,
        explicit=row.explicit,
    )


def _of_album(row: AlbumRow) -> Album:
    return Album(
        uri=row.id,
        title=row.title,
        artists=tuple(artist.name for artist in row.artists),
        album_type=row.album_type,
        release_date=row.release_date,
        total_tracks=row.total_tracks,
    )


# ---------------------------------------------------------------------- matchers


def ours(case: Case) -> Recording | None:
    """What matching takes, given artist and title."""
    track = case.track or Track(title=case.line)
    return decide(track, [candidate(track, hit, None, LISTING) for hit in case.hits], LISTING).recording


def ours_by_line(case: Case) -> Recording | None:
    """What matching takes, given the line alone."""
    return decide_line(case.line, case.hits, LISTING).recording


def first_hit(case: Case) -> Recording | None:
    return case.hits[0] if case.hits else None


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"\w+", "".join(c for c in text if not unicodedata.combining(c))))


def _names(hit: Recording) -> str:
    return f"{', '.join(hit.artists)} - {hit.title}"


def equal_names(case: Case) -> Recording | None:
    return next((hit for hit in case.hits if _plain(_names(hit)) == _plain(case.line)), None)


def _best(case: Case, alike: Callable[[str, str], float], least: float) -> Recording | None:
    rated = [(alike(_plain(case.line), _plain(_names(hit))), -rank) for rank, hit in enumerate(case.hits)]
    top = max(rated, default=(0.0, 0))
    return case.hits[-top[1]] if rated and top[0] >= least else None


def by_difflib(case: Case) -> Recording | None:
    return _best(case, lambda a, b: difflib.SequenceMatcher(None, a, b, autojunk=False).ratio(), 0.8)


def by_token_set(case: Case) -> Recording | None:
    return _best(case, fuzz.token_set_ratio, 90)


SIMPLE: tuple[tuple[str, Callable[[Case], Recording | None]], ...] = (
    ("first hit", first_hit),
    ("equal names", equal_names),
    ("difflib ≥ 0.8", by_difflib),
    ("token-set ≥ 90", by_token_set),
)


def measure(cases: Iterable[Case], matcher: Callable[[Case], Recording | None]) -> Tally:
    """The counts of `matcher` over `cases`."""
    tally = Tally()
    for case in cases:
        tally.count(case, matcher(case))
    return tally


# ---------------------------------------------------------------------- confidence


def reliability(cases: Iterable[Case]) -> list[tuple[float, bool]]:
    """(raw total, whether it is right) of the best candidate of each row that no rule refuses."""
    best = []
    for case in cases:
        if case.track is None or case.kind == ASIDE:
            continue
        rated = [(score(case.track, hit), hit) for hit in case.hits]
        allowed = [(rating.total, hit.uri in case.right) for rating, hit in rated if rating.refusal is None]
        if allowed:
            best.append(max(allowed, key=lambda item: item[0]))
    return best


def altered(cases: Iterable[Case], seed: int = 5) -> list[Case]:
    """The rows with one or two typing errors in the title, the artist or both, and with another row's artist or title:
    what listings are like that are worse than these."""
    chance = random.Random(seed)
    known = [case for case in cases if case.track and case.kind != ASIDE]
    result = []
    for case in known:
        track = case.track or Track(title=case.line)
        other = chance.choice(known).track or track
        way = chance.randrange(5)
        title, artist, right = track.title, track.artist, case.right
        if way in (0, 2):
            title = _mistyped(title, chance)
        if way in (1, 2):
            artist = _mistyped(artist, chance)
        if way == 3:
            artist, right = other.artist, right if _plain(other.artist) == _plain(artist) else frozenset()
        if way == 4:
            title, right = other.title, right if _plain(other.title) == _plain(title) else frozenset()
        changed = Track(title=title, artist=artist, album=track.album, duration_ms=track.duration_ms)
        result.append(
            Case(line=case.line, track=changed, kind=case.kind, right=right, misspelt=case.misspelt, hits=case.hits)
        )
    return result


def _mistyped(text: str, chance: random.Random) -> str:
    for _ in range(chance.choice((1, 1, 2))):
        at = chance.randrange(len(text))
        letter = chance.choice("aeinorst")
        text = chance.choice(
            (text[:at] + text[at + 1 :], text[:at] + letter + text[at:], text[:at] + letter + text[at + 1 :])
        )
        text = text or letter
    return text


def isotonic(pairs: Iterable[tuple[float, bool]], least: int = 60) -> list[tuple[float, float, int]]:
    """(mean total, share right, count) of pools in which the share never falls, each of `least` pairs or more."""
    ordered = sorted(pairs)
    pools: list[list[float]] = []  # sum of totals, right, count
    for start in range(0, len(ordered), least):
        chunk = ordered[start : start + least]
        pools.append([sum(total for total, _ in chunk), float(sum(right for _, right in chunk)), float(len(chunk))])
        while len(pools) > 1 and pools[-2][1] / pools[-2][2] >= pools[-1][1] / pools[-1][2]:
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    return [(total / n, right / n, int(n)) for total, right, n in pools]


def say_reliability(pairs: Sequence[tuple[float, bool]]) -> None:
    say(f"{'said':>14} {'rows':>6} {'mean said':>10} {'right':>7}")
    for low, high in pairwise(BINS):
        inside = [(confidence(total), right) for total, right in pairs if low <= confidence(total) < high]
        if inside:
            said = sum(value for value, _ in inside) / len(inside)
            right = sum(right for _, right in inside) / len(inside)
            say(f"{low:>6.2f} – {min(high, 1):<5.2f} {len(inside):>6} {said:>10.3f} {right:>7.3f}")


# ---------------------------------------------------------------------- through the search


def through_search(folder: Path, cases: Sequence[Case]) -> tuple[Tally, int, float]:
    """All rows with artist and title apart as one listing without an album: the counts, requests and seconds."""
    packed = folder / "catalogue.jsonl.gz"
    with tempfile.TemporaryDirectory() as place:
        shelf = Shelf.from_jsonl(packed if packed.exists() else folder / "catalogue.jsonl", Path(place) / "shelf.db")
        catalogue = Searchable(shelf)
        chosen = [case for case in cases if case.track]
        tracks = tuple(case.track for case in chosen if case.track)
        start = time.perf_counter()
        found = match_tracklist(Tracklist(title="", tracks=tracks), catalogue, {})
        spent = time.perf_counter() - start
        shelf.close()
    tally = Tally()
    for case, match in zip(chosen, found.matches, strict=True):
        tally.count(case, match.recording)
    return tally, catalogue.requests, spent


def speed(cases: Sequence[Case], rows: int = 10_000) -> float:
    """Seconds for `rows` rows with ten candidates each, altered anew where there are fewer rows."""
    work: list[Case] = []
    while len(work) < rows:
        work += [replace(case, hits=(case.hits * HITS)[:HITS]) for case in altered(cases, seed=len(work)) if case.hits]
    start = time.perf_counter()
    measure(work[:rows], ours)
    return time.perf_counter() - start


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--cases", type=Path, help="folder with catalogue.jsonl(.gz) and cases.jsonl")
    parser.add_argument("--wrong", action="store_true", help="name the wrong answers")
    parser.add_argument("--calibrate", action="store_true", help="print the calibration table and end")
    parser.add_argument("--no-search", action="store_true", help="leave out the run through the search")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as place:
        folder = args.cases or write_jsonl(Path(place))
        cases = load(folder)
        if args.calibrate:
            for total, right, n in isotonic([*reliability(cases), *reliability(altered(cases))]):
                say(f"{total:.3f} {right:.3f}  ({n})")
            return 0
        _report(folder, cases, args.wrong, not args.no_search)
    return 0


def _report(folder: Path, cases: Sequence[Case], wrong: bool, search: bool) -> None:
    apart = [case for case in cases if case.track]
    say(f"{len(cases)} rows, {len(apart)} of them with artist and title apart\n")
    say(f"{'matcher':<24} {'precision':>9} {'recall':>7} {'refused':>8} {'version':>8} {'misspelt':>8}")
    tallies = [("matching", measure(apart, ours)), ("matching, line alone", measure(cases, ours_by_line))]
    tallies += [(name, measure(cases, matcher)) for name, matcher in SIMPLE]
    spent = 0.0
    requests = 0
    if search:
        tally, requests, spent = through_search(folder, cases)
        tallies.insert(2, ("matching, by searching", tally))
    for name, tally in tallies:
        say(f"{name:<24} {tally.figures()}")
    say()
    if search:
        say(f"by searching: {requests / len(apart):.3f} requests a row, {spent:.1f} s")
    say(f"10,000 rows × {HITS} candidates: {speed(cases):.2f} s\n")
    say("confidence of the best candidate, rows as they are:")
    say_reliability(reliability(cases))
    say("\nrows altered (typing errors, other artists, other titles):")
    say_reliability(reliability(altered(cases)))
    if wrong:
        for name, tally in tallies[: 3 if search else 2]:
            say(f"\nwrong, {name}:", *tally.wrong, sep="\n  ")


if __name__ == "__main__":
    sys.exit(main())
