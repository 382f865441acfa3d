"""A whole listing against one album: which album it describes, and which of its tracks each row is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from playlist_builder.matching.names import copyist, level, tidy, title_of
from playlist_builder.matching.score import artist_part, title_part, wanted_title
from playlist_builder.model import Album, Recording, Track, Tracklist

GOOD = 0.8  # a row that fits an album's track this well counts for the album
WEAK = 0.62  # a row that fits this well is taken where its place and its neighbours say so
ENOUGH = 0.5  # share of the rows that must fit before an album is the listing's
TITLE, ARTIST = 0.65, 0.35  # of a pair; inside the right album the title says more than the credit
VERSION_COST = 0.15  # the other version of a song stands on the same album now and then
MOST_PAIRS = 40_000  # rows times tracks; more is no album's listing, and would take seconds
NEAR = 0.6  # least likeness of two album names for the album to be read at all

_SCORE = re.compile(r"\bscore\b|\bpartitura\b|\bfilmmusik\b", re.IGNORECASE)
_KIND = re.compile(
    r"\b(?:(?:the )?(?:original|complete|official)?\s*(?:motion picture|movie|film|television|tv|cast)?\s*(?:soundtrack|score|ost|recording)"
    r"|music from (?:and inspired by )?(?:the )?(?:original )?(?:motion picture|film|movie)?(?: soundtrack)?|songs from|soundtrack"
    r"|o\.?s\.?t\.?|bande originale(?: du film)?|banda sonora(?: original)?|deluxe|expanded|edition|anniversary|remastered|special)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Alignment:
    """One album's tracks beside the rows: `pairs[i]` is (index of the album's track, fit in [0, 1]) or None."""

    pairs: tuple[tuple[int, float] | None, ...]

    @property
    def fitting(self) -> int:
        """How many rows fit well."""
        return sum(1 for pair in self.pairs if pair is not None and pair[1] >= GOOD)


def bare_name(name: str) -> str:
    """An album's levelled name without what kind of release it is: "Rocky IV (Original Soundtrack)" is "rocky 4"."""
    return level(_KIND.sub(" ", tidy(name).replace(":", " "))) or level(name)


def likely_albums(tracklist: Tracklist, name: str, found: Sequence[Album]) -> list[Album]:
    """Those of `found` that may be the listing's album called `name`, the best first; copies are left out.

    An album of one artist must be by the listing's; among the rest the number of tracks, the year, song album or
    score and the search's own order decide.
    """
    rows = len(tracklist.tracks)
    acts = {level(track.artist) for track in tracklist.tracks if track.artist}
    wants_score = bool(_SCORE.search(name)) or len(acts) == 1
    ranked = []
    for rank, album in enumerate(found):
        if any(copyist(text) for text in (album.title, *album.artists)) and not copyist(name):
            continue
        alike = _names_alike(bare_name(name), bare_name(album.title))
        if alike < NEAR or (album.total_tracks or rows) * 3 < rows:
            continue
        cost = 1 - alike + rank * 0.02
        if album.total_tracks:
            cost += 0.3 * abs(album.total_tracks - rows) / max(album.total_tracks, rows)
        if tracklist.year and (album.release_date or "")[:4].isdigit():
            cost += min(0.2, 0.02 * abs(int((album.release_date or "")[:4]) - tracklist.year))
        if len(acts) > 2 and not wants_score and _SCORE.search(album.title):
            cost += 0.4
        if len(acts) > 2 and album.artists and level(album.artists[0]) not in ("various artists", "various", *acts):
            cost += 0.25
        if album.album_type == "single" and rows > 3:
            cost += 0.2
        ranked.append((cost, rank, album))
    return [album for _, _, album in sorted(ranked, key=lambda item: item[:2])]


def _names_alike(a: str, b: str) -> float:
    from rapidfuzz import fuzz
    from rapidfuzz.distance import OSA

    if a == b:
        return 1.0
    if re.findall(r"\d+", a) != re.findall(r"\d+", b):
        return 0.0
    one, other = a.split(), b.split()
    shorter, longer = sorted((one, other), key=len)
    if set(shorter) <= set(longer):
        return 0.9 if len(longer) - len(shorter) <= 2 or len(shorter) >= 3 else 0.65
    return max(OSA.normalized_similarity(a, b), 0.9 * fuzz.token_sort_ratio(a, b) / 100)


def align(tracks: Sequence[Track], album: Sequence[Recording]) -> Alignment:
    """The best assignment of rows to the album's tracks: first one that keeps the order, then what fits well elsewhere.

    Weak pairs stay only where the row before or after is paired with the neighbouring track, or nothing else on the
    album comes near.
    """
    if len(tracks) * len(album) > MOST_PAIRS:
        return Alignment((None,) * len(tracks))
    fits = [[pair_fit(track, recording) for recording in album] for track in tracks]
    pairs = _in_order(fits)
    used = {pair[0] for pair in pairs if pair is not None}
    rest = sorted(
        (
            (fits[i][j], -i, -j)
            for i in range(len(tracks))
            if pairs[i] is None
            for j in range(len(album))
            if j not in used and fits[i][j] >= GOOD
        ),
        reverse=True,
    )
    for fit, i, j in rest:
        if pairs[-i] is None and -j not in used:
            pairs[-i] = (-j, fit)
            used.add(-j)
    kept: list[tuple[int, float] | None] = []
    for i, pair in enumerate(pairs):
        if pair is not None and pair[1] < GOOD and not _stands(i, pair[0], pairs, fits):
            kept.append(None)
        else:
            kept.append(pair)
    return Alignment(tuple(kept))


def pair_fit(track: Track, recording: Recording) -> float:
    """How well a row fits a track of its own album, in [0, 1]."""
    wanted, found = wanted_title(track), title_of(recording.title)
    title = title_part(wanted, found)
    shorter, longer = sorted((wanted.plain.split(), found.plain.split()), key=len)
    if shorter and set(shorter) <= set(longer) and len("".join(shorter)) >= 5:
        title = max(title, 0.72)
    if title < 0.55:
        return 0.0
    fit = title
    if track.artist and recording.artists:
        fit = TITLE * title + ARTIST * artist_part(track.artist, wanted, recording, found)
    if wanted.tags != found.tags:
        fit -= VERSION_COST
    if "karaoke" in found.tags - wanted.tags:
        return 0.0
    if wanted.part and found.part and wanted.part != found.part:
        fit -= 0.3
    if track.duration_ms and recording.duration_ms and abs(track.duration_ms - recording.duration_ms) > 20_000:
        fit -= 0.05
    return max(0.0, fit)


def _in_order(fits: list[list[float]]) -> list[tuple[int, float] | None]:
    """The pairs with the largest sum of fits (of WEAK and more) whose tracks rise with the rows."""
    rows, columns = len(fits), len(fits[0]) if fits else 0
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            take = fits[i][j] + best[i + 1][j + 1] if fits[i][j] >= WEAK else -1.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], take)
    pairs: list[tuple[int, float] | None] = [None] * rows
    i = j = 0
    while i < rows and j < columns:
        if fits[i][j] >= WEAK and best[i][j] == fits[i][j] + best[i + 1][j + 1]:
            pairs[i] = (j, fits[i][j])
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _stands(i: int, j: int, pairs: Sequence[tuple[int, float] | None], fits: list[list[float]]) -> bool:
    """Whether a weak pair has a neighbour that says so, or no rival on the album."""
    before = pairs[i - 1] if i > 0 else None
    after = pairs[i + 1] if i + 1 < len(pairs) else None
    if (before is not None and before[0] == j - 1) or (after is not None and after[0] == j + 1):
        return True
    rivals = [fit for k, fit in enumerate(fits[i]) if k != j]
    return not rivals or max(rivals) < fits[i][j] - 0.2


def describes(alignment: Alignment) -> bool:
    """Whether enough rows fit for the album to be the listing's."""
    return alignment.fitting >= max(1, ENOUGH * len(alignment.pairs)) and (
        alignment.fitting > 1 or len(alignment.pairs) <= 2
    )
