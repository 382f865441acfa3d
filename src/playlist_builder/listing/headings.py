"""What the lines above a listing say of it: the album, its artist, its year, a fair title."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from playlist_builder.listing.lines import Document, Line, begins_listing, is_side
from playlist_builder.listing.rows import Row
from playlist_builder.listing.signs import DASHES, clean, fold, unquoted
from playlist_builder.listing.words import CREDIT_LINE, KEYS, MUSIC, VARIOUS

_D = "-" + DASHES
_KEY = re.compile(
    r"^(?:artist|band|performer|interpret(?:en)?|künstler|artista|intérprete|artiste|interprète|исполнитель|группа|"
    r"アーティスト|歌手|performed by|music by)\s*[:：–-]\s*(?P<artist>[^|]{2,80}?)"
    r"(?:\s*[,/;]\s*(?:venue|album|title|titel|disco|disque)\b.*|\s*\|.*)?$",
    re.IGNORECASE,
)
_COMPOSED = re.compile(
    r"\b(?:(?:original\s+)?(?:music|score|songs?)\s+(?:composed\s+|written\s+|performed\s+)?(?:and\s+\w+\s+)?by|"
    r"musik\s+von|"
    r"musique\s+de|música\s+de|musica\s+di|музыка:)\s+(?P<artist>(?-i:[A-ZÀ-ÞА-Я])[^,;:()]{2,50}?)(?:\s*[(\[].*)?$",
    re.IGNORECASE,
)
_EXCEPT = re.compile(
    r",?\s+(?:except|unless|save for|but|unless|außer|sofern|sauf|excepto|salvo|exceto|tranne|кроме)\b", re.IGNORECASE
)
_SETLIST = re.compile(
    r"^(?!(?:edit|share|full|the|my|add|print)\s+set)(?P<artist>.{2,60}?)\s+(?:concert\s+)?set\s?list\b", re.IGNORECASE
)
_CONCERT = re.compile(
    r"^(?P<artist>[^,:;–—@(]{2,50}?)(?:,\s|\s[-–—@]\s|\s(?:live\s)?(?:at|@|im|in der|en|au|à)\s).{2,80}"
    r"\b(?:concert review|live review|gig review|konzertbericht|konzertkritik|compte rendu|crónica)\W*$",
    re.IGNORECASE,
)
_BY = re.compile(
    r"^(?P<album>[^–—:]{2,70}?)\s+(?:by|von|par|de los|"
    r"performed by)\s+(?P<artist>[A-ZÀ-ÞА-Я0-9][^,:;()]{1,50}?)(?:\s*[(\[].*)?$"
)
_DASHED = re.compile(rf"^(?P<left>.{{1,70}}?)(?:\s+[{_D}]+\s+|\s*[–—]\s+)(?P<right>.{{1,90}})$")
_YEAR = re.compile(r"[(\[]\s*(?:\w+\s*[,;]?\s*)?((?:19|20)\d{2})\b[^)\]]*[)\]]")
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*")
_QUOTED = re.compile(r"[\"“„«‹「『]([^\"“”„«»「」『』]{2,60})[\"”“»«」』]")
_LABEL = re.compile(
    r"^(?:re|subject|betreff|asunto|objet|oggetto|assunto|onderwerp|temat|тема|ämne|emne|trade|disco da semana|"
    r"disco de la semana|album of the week|album der woche|"
    r"album review|review|kritik|plattenkritik|chronique|reseña|resenha|классика|now playing|the album|album|disc|"
    r"flohmarktfund des monats|[\w ]{3,40}#\d+|[\w ]{3,40}\bno\.? ?\d+)\s*(?:#\s?\d+)?\s*:\s*",
    re.IGNORECASE,
)
_GENERIC = re.compile(
    r"\b(?:great|best|classic|soundtracks?|review|revisited|no|vol|album|of the (?:week|month|day)|movie|"
    r"nights?|films?|favou?rite|"
    r"part|episode|posts?|series|listen|trade|re|kritik|monats|woche|semana|semaine|disco|compilado|various)\b",
    re.IGNORECASE,
)
_SOUNDTRACK = re.compile(
    r"(?:^|[:–—-]\s*|"
    r"\bto\s+)(?:the\s+)?(?P<name>(?:[^:–—]){2,50}?)\s+(?:original\s+)?(?:motion picture\s+)?(?:soundtrack|"
    r"ost)\b",
    re.IGNORECASE,
)
_THE_SOUNDTRACK = re.compile(r"\bthe\s(?P<name>(?:[A-Z0-9][\w'’.&-]*\s){1,6})(?:soundtrack|OST)\b")
_FORMAT = re.compile(
    r"(?:(?:full|complete|entire|whole|dvd|cd|lp|album|álbum|disco|show|concert|concierto|concerto|live|show|"
    r"set|mix|audio|"
    r"hq|hd|completo|completa|complet|intégral|en vivo|ao vivo|live at|live in|vinyl|remastered|official|"
    r"playlist|"
    r"ganzes|komplettes|konzert|lyrics|discografia|полный|альбом)\W*)+(?:\d{4}\W*)?",
    re.IGNORECASE,
)  # a video's words for what it holds, not an album's name
_NAME = r"(?-i:[A-ZÀ-ÞА-Я0-9])[^:;|/•·\"“„«()\[\]]{1,40}?"
_IN_YEAR = r"\s*[(\[](?:[^()\[\]]*?,\s*)?(?P<year>(?:19|20)\d{2})\b[^()\[\]]*[)\]]\s*$"
_TITLES = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"^(?P<artist>{_NAME})(?:['’]s)?:?\s+[\"“„«](?P<album>[^\"”“»]{{2,60}})[\"”“»](?:\W.*)?$",  # Artist's "Album"
        rf"^(?P<artist>{_NAME}),\s+(?P<album>{_NAME}){_IN_YEAR}",
        rf"^(?P<album>{_NAME})\s+(?:de|di|van|av|af)\s+(?P<artist>{_NAME}){_IN_YEAR}",
        rf"^(?P<album>{_NAME})\s+\((?P<artist>{_NAME}),\s+(?P<year>(?:19|20)\d{{2}})\)$",
        rf"^(?P<artist>{_NAME})\s*[•·|]\s+(?P<album>{_NAME})\s*[•·|]\s*(?:(?P<year>(?:19|20)\d{{2}})|"
        rf"{_FORMAT.pattern})$",
        rf"^(?P<artist>{_NAME})\s+[•·/]\s+(?P<album>{_NAME})$",
        rf"^(?P<artist>\S+(?:\s\S+){{0,3}}):\s+(?P<album>{_NAME})(?:\s*[(\[].*)?$",
    )
)
_NO_TITLE = -0.9  # points of a sentence that nothing speaks for
_UNNAMED = re.compile(
    r"(?:the |original |official |complete |full |music )*(?:the|original|official|complete|full|film|movie)", re.I
)
_SITE = re.compile(r"\s+[|·»✦★☆]\s+.*$|\s+::\s+.*$")
_BADGE = re.compile(r"^[*★☆✦✧~=\-#\s]+|[*★☆✦✧~=\-#\s]+$")


@dataclass(frozen=True, slots=True)
class Album:
    """The whole that a heading names; "" and None where it names nothing."""

    name: str = ""
    artist: str = ""
    year: int | None = None
    certain: bool = False  # the heading has the form of an album's name
    guessed: bool = False  # only the form of the page's title tells it: no sign that there is a listing


def album_of(document: Document, rows: Sequence[Row]) -> Album:
    """The album whose tracks the rows are, as a heading, key line or the markup names it."""
    if document.artist or document.album:
        artist = "" if fold(document.artist) in VARIOUS else document.artist
        return Album(document.album, artist, document.year, certain=bool(document.album))
    titles = frozenset(fold(row.body) for row in rows[:100])
    for at in range(rows[-1].at + 1, min(rows[-1].at + 8, len(document.lines))):
        if found := _key_line(clean(document.lines[at].text)):
            return found
    if found := _title_track(document, rows[0].at, titles):
        return found
    best: tuple[float, Album] | None = None
    for distance, text in _above(document, rows[0].at):
        found = _named(text, titles)
        if found:
            score = (6 if found.certain else 2) - distance * 0.05
            if best is None or score > best[0]:
                best = (score, found)
    if best and best[1].artist:
        return best[1]
    titled = next((album for text in _first_lines(document, rows[0].at) if (album := _titled(text))), None)
    return titled or (best[1] if best else Album())


def _first_lines(document: Document, first: int) -> Iterator[str]:
    """The page's title and its first lines, as far as they can name an album."""
    if document.title:
        yield document.title
    filled = [line for line in document.lines[: min(12, first)] if line.text and not line.aside]
    yield from (clean(line.text) for line in filled[:2] if len(line.text) <= 110)


def _titled(text: str) -> Album | None:
    """The album that a page's title names in one of the forms that only stand in titles; None without one."""
    text = _LABEL.sub("", _BADGE.sub("", text))
    for form in _TITLES:
        found = form.match(text)
        if not found:
            continue
        artist, name = found.group("artist").strip(), unquoted(found.group("album").strip())
        year = found.groupdict().get("year")
        if _GENERIC.search(artist) or begins_listing(Line(text=artist), fold(artist)) or fold(artist) in KEYS:
            return None
        if any(word[0].islower() and len(word) > 3 for word in artist.split()):
            return None
        default = "" if fold(artist) in VARIOUS else artist
        return Album(name, default, int(year) if year else None, bool(year) or form is _TITLES[0], guessed=True)
    return None


def _title_track(document: Document, first: int, titles: frozenset[str]) -> Album | None:
    """The album of two lines at the top, artist and name, where a track has the album's name."""
    above = [at for at in range(max(0, first - 12), first) if document.lines[at].text]
    for place, at in enumerate(above):
        if document.folded[at] and document.folded[at] in titles and not document.asides[at]:
            for other in (place - 1, place + 1):
                if (
                    0 <= other < len(above)
                    and abs(above[other] - at) == 1
                    and _is_name(document.lines[above[other]].text)
                ):
                    artist = re.sub(r"^(?:by|von|par|por|di)\s+", "", clean(document.lines[above[other]].text))
                    return Album(unquoted(clean(document.lines[at].text)), artist, certain=True)
    return None


def _is_name(text: str) -> bool:
    return (
        len(text.split()) <= 6 and text[:1].isalnum() and text.rstrip()[-1] not in ":;,?" and not text[:1].islower()
    ) or text.startswith("by ")


def _above(document: Document, first: int) -> Iterator[tuple[int, str]]:
    """Short lines above the first row, the nearest first, then the page's title and its first lines."""
    distance = 0
    asides = document.asides
    for at in range(first - 1, max(-1, first - 120), -1):
        line = document.lines[at]
        if not line.text or asides[at] or line.group:
            continue
        distance += 1
        if len(line.text) <= 110 and not CREDIT_LINE.match(line.text):
            yield distance, _with_name_above(document, at)
    if document.title:
        yield 12, document.title
    filled = [line for line in document.lines[: min(30, first)] if line.text][:3]
    for line in filled:
        if len(line.text) <= 110:
            yield 15, clean(line.text)


def _with_name_above(document: Document, at: int) -> str:
    """The line; where it is only "by" and a name, the line above it first."""
    text = clean(document.lines[at].text)
    above = document.lines[at - 1] if at else None
    if above and above.text and not above.is_prose and re.match(r"^(?:by|von|par|por|di)\s+[A-ZÀ-Þ0-9]", text):
        return f"{clean(above.text)}\n{text}"  # two lines, as nobody writes a sentence
    return text


def _key_line(text: str) -> Album | None:
    """The artist of "Artist: X"."""
    found = (_KEY.match(text) or _COMPOSED.search(text)) if len(text) < 120 else None
    if not found:
        return None
    artist = unquoted(_EXCEPT.split(found.group("artist"))[0].strip(" ."))
    return None if fold(artist) in VARIOUS else Album(artist=artist, certain=True)


def _named(text: str, titles: frozenset[str]) -> Album | None:
    if artist := _key_line(text):
        return artist
    if found := _SETLIST.match(text) or _CONCERT.match(text):
        return Album(artist=found.group("artist"))
    text = _LABEL.sub("", _BADGE.sub("", text))
    label, colon, rest = text.partition(": ")
    if colon and len(label.split()) <= 4 and _BY.match(rest):
        text = rest
    year = _YEAR.search(text)
    plain = _BRACKETS.sub(" ", text).strip()
    dashed = _DASHED.match(plain)
    if dashed and plain[-1] not in ".!?;":
        return _dashed(dashed.group("left"), dashed.group("right"), int(year.group(1)) if year else None, titles)
    if (year or "\n" in text) and (found := _BY.match(plain)):
        year_of = int(year.group(1)) if year else None
        return Album(unquoted(found.group("album")), unquoted(found.group("artist")), year_of, certain=True)
    found = _BY.match(plain)
    if found and len(plain.split()) <= 12 and plain[-1] not in ".!?,;":
        return Album(unquoted(found.group("album")), unquoted(found.group("artist")))
    return None


def _is_quoted(text: str) -> bool:
    return unquoted(text) != text.strip()


def _dashed(left: str, right: str, year: int | None, titles: frozenset[str]) -> Album | None:
    quoted = (_is_quoted(left), _is_quoted(right))
    left, right = unquoted(left), unquoted(right)
    _, colon, rest = left.partition(": ")
    left = rest if colon and rest and len(rest.split()) <= 5 else left
    if _FORMAT.fullmatch(right):
        return Album(artist=left, certain=True) if left[:1].isupper() else None
    if quoted == (True, False) and right[:1].isupper():
        return Album(left, right, year, certain=True)
    if fold(left) in KEYS or len(left.split()) > 6 or len(right.split()) > 10:
        return None
    if right[:1].islower() or re.search(r"\d{1,2}[:h]\d{2}|^\d+$|https?:", left + " " + right):
        return None
    if fold(left) in VARIOUS:
        return Album(right, "", year, certain=True)
    if fold(left) in titles and fold(right) not in titles:
        return Album(left, right, year, certain=True)
    certain = year is not None or fold(right) in titles or quoted == (False, True)
    return Album(right, left, year, certain=certain)


def title_of(document: Document, rows: Sequence[Row], album: Album) -> str:
    """A fair name for the listing: the album's, or what the page's title is about; "" where nothing names it."""
    if album.name and (album.certain or document.album):
        return clean(album.name)[:150]
    best: tuple[float, str] | None = None
    body = " ".join(line.text for line in document.lines[:400])[:40_000].lower()
    for place, text in enumerate(_titles(document, rows)):
        name = shortened(text, document)
        if not name or place > 12:
            continue
        score = _title_score(text, name, body, place) + (3.0 if text == document.title else 0.0)
        if best is None or score > best[0]:
            best = (score, name)
    return best[1] if best and best[0] > _NO_TITLE else ""


def nearest(document: Document, rows: Sequence[Row]) -> str:
    """What the markup's heading right above the rows names; "" where there is none or it only announces tracks.

    On a page with several listings that is what tells them apart.
    """
    for at in range(rows[0].at - 1, max(-1, rows[0].at - 8), -1):
        line = document.lines[at]
        if line.level and line.text:
            if is_side(document.folded[at]) or begins_listing(line, document.folded[at]):
                continue
            return shortened(line.text, document)
    return ""


def _title_score(text: str, name: str, body: str, place: int) -> float:
    """How well a line above the listing does as its title: the page comes back to it, and it reads like one."""
    score = min(4, body.count(name.lower()) - 1) * 0.8 - 0.25 * place
    score += 1.5 if _SOUNDTRACK.search(text) or _QUOTED.search(text) else 0.0
    score += (1.0 if _SETLIST.match(text) else 0.0) + (0.3 if place == 0 else 0.0)
    score -= 0.8 if re.search(r"\b(?:blog|newsletter|magazine?)\b", text, re.IGNORECASE) else 0.0
    score += 0.5 if MUSIC.search(fold(text)) else 0.0
    score -= 1.5 if len(name) > 60 or text.rstrip()[-1] in ".!?:;," else 0.0
    score -= 1.0 if name[:1].islower() or "@" in text else 0.0
    return score


def _titles(document: Document, rows: Sequence[Row]) -> Iterator[str]:
    if document.title:
        yield document.title
    own = {row.at for row in rows}
    for at in range(rows[0].at):
        line = document.lines[at]
        folded = document.folded[at]
        if (
            at in own
            or not line.text
            or (begins_listing(line, folded) and len(folded.split()) <= 4 and not _SETLIST.match(line.text))
        ):
            continue
        if len(line.text) <= 100 and not is_side(document.folded[at]) and (line.level or not _is_menu(line.text)):
            yield clean(line.text)


def _is_menu(text: str) -> bool:
    if text.count("|") > 1 or (re.match(r"^[\w -]{2,20}:\s", text) and fold(text.split(":")[0]) in KEYS):
        return True
    if (
        text.startswith(">")
        or re.search(r"(?:wrote|schrieb|writes|said|a écrit|escribió|escreveu|ha scritto):?$", text)
        or (text.endswith(",") and len(text.split()) <= 4)
        or re.match(
            r"^\d{1,2}[:.h]\d{2}\b|^\W*\d+\W*$|^r/\w+|\bposted by\b|"
            r"^[\d.,]+\s?[KMk]?\s(?:\w+\s)?(?:likes|views|subscribers|plays|votes|points|upvotes|comments|aufrufe|vues|vistas|visualizaciones)\b",
            text,
        )
        or len(text) <= 3
    ):
        return True
    return bool(
        re.match(
            r"^(?:hi|hello|dear|hey|hallo|moin|servus|hola|bonjour|olá|liebe|posted|published|home)\b",
            text,
            re.IGNORECASE,
        )
    )


def shortened(text: str, document: Document) -> str:
    """What a page's title is about: without the site, the series before a colon and the words after it."""
    text = _BADGE.sub("", _SITE.sub("", clean(text))).strip()
    text = _LABEL.sub("", text)
    if found := _SOUNDTRACK.search(text):
        name = unquoted(found.group("name").strip(" -–—:"))
        if 0 < len(name.split()) <= 7 and not _UNNAMED.fullmatch(name):
            return _cased(name)
    if found := _THE_SOUNDTRACK.search(text):
        return found.group("name").strip()
    quoted = _QUOTED.search(text)
    if quoted and re.search(
        r"soundtrack|album|саундтрек|альбом|сборник|кассет|плейлист|ost\b|cd|lp\b|tape|mix|trade|show|émission|"
        r"programa|sendung|playlist",
        text,
        re.IGNORECASE,
    ):
        return quoted.group(1).strip()
    left, colon, right = text.partition(": ")
    if colon and left and right:
        text = _better_side(left, right, document)
    return _cased(text.strip(" .:–—-"))[:150]


def _better_side(left: str, right: str, document: Document) -> str:
    """Which side of a title's colon names the listing: the one that the page speaks of more often."""
    if right[:1].islower():
        return left
    body = " ".join(line.text for line in document.lines[:400])[:40_000]
    counts = [len(re.findall(re.escape(side), body, re.IGNORECASE)) for side in (left, right)]
    if _GENERIC.search(left) and not _GENERIC.search(right):
        counts[1] += 2
    if counts[0] == counts[1]:
        return right if len(right.split()) <= len(left.split()) + 3 else left
    return left if counts[0] > counts[1] else right


def _cased(name: str) -> str:
    """`name`, in title case where it is all capitals and long."""
    return name.title() if name.isupper() and len(name) > 5 and name.isascii() else name


def is_part(document: Document, at: int) -> bool:
    """Whether the line names a side, disc or the listing, or is a credit: nothing to tell of."""
    line = document.lines[at]
    return (
        is_side(document.folded[at]) or begins_listing(line, document.folded[at]) or bool(CREDIT_LINE.match(line.text))
    )
