"""Two names out of one row: where to cut, decided for the listing as a whole, and which side the artist is."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from playlist_builder.listing.records import SIGN
from playlist_builder.listing.signs import DASHES, QUOTES, fold, opening_quote, unquoted
from playlist_builder.listing.times import milliseconds
from playlist_builder.listing.words import (
    ARTIST_WORDS,
    GIVEN_NAMES,
    LINKING,
    TITLE_WORDS,
    VARIOUS,
    VERSION,
)

T = TypeVar("T")
Pair = tuple[str, str]

_D = "-" + DASHES + "~～"
_SPACED = re.compile(rf"\s+(?:[{_D}]+|»|::|→|>)\s+|\s*[—–―]\s+|\s+[—–―]\s*|\t[{_D}]+\s*|\s*[{_D}]+\t")
_ONE_SIDED = re.compile(rf"\s+[{_D}]+(?=\S)|(?<=\S)[{_D}]+\s+|(?<=\S)[—–―](?=\S)|--+|\s+[{_D}]+\s+")
_TIGHT = re.compile(rf"(?<=\w|[.!?)])[{_D}](?=\w)|[_ ]+-[_ ]+")
_SLASH = re.compile(r"\s+/+\s+|\s*／\s*")
_COLON = re.compile(r"(?<=\S)\s?[:：]\s+|：")
_BY = re.compile(r"\s+(?:by|performed by|sung by|von|par|por|av|door|от)\s+", re.IGNORECASE)
_LEADERS = re.compile(r"\s*(?:\.{4,}|…{2,}|(?:\. ){4,}\.?|_{4,}|·{4,})\s*")
_OF = re.compile(r"\s+(?:de|di|van|af)\s+")
_COLUMNS = re.compile(r"\s*\t\s*|\s{2,}|\s*\|\s*")
_PIPE = re.compile(r"\s*[|｜]\s*|\s*\t\s*")
_CELLS = ("record", "pipe", "columns")
_COMMA = re.compile(r",\s+")
_AFTER_QUOTE = re.compile(
    rf"^\s*(?:(?:[{_D}:/|•·,;]|--)+\s*(?:(?:by|von|par|por|de|di)\s+)?|(?:by|von|par|por|de|di|från|от|"
    rf"performed by)\s+)",
    re.IGNORECASE,
)
_BEFORE_QUOTE = re.compile(rf"\s*(?:[{_D}:/|•·,;]|--|\bmit|\bwith|\bavec|\bcon)+\s*$|\s+$", re.IGNORECASE)
_BRACKET_END = re.compile(r"\s*[(（\[]([^()（）\[\]]*)[)）\]]\s*$")


@dataclass(frozen=True, slots=True)
class Splitting:
    """How a listing's rows are cut: one (artist, title) for each row, "" where a row names no artist."""

    pairs: tuple[Pair, ...]
    kind: str  # the separator, "" where rows are titles only
    coverage: float  # share of the rows that have it
    lead: float = 9.0  # how sure the side of the artist is; below 1.5 it is a guess
    quoted: float = 0.0  # share of the rows whose title stands in quotes


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rest of the page says: folded names in quotes, and the folded words of its prose."""

    quoted: frozenset[str] = frozenset()
    prose: str = ""
    artist: str = ""  # of the whole listing, where a heading names it


@dataclass(frozen=True, slots=True)
class _Separator:
    kind: str
    pattern: re.Pattern[str]
    needed: float  # share of rows that must have it
    prior: float  # lead of "artist first" before anything is looked at


_SEPARATORS = (
    _Separator("record", re.compile(SIGN), 0.7, -1.0),
    _Separator("pipe", _PIPE, 0.7, 0.5),
    _Separator("dash", _SPACED, 0.55, 1.5),
    _Separator("by", _BY, 0.8, -99.0),
    _Separator("slash", _SLASH, 0.6, -0.5),
    _Separator("one-sided", _ONE_SIDED, 0.6, 1.5),
    _Separator("colon", _COLON, 0.8, 2.0),
    _Separator("columns", _COLUMNS, 0.8, 0.5),
    _Separator("tight", _TIGHT, 0.9, 1.5),
    _Separator("leaders", _LEADERS, 0.8, 1.0),
    _Separator("comma", _COMMA, 0.95, 1.0),
    _Separator("of", _OF, 1.0, -4.0),
)


def sample(items: Sequence[T], size: int = 400) -> Sequence[T]:
    """At most about `size` of the items, evenly spread: enough to tell what most of a long listing looks like."""
    return items[:: max(1, len(items) // size)]


def split(bodies: Sequence[str], around: Surroundings) -> Splitting:
    """The listing's rows as pairs; the separator that most rows have wins, those that say more first."""
    if not bodies:
        return Splitting((), "", 0.0)
    some = sample(bodies)
    if _by_quotes(some, around) is not None and (quoted := _by_quotes(bodies, around)) is not None:
        return quoted
    best: tuple[float, _Separator] | None = None
    for separator in _SEPARATORS:
        share = sum(1 for body in some if _parts(body, separator)) / len(some)
        if separator.kind == "of" and (best or around.artist or len(some) < 5):
            continue
        if share >= separator.needed and (best is None or share > best[0] + 0.2):
            best = (share, separator)
    if best is None:
        return _by_brackets(bodies, around) or Splitting(tuple(("", unquoted(b)) for b in bodies), "", 0.0)
    share, separator = best
    if separator.kind in ("dash", "one-sided"):
        separator = _one_sided_too(bodies, separator)
    return _by_separator(bodies, separator, share, around)


def _one_sided_too(bodies: Sequence[str], separator: _Separator) -> _Separator:
    """Dashes with one space count too where rows without a spaced dash have them."""
    lacking = [body for body in bodies if not _SPACED.search(body)]
    if lacking and sum(1 for body in lacking if _ONE_SIDED.search(body)):
        return _Separator("one-sided", _ONE_SIDED, separator.needed, separator.prior)
    return separator


def _parts(body: str, separator: _Separator) -> list[str] | None:
    """The body cut at every separator outside of brackets; None without two names."""
    if separator.kind in _CELLS:
        cells = [cell.strip(" -–—") for cell in separator.pattern.split(body)]
        cells = [c for c in cells if c and not re.fullmatch(r"[\d.,\s]+", c) and not _only_time(c)]
        return cells if len(cells) >= 2 else None
    parts, start = [], 0
    for found in separator.pattern.finditer(body):
        if found.start() == 0 or found.end() == len(body) or _within_brackets(body, found.start()):
            continue
        parts.append(body[start : found.start()])
        start = found.end()
    parts.append(body[start:])
    return parts if len(parts) >= 2 and all(p.strip() for p in parts[:1] + parts[-1:]) else None


def _only_time(text: str) -> bool:
    return len(text) <= 8 and ":" in text and milliseconds(text) is not None


def _within_brackets(text: str, at: int) -> bool:
    before = text[:at]
    return sum(before.count(c) for c in "([（") > sum(before.count(c) for c in ")]）") and any(
        c in text[at:] for c in ")]）"
    )


def _by_separator(bodies: Sequence[str], separator: _Separator, share: float, around: Surroundings) -> Splitting:
    cut = [_parts(body, separator) for body in bodies]
    if separator.kind == "comma" and any(parts and len(parts) > 2 for parts in cut):
        return Splitting(tuple(("", unquoted(b)) for b in bodies), "", 0.0)
    width = Counter(len(parts) for parts in cut if parts).most_common(1)[0]
    columns = separator.kind in ("dash", *_CELLS) and width[0] >= 3 and width[1] >= 0.7 * len(bodies)
    sides = [(p[0], p[1] if columns else p[-1]) for p in cut if p and (columns or len(p) == 2)]
    sides = sides or [(p[0], p[-1]) for p in cut if p]
    lead = separator.prior if separator.kind == "by" else separator.prior + artist_lead(sides[:2000], around)
    artist_first = lead >= 0
    pairs = []
    for body, parts in zip(bodies, cut, strict=True):
        if not parts:
            pairs.append(("", unquoted(body)))
        elif columns or separator.kind in _CELLS:
            pairs.append((parts[0], parts[1]) if artist_first else (parts[1], parts[0]))
        else:
            pairs.append(_cut_at(body, parts, separator, artist_first))
    return Splitting(tuple(pairs), separator.kind, share, 9.0 if separator.kind == "by" else abs(lead))


def _cut_at(body: str, parts: Sequence[str], separator: _Separator, artist_first: bool) -> Pair:
    """The first separator parts artist and title; where the title comes first, the last one does."""
    if artist_first:
        first = parts[0]
        rest = body[len(first) :]
        found = separator.pattern.match(rest)
        return first, rest[found.end() :] if found else rest
    last = parts[-1]
    rest = body[: len(body) - len(last)]
    cut = [found for found in separator.pattern.finditer(rest) if found.end() == len(rest)]
    return last, rest[: cut[-1].start()] if cut else rest


def _by_quotes(bodies: Sequence[str], around: Surroundings) -> Splitting | None:
    """Rows whose titles stand in quotes; None where most do not."""
    if not bodies:
        return None
    found = [_quoted_row(body) for body in bodies]
    if around.artist or sum(1 for body in bodies if _BRACKET_END.search(body)) < 0.75 * len(bodies):
        found = [
            ("", pair[1]) if pair and _only_bracketed(body) else pair for pair, body in zip(found, bodies, strict=True)
        ]
    named = [pair for pair in found if pair]
    if len(named) < 0.6 * len(bodies):
        return None
    with_artist = sum(1 for pair in named if pair[0])
    if with_artist < 0.5 * len(named) and any(_SPACED.search(b) for b in bodies):
        return None
    pairs = tuple(pair or _plain_pair(body) for pair, body in zip(found, bodies, strict=True))
    share = len(named) / len(bodies)
    return Splitting(pairs, "quotes" if with_artist else "", with_artist / len(bodies), 9.0, share)


def _plain_pair(body: str) -> Pair:
    """A row without quotes among rows with them."""
    parts = _SPACED.split(body, maxsplit=1)
    return (parts[0], parts[1]) if len(parts) == 2 else ("", unquoted(body))


def _quoted_row(body: str) -> Pair | None:
    """(artist, title) of a row with its title in quotes at the beginning or end."""
    opened = opening_quote(body)
    if opened:
        title, end = opened
        rest = body[end:]
        version = re.match(r"\s*([(\[][^()\[\]]*[)\]])", rest)
        if version and (VERSION.search(fold(version.group(1))) or _AFTER_QUOTE.match(rest[version.end() :])):
            title, rest = f"{title} {version.group(1)}", rest[version.end() :]
        if not rest.strip():
            return "", title
        sign = _AFTER_QUOTE.match(rest)
        if sign:
            return rest[sign.end() :], title
        if body[0] in "「『《" or rest.startswith(("  ", "\t")):
            return rest.strip(), title
        bracket = re.fullmatch(r"\s*[(（]([^()]*)[)）]", rest)
        return (bracket.group(1), title) if bracket else None
    return _quoted_last(body)


def _only_bracketed(body: str) -> bool:
    """Whether nothing but a bracket follows the quoted title: a credit, where other rows have none."""
    opened = opening_quote(body)
    return bool(opened and re.fullmatch(r"\s*[(（][^()]*[)）]", body[opened[1] :]))


def _quoted_last(body: str) -> Pair | None:
    for at, sign in enumerate(body):
        if sign not in QUOTES or at == 0 or sign in "'‘`›»”″":
            continue
        opened = opening_quote(body[at:])
        if not opened:
            continue
        title, end = opened
        rest = body[at + end :].strip()
        before = body[:at]
        if rest and not re.fullmatch(r"(?:[(\[（][^()\[\]]*[)\]）]\s*)+", rest):
            return None
        if sign in "「『《" or _BEFORE_QUOTE.search(before):
            artist = _BEFORE_QUOTE.sub("", before)
            return artist, f"{title} {rest}".strip()
        return None
    return None


def _main(artist: str) -> str:
    """An artist folded, without guests."""
    return re.split(r"\b(?:feat|featuring|ft|with)\b", fold(artist))[0]


def _by_brackets(bodies: Sequence[str], around: Surroundings) -> Splitting | None:
    """Rows such as "Title (Artist)", where nothing else names an artist."""
    found = [_BRACKET_END.search(body) for body in bodies]
    names = [m.group(1) for m in found if m and m.start() and not VERSION.search(_main(m.group(1)))]
    if around.artist or len(names) < 0.75 * len(bodies) or all(re.fullmatch(r"[\d\s.,/-]+", n) for n in names):
        return None
    pairs = tuple(
        (m.group(1), unquoted(body[: m.start()])) if m and m.start() else ("", unquoted(body))
        for m, body in zip(found, bodies, strict=True)
    )
    return Splitting(pairs, "brackets", len(names) / len(bodies), 2.0)


def artist_lead(sides: Sequence[Pair], around: Surroundings) -> float:
    """How much speaks for the artist on the left (above 0) or on the right (below 0)."""
    return _repeats(sides) + _known(sides, around) + _forms(sides)


def _repeats(sides: Sequence[Pair]) -> float:
    """Artists come again; titles hardly do."""
    left, right = ([fold(pair[side]) for pair in sides] for side in (0, 1))
    if len(sides) < 3:
        return 0.0
    lead = 0.0
    for names, sign in ((left, 1.0), (right, -1.0)):
        again = len(names) - len(set(names))
        also = sum(_also_in(names))
        lead += sign * min(6.0, 2.0 * again + also)
    return lead


def _also_in(names: Sequence[str]) -> list[float]:
    """Marks names that also stand within another: "jay z" within "beyonce feat jay z"."""
    distinct = set(names)
    found = []
    for name in distinct:
        joined = re.split(r" (?:feat|featuring|ft|and|with|vs|y|und|et|e) ", name)
        if len(joined) > 1:
            found += [0.8 for part in joined if part in distinct and len(part) > 2]
    return found


def _known(sides: Sequence[Pair], around: Surroundings) -> float:
    """Titles stand in quotes in the prose, artists without."""
    if not around.prose:
        return 0.0
    lead = 0.0
    for pair in sides[:200]:
        for name, sign in zip(pair, (1.0, -1.0), strict=True):
            folded = fold(name)
            if len(folded) < 4:
                continue
            if folded in around.quoted:
                lead -= sign * 1.5
            elif " " in folded and f" {folded} " in around.prose:
                lead += sign * 0.7
            if folded == fold(around.artist):
                lead += sign
    return max(-6.0, min(6.0, lead))


def _forms(sides: Sequence[Pair]) -> float:
    """What the names look like, on average over the rows."""
    some = sides[:400]
    total = sum(_likeness(left) - _likeness(right) for left, right in some)
    return total / max(1, len(some)) * min(4.0, math.sqrt(len(some))) * 1.8


def _eastern(name: str) -> float:
    """The likeness of Japanese and Chinese names: artists are a few characters, titles have particles."""
    compact = name.replace(" ", "").replace("　", "")
    if re.fullmatch(r"[\u4e00-\u9fff々]{2,5}", compact):
        return 0.5
    if re.search(
        r"[\u4e00-\u9fff\u3041-\u30ff][のをにではがとへ]|[のをにではがと][\u4e00-\u9fff\u30a1-\u30ff]", compact
    ):
        return -0.7
    return 0.0


def _likeness(name: str) -> float:
    """Above 0 for what looks like an artist, below for what looks like a title."""
    bare = re.sub(r"[(\[（].*?[)\]）]", " ", name)
    words = bare.split()
    folded = fold(bare).split()
    if not words or not folded:
        return -0.5
    score = _eastern(bare)
    if fold(name) in VARIOUS:
        score += 1.0
    if folded[0] in GIVEN_NAMES and 2 <= len(folded) <= 3 and words[-1][:1].isupper():
        score += 0.9
    if any(w in ("feat", "featuring", "ft", "vs") for w in folded):
        score += 1.5
    if folded[-1] in ARTIST_WORDS or folded[0] in ("dj", "mc", "dr"):
        score += 0.7
    if "&" in bare or " + " in bare or re.search(r"[^\W\d_], [A-Z][^,]+ (?:&|and) ", bare):
        score += 0.5
    if folded[0] in ("the", "los", "las", "les", "die", "os", "as") and 2 <= len(folded) <= 3:
        score += 0.3
    if len(folded) == 1:
        score += 0.15
    small = [w for w in words if w[:1].islower() and fold(w) not in LINKING]
    if len(words) > 1 and not bare.islower():
        score -= min(0.9, 0.45 * len(small))
    score -= min(0.9, 0.35 * sum(1 for w in folded if w in TITLE_WORDS))
    if re.search(r"[(\[]", name) and VERSION.search(fold(name[len(bare.split("(")[0].split("[")[0]) :])):
        score -= 0.6
    if re.search(r"\w['’](?:t|m|re|ll|ve|s|d)\b", bare) and not re.search(r"(?:'s|’s)\s+[A-Z]\w+$", bare):
        score -= 0.3
    if (
        bare.rstrip().endswith("?")
        or "..." in bare
        or "…" in bare
        or ("," in bare and "&" not in bare and " and " not in bare)
    ):
        score -= 0.3
    if len(folded) >= 5:
        score -= 0.3
    return max(-1.6, min(2.0, score))
