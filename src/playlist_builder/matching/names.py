"""Names made comparable: folding, credits split into acts, titles split into a plain name and what is said about it.

Everything here is for comparison only; what is shown or sent to a service keeps its own letters.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii

LONGEST = 300  # characters of a name that are compared; the longest real titles have about 250

_APOSTROPHES = re.compile(r"(?<=\w)['’‘`´ʼ＇](?=\w)")
_CONNECTORS = {"und": "and", "y": "and", "et": "and", "n": "and", "och": "and", "og": "and"}
_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
}
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
_WORDS = {"pt": "part", "pts": "part", "vol": "volume", "ft": "feat", "mr": "mister", "st": "saint", "dr": "doctor"}
_LEVELLED = {**_WORDS, **_ROMAN, **_NUMBERS}
_ARTICLE = re.compile(r"\W*(?:the\s+)?an?\s", re.IGNORECASE)
_AMPERSAND = re.compile(r"(?:^|(?<=\s))[&+](?=\s|$)|&")
_INITIALS = re.compile(r"(?<=\b\w)\.(?=\w\b)")  # "U.S.A." is "usa"
_STRAY_STAR = re.compile(r"(?<![a-z0-9*])\*+")
_FOLDED_WORD = re.compile(r"[a-z0-9*]+")
_SOUNDS = tuple(
    (re.compile(pattern), letters)
    for pattern, letters in (
        ("ph", "f"), ("ck|c(?![eiy])|q", "k"), ("[sz]|c(?=[eiy])", "s"), ("th", "t"), ("ie$|y|ee", "i"), ("w", "v"),
        ("(?<=[a-z])h", ""), (r"(.)\1+", r"\1"),
    )
)  # fmt: skip
_INSIDE = ((re.compile(r"(?<=\w)\$(?=\w)"), "s"), (re.compile(r"(?<=\w)!(?=\w)"), "i"), (re.compile(r"\$(?=\w)"), "s"))
_SPELT_G = re.compile(r"(?<=\w\win)['’](?=\W|$)")  # "lovin'" is "loving"


def tidy(text: str) -> str:
    """`text` with single spaces, cut to LONGEST: what every comparison begins with, so that none takes long."""
    return " ".join(text[: 2 * LONGEST].split())[:LONGEST]


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """`text` in lower-case ASCII words with one space between: case, width, accents, script and punctuation levelled.

    Idempotent. "&", "+", "and", "und", "y" are "and"; number words, Roman parts and common abbreviations are levelled;
    letters hidden by asterisks stay hidden ("f**k"). Scripts other than Latin are transliterated (anyascii).
    """
    text = text[:LONGEST]
    text = text.casefold() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    if "'" in text or not text.isascii():
        text = _APOSTROPHES.sub("", _SPELT_G.sub("g", text))
    if "$" in text or "!" in text:
        for pattern, letter in _INSIDE:
            text = pattern.sub(letter, text)
    if "&" in text or "+" in text:
        text = _AMPERSAND.sub(" and ", text)
    if not text.isascii():
        text = anyascii(text).casefold()
    text = text.replace("'", "")
    if "." in text:
        text = _INITIALS.sub("", text)
    if "*" in text:
        text = _STRAY_STAR.sub(" ", text)
    words = _FOLDED_WORD.findall(text)
    last = len(words) - 1
    return " ".join([_level(word, 0 < place < last) for place, word in enumerate(words)])


def _level(word: str, between: bool) -> str:
    if between and word in _CONNECTORS:
        return _CONNECTORS[word]
    return _LEVELLED.get(word, word)


@lru_cache(maxsize=65536)
def sound(folded: str) -> str:
    """A rough spelling by sound, so that "Cindy" is "Cyndi" and "Katherine" is "Catherine"; without spaces."""
    text = squeeze(folded)
    for pattern, letters in _SOUNDS:
        text = pattern.sub(letters, text)
    return text


@lru_cache(maxsize=65536)
def level(text: str) -> str:
    """`fold` without the articles "the" and "a"/"an" at the start, as long as anything is left."""
    text = text[:LONGEST]
    words = fold(text).split()
    kept = [word for word in words if word != "the"]
    if len(kept) > 1 and kept[0] in ("a", "an") and _ARTICLE.match(text):  # "a-ha" is no article and "ha"
        kept = kept[1:]
    return " ".join(kept or words)


def squeeze(folded: str) -> str:
    """A folded name without its spaces: "a ha" and "aha" are one."""
    return folded.replace(" ", "")


# ---------------------------------------------------------------- credits

_FEATURING = re.compile(r"\s*[\(\[,]?\s*\b(?:feat(?:uring)?\b\.?|ft\b\.?|duet with|w/)\s*(?=\S)", re.IGNORECASE)
_BETWEEN = re.compile(
    r"\s*[,;/|]\s+(?:and\s+|&\s*)?|\s*;\s*|\s+/\s*|\s+(?:&|\+|and|und|et|y|e|con|with|mit|vs\.?|versus|x|×|presents|pres\.?)\s+|(?<=[^\W\d_]{3})/(?=[^\W\d_]{3})|\s*[、・×＆]\s*",
    re.IGNORECASE,
)
_TAIL_BAND = re.compile(
    r"\s*(?:,|&|\+|\band\b|\bund\b|\by\b|\bet\b|\bwith\b)\s+(?:the|his|her|their|los|las|les|die)\s+\S.*$",
    re.IGNORECASE,
)


def act_key(name: str) -> str:
    """`level`, or the signs themselves for an act that is all signs ("!!!")."""
    return level(name) or squeeze(name.casefold())


@lru_cache(maxsize=65536)
def artists_of(credit: str) -> tuple[str, ...]:
    """The acts that a credit may name, in its order and own spelling, first the whole; no duplicates.

    "Kenny Loggins and Gladys Knight" gives the whole, "Kenny Loggins" and "Gladys Knight"; "John Cafferty and the
    Beaver Brown Band" gives the whole and "John Cafferty"; whether "X & Y" is one act's name is left to comparison.
    """
    whole = tidy(credit).strip(" ,;&")
    acts = [whole]
    main, *featured = _FEATURING.split(whole)
    for part in (main, *featured):
        part = part.strip(" ,;&()[]")
        acts.append(part)
        band = _TAIL_BAND.sub("", part)
        pieces = [piece.strip(" ,;&()[]") for piece in _BETWEEN.split(band if band != part else part)]
        acts.extend(piece for piece in pieces if piece)
        if band != part:
            acts.extend(piece.strip(" ,;&()[]") for piece in _BETWEEN.split(part))
    seen: dict[str, str] = {}
    for act_name in acts:
        key = act_key(act_name)
        if key and key not in seen:
            seen[key] = act_name
    return tuple(seen.values())


@lru_cache(maxsize=65536)
def main_credit(credit: str) -> str:
    """The credit without its featured guests, in its own spelling."""
    credit = tidy(credit)
    return _FEATURING.split(credit)[0].strip(" ,;&([") or credit.strip()


# ---------------------------------------------------------------- titles

# Words that say: another performance, or another treatment, of the song. Both sides must agree on them.
STRICT_TAGS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (tag, re.compile(pattern, re.IGNORECASE))
    for tag, pattern in (
        (
            "karaoke",
            r"\bkaraoke\b|\bsing[- ]?along\b|\bbacking (?:track|version)\b|\bplayback\b|\bminus[- ]one\b"
            r"|\bin the (?:style|art) of\b|\bmade (?:famous|popular) by\b|\boriginally (?:performed|recorded) by\b"
            r"|\bas (?:made|performed) (?:famous )?by\b|カラオケ",
        ),
        ("tribute", r"\btribute\b|\bsound[- ]?a?like\b|\bhommage\b|\bhomenaje\b|\bworkout\b|\bfitness\b"),
        ("lullaby", r"\blullab(?:y|ies)\b|\bmusic box\b|\b8[- ]?bit\b|\bchiptune\b|\bringtone\b"),
        ("cover", r"\bcover(?:ed)?\b(?! photo)|\bcover version\b"),
        (
            "instrumental",
            r"\binstrumentale?s?\b|\binstr\.|\bohne gesang\b|\binstrumentalversion\b"
            r"|\bpiano (?:version|solo|instrumental)\b|インスト",
        ),
        ("acapella", r"\ba ?cap+ell?a\b|\bvocals? only\b"),
        ("acoustic", r"\bacoustic\b|\bac[uú]stic[oa]\b|\bacoustique\b|\bakustisk?(?:version)?\b|\bstripped\b"),
        (
            "live",
            r"\blive\b(?! (?:and|to|it|your|my|for|is|forever|like|a|the|wire|on!)\b)|\ben vivo\b|\ben directo\b|\bao vivo\b"
            r"|\ben concert\b|\bin concert\b|\bdal vivo\b|\bunplugged\b|\bkonzert\b|\bconcert version\b|ライブ|ライヴ"
            r"|\b(?:bbc|peel|radio|live) sessions?\b",
        ),
        (
            "demo",
            r"\bdemo\b|\brough mix\b|\bouttake\b|\brehearsal\b|\bearly (?:version|take)\b|\btake \d+\b|\bmaqueta\b",
        ),
        (
            "rerecorded",
            r"\bre[- ]?record(?:ed|ing)?\b|\bnew(?:ly)? record(?:ed|ing)\b|\bre-?make\b|\btaylor[’'`]?s version\b"
            r"|\bneuaufnahme\b|\bnew vocals?\b|\bregrabad[ao]\b|\bnew version\b|\brevisited\b|\b(?:19|20)\d\d version\b|\brework(?:ed)?\b",
        ),
        ("sped", r"\bsped[- ]up\b|\bspeed(?:ed)?[- ]up\b|\bnightcore\b|\bslowed\b|\breverb\b|\b8d audio\b|\bchopped\b"),
        (
            "remix",
            r"\bre-?mix(?:ed|es)?\b|\brmx\b|\bbootleg\b|\bmash[- ]?up\b|\bdub(?: (?:mix|version))?\b|\bclub (?:mix|edit|version)\b"
            r"|\bdance (?:mix|version)\b|\bhouse mix\b|\bvip\b|\bremezcla\b|\bflip\b"
            r"|(?<!original )(?<!single )(?<!album )(?<!radio )(?<!mono )(?<!stereo )(?<!main )(?<!final )(?<!lp )\bmix\b",
        ),
        ("extended", r"\bextended\b|\b12[\"”″']|\b12[- ]?inch\b|\bmaxi\b|\blong version\b|\bversi[oó]n extendida\b"),
        ("orchestral", r"\borchestral\b|\bsymphonic\b|\bstring quartet\b|\bsymphony version\b"),
        ("reprise", r"\breprise\b"),
        ("commentary", r"\bcommentary\b|\binterview\b|\bspoken word\b"),
        ("medley", r"\bmedley\b|\bmegamix\b|\bpotpourri\b"),
    )
)
_LANGUAGES = (
    ("german", r"german|deutsche?"),
    ("spanish", r"spanish|espa[nñ]ol[a]?|castellano"),
    ("french", r"french|fran[cç]aise?"),
    ("italian", r"italian[oa]?"),
    ("english", r"english|englische?|ingl[eé]s|anglaise?|inglese"),
    ("japanese", r"japanese"),
    ("portuguese", r"portuguese|portugu[eê]sa?"),
)
_LANGUAGE = tuple(
    (
        f"in {name}",
        re.compile(rf"^(?:en |in |auf |the )?(?:{words})(?: (?:version|versi[oó]n|edit|mix))?$", re.IGNORECASE),
    )
    for name, words in _LANGUAGES
)
# "single version", "radio edit", "2009 remaster": the plain recording, or its release, under a name of its own.
REMASTER = re.compile(r"\bre-?master(?:ed|izado|isé|is)?\b|\bdigital master\b|\bremastering\b", re.IGNORECASE)
_NEUTRAL_WORDS = frozenset(
    [
        "the",
        "a",
        "in",
        "of",
        "original",
        "originale",
        "single",
        "album",
        "lp",
        "ep",
        "radio",
        "mono",
        "stereo",
        "main",
        "final",
        "full",
        "standard",
        "studio",
        "video",
        "promo",
        "pop",
        "us",
        "uk",
        "short",
        "soundtrack",
        "film",
        "movie",
        "motion",
        "picture",
        "ost",
        "tv",
        "remaster",
        "remastered",
        "reissue",
        "re",
        "issue",
        "explicit",
        "clean",
        "deluxe",
        "edited",
        "version",
        "edit",
        "mix",
        "recording",
        "versión",
        "versione",
        "versión",
        "version",
        "master",
        "take",
        "digital",
        "digitally",
        "rock",
        "theme",
        "title",
        "song",
        "track",
        "cut",
        "release",
        "bonus",
        "edition",
        "hidden",
        "official",
        "music",
        "lyrics",
        "lyric",
        "hd",
        "hq",
        "4k",
        "8k",
        "uhd",
        "audio",
        "visualizer",
        "visualiser",
        "clip",
        "musikvideo",
        "vídeo",
        "clipe",
        "mv",
        "m",
        "v",
        "with",
        "videoclip",
        "oficial",
        "officiel",
        "officielle",
        "ufficiale",
        "officiell",
        "offizielles",
        "inch",
        "7",
        "quality",
        "high",
        "promotional",
        "cc",
        "sub",
    ]
)
_YEAR = re.compile(r"(?:19|20)\d\d")


_YEAR_VERSION = re.compile(r"(?:19|20)\d\d version", re.IGNORECASE)  # recorded anew in that year, mostly


def neutral(words: str) -> bool:
    """Whether `words` (a bracket or a suffix) say nothing of the performance: "2009 Remaster", "Official Video", "Mono"."""
    tokens = re.findall(r"[^\W_]+", words.casefold())
    return bool(tokens) and all(
        token in _NEUTRAL_WORDS or (token.isdecimal() and (len(token) <= 2 or bool(_YEAR.fullmatch(token))))
        for token in tokens
    )


FILM = re.compile(
    r"""\b(?:from|theme\ from|aus|du\ film|de\ la\ pel[ií]cula|da|dal|love\ theme\ from|as\ featured\ in|featured\ in|as\ heard\ in|banda\ sonora|bande\ originale)\b
        .*|\b(?:soundtrack|motion\ picture|o\.?s\.?t\.?|main\ title|end\ title|film\ version|movie\ version)\b.*|["“”«»„].+["“”«»].*""",
    re.IGNORECASE | re.VERBOSE,
)
_FEATURED = re.compile(
    r"^(?:feat(?:uring)?\b\.?|ft\b\.?|with\b|w/|con\b|avec\b|mit\b|duet with\b|& |and )\s*", re.IGNORECASE
)
_PART = re.compile(
    r"\b(?:part|pt|parts|pts|teil|parte|partie)\.?\s*(\d+|[ivx]+|one|two|three|four|five)\b(\s*(?:[-–&+,/]|and|und|y)\s*(?:\d+|[ivx]+|two|three)\b)*",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|\{([^{}]*)\}|【([^【】]*)】|（([^（）]*)）|「([^「」]*)」$")
_DASHES = re.compile(r"\s+[-–—~|]\s+|\s+[-–—](?=\S)|(?<=[^\s-])[-–—]\s+")
_RELEASE = re.compile(
    r"\s(?:(?:(?:19|20)\d\d )?(?:digital(?:ly)? )?remaster(?:ed)?(?: version)?(?: (?:19|20)\d\d)?"
    r"|radio edit|(?:single|album|lp|mono|stereo|radio|original) version|original mix|single edit)$",
    re.IGNORECASE,
)  # the same as in brackets, where a listing lost them
_ENDING = re.compile(
    r"\s(karaoke(?: version)?|instrumental(?: version)?|remix|tribute|acoustic version|live version)$", re.IGNORECASE
)
_MARKS = re.compile(r"[(\[{【（「]|[-–—~|]\s|\s[-–—]")  # without any of these a title is in one piece
_PIECED = re.compile(r"\s+/\s+")
_NUMBERED = re.compile(r"^\d{1,2}[.)]\s*(?=[^\W\d])")  # a row number that slipped into the title
_THEME = re.compile(r"^(?:(?:love |main )?theme (?:from|of)|song from|music from)\s+(?=\S)", re.IGNORECASE)
_INLINE_FEATURED = re.compile(r"\s+(?:feat(?:uring)?\b\.?|ft\b\.?)\s+(.+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Title:
    """A title taken apart; names are levelled (see `level`)."""

    plain: str  # the name of the song
    second: tuple[str, ...] = ()  # other names it may go by: the plain name with its brackets, what stands in them
    tags: frozenset[str] = frozenset()  # of STRICT_TAGS and languages
    details: tuple[str, ...] = ()  # what stands in brackets or behind a dash and is none of the other things
    featured: tuple[str, ...] = ()  # guests named in the title, in their own spelling
    film: str | None = None  # the suffix that names a film, as written
    remaster: bool = False
    part: str | None = None  # "1" of "Pt. 1"
    which: frozenset[str] = frozenset()  # what tells one such version from another: {"alan", "walker"}, {"wembley"}


@lru_cache(maxsize=65536)
def title_of(text: str) -> Title:
    """The parts of a title. "Living in America - From 'Rocky IV'" is plain "living in america", film "From …"."""
    text = tidy(text)
    base, qualifiers = _split(_NUMBERED.sub("", text) or text)
    tags: set[str] = set()
    details: list[str] = []
    featured: list[str] = []
    film: str | None = None
    remaster = False
    part: str | None = None
    which: set[str] = set()
    guest = _INLINE_FEATURED.search(base)
    if guest and guest.start() > 0:
        featured.append(guest.group(1))
        base = base[: guest.start()]
    for words in qualifiers:
        found = tags_of(words)
        numbered = _PART.search(words)
        if REMASTER.search(words):
            remaster = True
            tags |= found - {"remix", "rerecorded"}
        elif _FEATURED.match(words):
            featured.append(_FEATURED.sub("", words))
            tags |= found & {"live", "remix", "karaoke"}
        elif neutral(words) and not _YEAR_VERSION.fullmatch(words):
            pass
        elif found:
            tags |= found
            which |= _which(words)
            if numbered:
                part = _part_of(numbered)
        elif FILM.search(words):
            film = words
        elif numbered and len(words) < 16:
            part = _part_of(numbered)
        elif level(words):
            details.append(level(words))
    release = _RELEASE.search(base)
    if release and release.start() > 2:
        remaster = remaster or bool(REMASTER.search(release.group()))
        base = base[: release.start()]
    ending = _ENDING.search(base)
    if ending and ending.start() > 2:
        tags |= tags_of(ending.group(1))
        base = base[: ending.start()]
    numbered = _PART.search(base)
    if numbered and numbered.start() > 3:
        part = _part_of(numbered)
        base = (base[: numbered.start()] + base[numbered.end() :]).strip(" ,-–—:")
    plain = level(base)
    second = [f"{plain} {detail}" for detail in details] + [f"{detail} {plain}" for detail in details]
    second += [detail for detail in details if len(detail) > 3]
    if "/" in base:
        second += [level(piece) for piece in _PIECED.split(base)[:2] if piece != base and len(level(piece)) > 3]
    second += [level(piece) for piece in base.split(": ")[1:] if len(level(piece)) >= 10 and " " in level(piece)]
    if film and _THEME.match(film):
        second.append(level(film))
    theme = _THEME.sub("", base)
    second += [level(theme)] if theme != base else []
    return Title(
        plain=plain or level(text) or squeeze(text.casefold()),
        second=tuple(dict.fromkeys(second)),
        tags=frozenset(tags),
        details=tuple(details),
        featured=tuple(featured),
        film=film,
        remaster=remaster,
        part=part,
        which=frozenset(which),
    )


_UNTELLING = frozenset(
    [
        "at",
        "in",
        "from",
        "on",
        "and",
        "by",
        "with",
        "for",
        "to",
        "by",
        "his",
        "her",
        "mix",
        "remix",
        "remixed",
        "remixes",
        "rmx",
        "live",
        "acoustic",
        "unplugged",
        "session",
        "sessions",
        "karaoke",
        "instrumental",
        "demo",
        "dub",
        "club",
        "extended",
        "12",
        "reprise",
        "cover",
        "tribute",
        "medley",
        "tour",
        "concert",
        "vivo",
        "ao",
        "en",
        "dj",
        "feat",
    ]
)


def _which(words: str) -> frozenset[str]:
    """The words of a version's name that say which one it is, folded."""
    bare = _FEATURED.sub("", words)
    return frozenset(word for word in fold(bare).split() if word not in _UNTELLING and word not in _NEUTRAL_WORDS)


def _part_of(numbered: re.Match[str]) -> str | None:
    """The number of the part, folded; None where several are named at once, "Pt. 1 & 2"."""
    return None if numbered.group(2) else fold(numbered.group(1))


@lru_cache(maxsize=65536)
def tags_of(words: str) -> frozenset[str]:
    """The strict tags that `words` (a bracket, a suffix or a named version) contain."""
    words = words[:LONGEST]
    found = {tag for tag, pattern in STRICT_TAGS if pattern.search(words)}
    found |= {tag for tag, pattern in _LANGUAGE if pattern.match(words.strip())}
    if "karaoke" in found or "tribute" in found:
        found -= {"cover"}
    return frozenset(found)


def _split(text: str) -> tuple[str, list[str]]:
    """The base of a title and what stands in brackets or behind spaced dashes, in order."""
    qualifiers: list[str] = []
    if not _MARKS.search(text):
        return text.strip(), qualifiers

    def take(found: re.Match[str]) -> str:
        inner = next(group for group in found.groups() if group is not None)
        qualifiers.append(inner.strip())
        return " "

    base = text
    for _ in range(3):
        shorter = _BRACKETS.sub(take, base)
        if shorter == base:
            break
        if not level(shorter):  # a title that is all in brackets is its own name
            return text, []
        base = shorter
    first, *rest = _DASHES.split(base)
    if not level(first):
        return base.strip(), qualifiers
    qualifiers.extend(piece.strip() for piece in rest if piece.strip())
    return first.strip(), qualifiers


# ---------------------------------------------------------------- copyists

_COPYIST = re.compile(
    r"\bkaraoke\b|\btributes?\b|\bsound[- ]?a?likes?\b|\bsing[- ]?along\b|\bcover (?:band|team|artists?|hits|crew|kings?|nation)\b|\bcover guru\b|\bstudio all[- ]stars\b"
    r"|\b(?:movie|film|cinema|hollywood|soundtrack|tv) (?:orchestra|sounds?|themes?|players|band|soundtrack|ensemble|orchester|singers)\b"
    r"|\bsoundtrack (?:orchestra|band|all[- ]?stars)\b|\blullab(?:y|ies)\b|\brockabye\b|\bworkout\b|\bfitness\b|\bcardio\b"
    r"|\bparty hits?\b|\bhits? (?:factory|crew|makers?)\b|\bameritz\b|\bbacking tracks?\b|\bmusic box\b|\b8[- ]bit\b|\bringtone\b|\bminus one\b"
    r"|\bstring quartet tribute\b|\bvitamin string\b|\bmade famous\b|\bin the style of\b|\bthe hit co\b|\bpiano (?:covers?|dreamers)\b",
    re.IGNORECASE,
)


_COPY_ALBUM = re.compile(
    r"\bkaraoke\b|\bsing[- ]?along\b|\bin the style of\b|\bmade famous\b|\boriginally performed\b|\bbacking tracks?\b|\btribute to\b"
    r"|\b(?:lullaby|music box|8[- ]bit) (?:renditions?|versions?|covers?|tributes?)\b|\bcover versions\b",
    re.IGNORECASE,
)


def copied_album(name: str) -> bool:
    """Whether an album says outright that its recordings imitate others; "Music Box" alone does not."""
    return bool(_COPY_ALBUM.search(name[:LONGEST]))


def copyist(name: str) -> bool:
    """Whether an act or album calls itself a karaoke, tribute, workout, lullaby or film-orchestra product."""
    return bool(_COPYIST.search(name[:LONGEST]))
