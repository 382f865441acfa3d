"""How well a recording fits a track: named parts with weights in one table, and the rules that rule one out."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from playlist_builder.matching.names import (
    Title,
    act_key,
    artists_of,
    copied_album,
    copyist,
    fold,
    level,
    main_credit,
    sound,
    squeeze,
    tags_of,
    title_of,
)
from playlist_builder.model import Recording, Score, Track

# The total is the product of the parts, each raised to its weight: a part of 1 or a missing one changes nothing.
WEIGHTS = {"title": 1.0, "artist": 1.0, "version": 0.15, "duration": 0.08, "album": 0.03, "year": 0.02}

PIECE = 0.93  # the names agree, but one of them is only part of its side's credit
AS_GUEST = 0.84  # the row's artist is a guest there
ONLY_GUEST = 0.78  # of the row's names only a guest is there: not enough by itself
LONGER_NAME = 0.86  # one act's name is the other's and more: "Prince", "Prince & The Revolution"
LONG_START = 0.88  # a title of five words or more that goes on in the other
OTHER_WORD = 0.78  # most for names that differ by a whole word: "call on me", "all of me"
LIKE_AT_ALL = 0.4  # names less alike by letters than this are not compared in other ways
SHORT_NAME = 5  # a name of fewer letters must be the same: Angie is not Angry


def score(track: Track, recording: Recording) -> Score:
    """The score of `recording` for `track`. Parts that either side lacks are absent.

    `refusal`: "version" (live, remix, … on one side only), "part" (Pt. 1 against Pt. 2) or "copy" (karaoke, tribute).
    """
    wanted, found = wanted_title(track), title_of(recording.title)
    parts: list[tuple[str, float]] = [("title", title_part(wanted, found))]
    if track.artist:
        parts.append(("artist", artist_part(track.artist, wanted, recording, found)))
    if found.remaster != wanted.remaster:
        parts.append(("version", 0.9))
    if track.duration_ms and recording.duration_ms:
        parts.append(("duration", duration_part(track.duration_ms, recording.duration_ms)))
    if track.album and recording.album:
        parts.append(("album", album_part(track.album, recording.album)))
    total = 1.0
    for name, value in parts:
        total *= value ** WEIGHTS[name]
    return Score(total=total, parts=tuple(parts), refusal=refusal(track, recording))


def wanted_title(track: Track) -> Title:
    """The track's title taken apart, a version named in a column of its own included."""
    return title_of(f"{track.title} ({track.version})" if track.version else track.title)


def refusal(track: Track, recording: Recording) -> str | None:
    """The rule that rules `recording` out for `track`, or None."""
    wanted, found = wanted_title(track), title_of(recording.title)
    if _copies(track, recording, wanted, found):
        return "copy"
    if wanted.tags != found.tags | (album_tags(recording) if found.tags == frozenset() else frozenset()):
        return "version"
    if wanted.tags and (told_apart(wanted.which, found.which) or _unnamed(wanted, found, recording)):
        return "version"
    if wanted.part and found.part and wanted.part != found.part:
        return "part"
    return None


def _copies(track: Track, recording: Recording, wanted: Title, found: Title) -> bool:
    """Whether the recording imitates the one asked for, or is no imitation where one is asked for."""
    copying = any(_copyist(name) for name in recording.artists)
    if track.artist and _copyist(track.artist):
        return not (copying or {"karaoke", "tribute"} & found.tags)
    if _copyist(track.title) or (track.album and _copyist(track.album)):
        return False
    if copying or {"karaoke", "tribute"} & (found.tags - wanted.tags):
        return True
    if not recording.album or not _copyist(recording.album):
        return False
    by_itself = level(track.artist) in {level(name) for name in recording.artists}
    return copied_album(recording.album) or not by_itself


_copyist = lru_cache(maxsize=65536)(copyist)


def told_apart(wanted: frozenset[str], found: frozenset[str]) -> bool:
    """Whether both versions say which one they are, and not the same: "Alan Walker Remix", "Le Youth Remix"."""
    if not wanted or not found or wanted & found:
        return False
    return max(OSA.normalized_similarity(a, b) for a in wanted for b in found) < 0.7


def _unnamed(wanted: Title, found: Title, recording: Recording) -> bool:
    """Whether a remix by somebody is asked for and the recording is a remix by nobody that is named."""
    if "remix" not in wanted.tags or not wanted.which or found.which:
        return False
    named = set(fold(" ".join((*recording.artists, *found.featured))).split())
    return not wanted.which & named


@lru_cache(maxsize=16384)
def _live_album(album: str) -> bool:
    return bool(
        re.search(
            r"^live\b|\blive(?: (?:at|in|from|on|aus|album|edition|anthology|[12][90]\d\d)\b|\)|\]|$)|\bunplugged\b|\bin concert\b|\ben vivo\b|\bao vivo\b|\ben directo\b",
            album,
            re.IGNORECASE,
        )
    )


def album_tags(recording: Recording) -> frozenset[str]:
    """ "live" where the album says that all of it is."""
    return frozenset({"live"}) if recording.album and _live_album(recording.album) else frozenset()


def title_part(wanted: Title, found: Title) -> float:
    """How alike two titles are, in [0, 1]; second names in brackets may count on either side."""
    best = _alike(wanted.plain, found.plain)
    if best == 1.0 and wanted.details and found.details:
        # The same name with different words in brackets may be two songs.
        inner = max(_alike(a, b) for a in wanted.details for b in found.details)
        return 1.0 if inner > 0.75 else 0.9
    if best == 1.0:
        # What stands in brackets on one side only says more about the song, seldom another song.
        return 0.97 if wanted.details or found.details else 1.0
    for a in (wanted.plain, *wanted.second):
        for b in (found.plain, *found.second):
            best = max(best, 0.97 * _alike(a, b))
    return best


@lru_cache(maxsize=262144)
def _alike(a: str, b: str) -> float:
    """How alike two levelled names are: 1 for the same letters, typing errors cost by their share of the name."""
    if a == b:
        return 1.0
    x, y = squeeze(a), squeeze(b)
    if x == y:
        return 1.0
    if _censored(a, b) or _censored(b, a):
        return 1.0
    if min(len(x), len(y)) < SHORT_NAME:
        return 0.0 if abs(len(x) - len(y)) > 2 else 0.6 * OSA.normalized_similarity(x, y)
    if _numbers(a) != _numbers(b):
        if _spelt_out(a) == _spelt_out(b):
            return 0.97
        return 0.6 * OSA.normalized_similarity(x, y)
    plain = OSA.normalized_similarity(x, y)
    sorted_words = 0.97 * fuzz.token_sort_ratio(a, b) / 100
    if _other_word(a, b):
        plain = min(plain, OTHER_WORD)
        sorted_words = sorted_words if sorted_words > 0.95 else min(sorted_words, OTHER_WORD)
    if plain >= LIKE_AT_ALL and sound(a) == sound(b):
        plain = max(plain, 0.95)
    return max(plain, sorted_words, _words_alike(a, b), _cut_short(a, b))


def _cut_short(a: str, b: str) -> float:
    """LONG_START where the one is the beginning of the other and long enough that no other song begins so."""
    shorter, longer = sorted((a.split(), b.split()), key=len)
    return LONG_START if len(shorter) >= 5 and longer[: len(shorter)] == shorter else 0.0


def _spelt_out(text: str) -> str:
    """ "side 2 side" as "side to side"."""
    return " ".join({"2": "to", "4": "for"}.get(word, word) for word in text.split())


def _words_alike(a: str, b: str) -> float:
    """Word by word: each word of the one with its nearest of the other, weighted by length; order must be kept."""
    one, other = a.split(), b.split()
    if len(one) != len(other):
        return 0.0
    weight = total = 0.0
    for x, y in zip(one, other, strict=True):
        length = max(len(x), len(y))
        similarity = OSA.normalized_similarity(x, y)
        total += length * (similarity if similarity >= 0.6 else 0.0)
        weight += length
    return total / weight


def _other_word(a: str, b: str) -> bool:
    """Whether names of as many words have one that is not the other's, however much the rest is alike."""
    one, other = a.split(), b.split()
    return len(one) == len(other) and any(
        x != y and OSA.normalized_similarity(x, y) < 0.6 for x, y in zip(one, other, strict=True)
    )


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def _censored(hidden: str, plain: str) -> bool:
    if "*" not in hidden:
        return False
    pattern = "".join("[a-z0-9]" if c == "*" else re.escape(c) for c in hidden)
    return bool(re.fullmatch(pattern, plain)) or bool(
        re.fullmatch(re.sub(r"(?:\[a-z0-9\])+", "[a-z0-9]+", pattern), plain)
    )


def artist_part(credit: str, wanted: Title, recording: Recording, found: Title) -> float:
    """How alike the credits are, in [0, 1]: the whole against the whole, else the best of their acts."""
    best = _credits_alike(credit, recording.artists)
    if best >= 0.8 or not (wanted.featured or found.featured):
        return best
    ours, theirs = artists_of(credit), acts_of(recording)
    pairs = [(guest, b, ONLY_GUEST) for guest in wanted.featured for b in theirs]
    pairs += [(guest, a, AS_GUEST) for guest in found.featured for a in ours]
    for guest, other, most in pairs:
        for name in artists_of(guest):
            best = max(best, most * _act_alike(level(name), level(other)))
    return best


@lru_cache(maxsize=65536)
def _credits_alike(credit: str, artists: tuple[str, ...]) -> float:
    """The likeness of the two acts of the credits that are most alike; PIECE of it where they are but part of them."""
    best = 0.0
    whole = ", ".join(artists)
    ours = [(act_key(act), _leads(act, credit)) for act in artists_of(credit)]
    theirs = [(act_key(act), _leads(act, whole)) for act in _acts(artists)]
    for i, (a, leads) in enumerate(ours):
        for j, (b, also) in enumerate(theirs):
            value = _act_alike(a, b)
            if not (i == 0 and j == 0) and not (leads and also):
                value *= PIECE
            best = max(best, value)
            if best == 1.0:
                return 1.0
    return best


@lru_cache(maxsize=65536)
def _acts(artists: tuple[str, ...]) -> tuple[str, ...]:
    acts = [", ".join(artists)]
    for name in artists:
        acts.extend(artists_of(name))
    return tuple(dict.fromkeys(acts))


def acts_of(recording: Recording) -> tuple[str, ...]:
    """Every act that the recording's credit may name, first the whole credit."""
    return _acts(recording.artists)


def _leads(act_name: str, credit: str) -> bool:
    """Whether the act is the one that the credit begins with."""
    return fold(main_credit(credit)).startswith(fold(act_name)) or fold(credit).startswith(fold(act_name))


@lru_cache(maxsize=262144)
def _act_alike(a: str, b: str) -> float:
    if a == b:
        return 1.0
    x, y = squeeze(a), squeeze(b)
    if not x or not y:
        return 0.0
    if x == y:
        return 0.99
    one, other = a.split(), b.split()
    best = 0.0
    if sorted(one) == sorted(other):
        best = 0.97
    shorter, longer = (one, other) if len(one) <= len(other) else (other, one)
    if (len("".join(shorter)) >= 4 and _run_in(shorter, longer)) or (len(shorter) >= 2 and _in_order(shorter, longer)):
        best = max(best, LONGER_NAME)
    if min(len(x), len(y)) >= SHORT_NAME:
        typed = OSA.normalized_similarity(x, y)
        if typed >= 0.7:
            best = max(best, typed if x[0] == y[0] else 0.95 * typed)
        if typed >= LIKE_AT_ALL:
            best = max(best, 0.98 * _words_alike(a, b), 0.95 if sound(a) == sound(b) else 0.0)
    if _censored(a, b) or _censored(b, a):
        best = 1.0
    return best


def _run_in(shorter: list[str], longer: list[str]) -> bool:
    """Whether all words of one name stand side by side in the other."""
    n = len(shorter)
    last = (shorter[-1], shorter[-1] + "s")  # "Jelly Roll Morton's Hot Seven"
    return any(longer[i : i + n - 1] == shorter[:-1] and longer[i + n - 1] in last for i in range(len(longer) - n + 1))


def _in_order(shorter: list[str], longer: list[str]) -> bool:
    """Whether all words of one name stand in the other in the same order: "John (Cougar) Mellencamp"."""
    rest = iter(longer)
    return all(word in rest for word in shorter)


def duration_part(wanted_ms: int, found_ms: int) -> float:
    """1 up to 4 s apart (listings round, editions fade), then down to 0.2 at 45 s."""
    apart = abs(wanted_ms - found_ms) / 1000
    return 1.0 if apart <= 4 else max(0.2, 1 - 0.8 * (apart - 4) / 41)


def album_part(wanted: str, found: str) -> float:
    """How alike two albums' names are, in [0, 1], edition words in brackets left out."""
    a, b = title_of(wanted), title_of(found)
    if a.plain == b.plain:
        return 1.0
    return max(0.2, fuzz.token_set_ratio(a.plain, b.plain) / 100)


__all__ = [
    "WEIGHTS",
    "album_part",
    "album_tags",
    "artist_part",
    "duration_part",
    "refusal",
    "score",
    "tags_of",
    "title_part",
]
