"""Wikitext: track listing templates, tables, and numbered lists, with the album's infobox for the artist."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from playlist_builder.listing.columns import default_of, field_of, unquoted_start
from playlist_builder.listing.lines import Document, Line
from playlist_builder.listing.pages import Grid, best_first
from playlist_builder.listing.signs import clean, fold, unquoted
from playlist_builder.listing.source import Reading, Source
from playlist_builder.listing.toml import duration_ms
from playlist_builder.listing.words import CREDIT, VERSION
from playlist_builder.model import Track, Tracklist

_HEADING = re.compile(r"^(={1,6})\s*(.+?)\s*\1\s*$")
_LINK = re.compile(r"\[\[(?:[^\[\]|\n]*\|)?([^\[\]|\n]*)\]\]")
_FILE = re.compile(
    r"\[\[(?:file|image|datei|bild|fichier|archivo|imagen|ficheiro|immagine|файл|ファイル|category|kategorie|"
    r"catégorie|categoría|categoria|категория)\s*:[^\[\]\n]*\]\]",
    re.IGNORECASE,
)
_OUTSIDE = re.compile(r"\[https?://[^\s\]]+(?:\s+([^\]\n]*))?\]")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,200}>")
_QUOTES = re.compile(r"'{2,5}")
_NUMBERED = re.compile(r"^([^\W\d][^\d=]*?)[\s_]?(\d{1,5})$")
_KEYS: Mapping[str, str] = {
    **dict.fromkeys(("title", "titel", "titre", "titulo", "titolo", "piste", "nombre", "nome", "название",
        "曲名", "タイトル", "faixa", "tytul", "track", "name", "utwor", "cancion"), "title"),
    **dict.fromkeys(("length", "dauer", "lange", "temps", "duree", "duracion", "duracao", "durata",
        "длительность", "時間", "czas", "time", "duration"), "length"),
    **dict.fromkeys(("extra", "extras"), "extra"),
    **dict.fromkeys(("artist", "performer", "interpret", "interprete", "artista", "artiste", "исполнитель"), "artist"),
    **dict.fromkeys(("note", "nota", "info", "anmerkung", "примечание", "заметка"), "note"),
}  # fmt: skip
_EXTRA_HEADS = frozenset(
    (
        "extra column",
        "extra",
        "extra heading",
        "columna extra",
        "coluna extra",
        "colonna extra",
        "champ extra",
        "extra spalte",
        "экстра",
        "колонка",
    )
)
_MOST_SPAN = 50
_LONGEST = 5000  # a longer text is a paragraph, whose markup need not be resolved


@dataclass
class _Template:
    name: str
    params: dict[str, str] = field(default_factory=dict)
    unnamed: list[str] = field(default_factory=list)


def detect(source: Source) -> bool:
    if source.suffix in (".wiki", ".wikitext", ".mediawiki", ".mw"):
        return True
    text = source.text[:100_000]
    if re.search(r"\{\{\s*(?:track ?list|infobox)", text, re.IGNORECASE):
        return True
    signs = (r"^==+[^=\n]+==+\s*$", r"\[\[[^\]\n]+\]\]", r"^\{\|", r"'''", r"^# ?\S*\[\[", r"^\|-")
    return sum(1 for sign in signs if re.search(sign, text, re.MULTILINE)) >= 2 and "[[" in text


def parse(source: Source) -> tuple[Reading, ...]:
    """The listings: templates first, then tables and lists by their points; () where there is none."""
    text = _without(_without(source.text, "<!--", "-->"), "<ref", "</ref>", short="/>")
    page = _Page()
    text = page.take_templates(text)
    page.take_lines(text)
    document = Document(
        tuple(page.lines), title=page.name or _lead(text), artist=page.artist, album=page.name, year=None
    )
    tables = best_first(document, page.grids, "wikitext")
    return (*page.listings(), *tables)


def _lead(text: str) -> str:
    """The name that the article's first words give its subject in bold italics; "" without one."""
    found = re.search(r"^[ \t]*'{3,5}([^'\n][^\n]{0,98}?)'{3,5}(?=[\s.,;(]|$)", text[:50_000], re.MULTILINE)
    return plain(found.group(1)) if found else ""


def _without(text: str, start: str, end: str, short: str = "") -> str:
    """`text` without what stands between two marks; line ends within stay, for the count of lines."""
    parts, at = [], 0
    while (begin := text.find(start, at)) >= 0:
        stop = text.find(end, begin)
        close = text.find(">", begin)
        if short and close > 0 and text[close - 1] == "/" and (stop < 0 or close < stop):
            finish = close + 1
        elif stop < 0:
            break
        else:
            finish = stop + len(end)
        parts.append(text[at:begin])
        parts.append("\n" * text.count("\n", begin, finish))
        at = finish
    parts.append(text[at:])
    return "".join(parts)


def plain(text: str) -> str:
    """The words of wikitext: links give what they show, emphasis and tags nothing."""
    if len(text) > _LONGEST:
        return clean(text)
    if "[" in text:
        text = _OUTSIDE.sub(r"\1", _LINK.sub(r"\1", _LINK.sub(r"\1", _FILE.sub("", text))))
    if "''" in text:
        text = _QUOTES.sub("", text)
    if "<" in text:
        text = _TAG.sub(" " if "<br" in text.lower() else "", text)
    if "&" in text:
        from html import unescape

        text = unescape(text)
    return clean(text)


class _Page:
    def __init__(self) -> None:
        self.name = ""
        self.artist = ""
        self.lines: list[Line] = []
        self.grids: list[Grid] = []
        self.sections: list[list[Track]] = [[]]
        self.default = ""

    def take_templates(self, text: str) -> str:
        """Reads the outermost templates; returns the text with what they show in their place."""
        parts, at = [], 0
        for begin, end in _outermost(text):
            parts.append(text[at:begin])
            inside = text[begin + 2 : end - 2]
            template = _template(inside)
            shown = self.template(template, text.count("\n", 0, begin) + 1) if template.name else ""
            lines = text.count("\n", begin, end) - shown.count("\n")
            parts.append(shown + "\n" * max(0, lines))
            at = end
        parts.append(text[at:])
        return "".join(parts)

    def template(self, template: _Template, line: int) -> str:
        name = fold(template.name)
        if name.startswith(("infobox", "ficha", "taxobox")) or name in (
            "альбом",
            "музыкальный альбом",
            "album infobox",
            "info album",
        ):
            self.infobox(template)
            return ""
        tracks = list(self.tracks(template))
        if len(tracks) >= 1:
            self.add(tracks)
            return ""
        return _shown(template)

    def infobox(self, template: _Template) -> None:
        if self.name or self.artist:
            return
        params = {fold(key): value for key, value in template.params.items()}
        for key in ("name", "titel", "nombre", "nome", "titre", "titolo", "название", "title"):
            if params.get(key, "").strip():
                self.name = plain(_inner(params[key]))
                break
        for key in (
            "artist",
            "kunstler",
            "artista",
            "artiste",
            "исполнитель",
            "interpret",
            "musiker",
            "band",
            "groupe",
            "grupo",
        ):
            if params.get(key, "").strip():
                self.artist = default_of(plain(_inner(params[key])))
                break

    def tracks(self, template: _Template) -> Iterator[Track]:
        """The tracks of a template with numbered parameters: title1, length1, …"""
        rows: dict[int, dict[str, str]] = {}
        extra = ""
        for key, value in template.params.items():
            folded = fold(key)
            found = _NUMBERED.match(folded)
            if found and (name := _KEYS.get(found.group(1).strip())):
                rows.setdefault(int(found.group(2)), {}).setdefault(name, plain(_inner(value)))
            elif folded in _EXTRA_HEADS:
                extra = plain(value)
        sings = field_of(extra) == "artist" if extra else False
        if sum(1 for row in rows.values() if row.get("title")) < 1:
            return
        default = self.artist
        for number in sorted(rows):
            row = rows[number]
            if row.get("title"):
                yield _track(row, sings, default)

    def add(self, tracks: list[Track]) -> None:
        """One more template: a side of the same listing, or another edition of it."""
        current = self.sections[-1]
        known = {fold(track.title) for track in current}
        again = sum(1 for track in tracks if fold(track.title) in known)
        if current and again * 2 > len(tracks) and len(tracks) > 2:
            self.sections.append(list(tracks))
        else:
            current.extend(tracks)

    def listings(self) -> Iterator[Reading]:
        for tracks in self.sections:
            if tracks:
                albums = (self.name,) if self.name else ()
                listing = Tracklist(title=self.name, tracks=tuple(tracks), albums=albums, artist=self.artist or None)
                yield Reading(tracklist=listing, format="wikitext")

    def take_lines(self, text: str) -> None:
        source = text.split("\n")
        at = 0
        group, order = 0, 0
        while at < len(source):
            raw = source[at].strip()
            if raw.startswith("{|"):
                end = _table_end(source, at)
                rows, numbers = _grid(source[at + 1 : end], at + 2)
                if rows:
                    self.grids.append(Grid(rows, numbers, len(self.lines)))
                self.lines.append(Line(text="", number=at + 1))
                at = end + 1
                continue
            found = _HEADING.match(raw)
            if found:
                self.lines.append(Line(text=plain(found.group(2)), number=at + 1, level=len(found.group(1))))
                order = 0
            elif raw[:1] in ("#", "*") and not raw.startswith("#REDIRECT"):
                mark = re.match(r"[#*:;]+", raw)
                assert mark is not None
                if order == 0 or len(mark.group()) > 1:
                    group += 1
                order += 1
                numbered = order if mark.group() == "#" else None
                kind = group * 4 + len(mark.group()) % 4
                self.lines.append(Line(text=plain(raw[mark.end() :]), number=at + 1, group=kind, order=numbered))
            else:
                if raw or not self.lines or not self.lines[-1].group:
                    order = 0 if raw else order
                self.lines.append(Line(text=plain(raw.lstrip(":;")), number=at + 1))
            at += 1


def _track(row: Mapping[str, str], sings: bool, default: str) -> Track:
    note = row.get("note", "")
    version = (
        note if note and len(note.split()) <= 4 and VERSION.search(fold(note)) and not CREDIT.match(note) else None
    )
    artist = row.get("artist", "") or (row.get("extra", "") if sings else "")
    return Track(
        title=unquoted(row["title"]),
        artist=unquoted(artist) or default,
        duration_ms=duration_ms(row.get("length", "")),
        version=version,
    )


def _outermost(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of each outermost template that is closed."""
    stack: list[int] = []
    spans: list[tuple[int, int]] = []
    for found in re.finditer(r"\{\{|\}\}", text):
        if found.group() == "{{":
            stack.append(found.start())
        elif stack:
            begin = stack.pop()
            while spans and spans[-1][0] >= begin:
                spans.pop()
            spans.append((begin, found.end()))
    last = -1
    for begin, end in spans:
        if begin >= last:
            yield begin, end
            last = end


def _template(inside: str) -> _Template:
    parts = _split(inside)
    template = _Template(clean(parts[0]) if parts else "")
    for part in parts[1:]:
        key, equals, value = part.partition("=")
        if equals and "[" not in key and "{" not in key and len(key) < 60:
            template.params[key.strip()] = value.strip()
        else:
            template.unnamed.append(part.strip())
    return template


def _split(inside: str) -> list[str]:
    """A template's inside cut at the bars that are its own, not those of links or templates within."""
    parts, depth, start = [], 0, 0
    for found in re.finditer(r"\{\{|\}\}|\[\[|\]\]|\|", inside):
        sign = found.group()
        if sign in ("{{", "[["):
            depth += 1
        elif sign in ("}}", "]]"):
            depth = max(0, depth - 1)
        elif depth == 0:
            parts.append(inside[start : found.start()])
            start = found.end()
    parts.append(inside[start:])
    return parts


def _inner(value: str, depth: int = 0) -> str:
    """A parameter's value with the templates in it replaced by what they show."""
    if "{{" not in value or depth > 4:
        return value
    parts, at = [], 0
    for begin, end in _outermost(value):
        parts.append(value[at:begin])
        template = _template(value[begin + 2 : end - 2])
        parts.append(_inner(_shown(template), depth + 1))
        at = end
    parts.append(value[at:])
    return "".join(parts)


def _shown(template: _Template) -> str:
    """What a small template shows in a line of text; "" for one that we do not know to show its words."""
    name = fold(template.name)
    if name in ("duration", "dauer", "temps", "duracion"):
        numbers = [template.params.get(key, "") for key in ("h", "m", "s")]
        given = [n for n in (numbers if any(numbers) else template.unnamed) if n.strip().isdigit()]
        return ":".join(n if i == 0 else n.zfill(2) for i, n in enumerate(given))
    if name in (
        "lang",
        "nihongo",
        "nowrap",
        "small",
        "noitalic",
        "langue",
        "lien",
        "sortname",
        "sort",
        "nobr",
        "small",
        "transl",
        "ill",
        "interlanguage link",
        "link",
    ):
        words = template.unnamed
        if name in ("lang", "langue", "transl", "sort"):
            return words[-1] if words else ""
        return " ".join(words[:2]) if name == "sortname" else (words[0] if words else "")
    return ""


def _table_end(source: Sequence[str], at: int) -> int:
    depth = 0
    for index in range(at, len(source)):
        raw = source[index].lstrip()
        if raw.startswith("{|"):
            depth += 1
        elif raw.startswith("|}"):
            depth -= 1
            if depth == 0:
                return index
    return len(source) - 1


def _grid(source: Sequence[str], first: int) -> tuple[tuple[tuple[str, ...], ...], tuple[int | None, ...]]:
    """The cells of a wikitable with spans repeated, and the line of each row."""
    rows: list[tuple[str, ...]] = []
    numbers: list[int | None] = []
    spans: dict[int, tuple[int, str]] = {}
    row: list[str] = []
    line_of_row = first

    def close() -> None:
        _fill(row, spans)
        if any(row):
            rows.append(tuple(row))
            numbers.append(line_of_row)
        row.clear()

    for number, raw in enumerate(source, first):
        text = raw.strip()
        if text.startswith(("|+", "{|", "|}")):
            continue
        if text.startswith("|-"):
            close()
            line_of_row = number + 1
        elif text[:1] in ("|", "!"):
            for cell in re.split(r"\|\||!!" if text[0] == "!" else r"\|\|", text[1:]):
                _cell(cell, row, spans)
        elif text and row:
            row[-1] = clean(f"{row[-1]} {plain(text)}")
    close()
    return tuple(rows), tuple(numbers)


def _cell(cell: str, row: list[str], spans: dict[int, tuple[int, str]]) -> None:
    _fill(row, spans)
    attributes, bar, rest = cell.partition("|")
    has_attributes = bool(bar) and "[[" not in attributes and "{{" not in attributes and "=" in attributes
    text = unquoted_start(unquoted(plain(rest if has_attributes else cell)))
    rowspan, colspan = (_span(attributes, name) if has_attributes else 1 for name in ("rowspan", "colspan"))
    for _ in range(colspan):
        if rowspan > 1:
            spans[len(row)] = (rowspan - 1, text)
        row.append(text)


def _span(attributes: str, name: str) -> int:
    found = re.search(rf"{name}\s*=\s*[\"']?(\d{{1,3}})", attributes, re.IGNORECASE)
    return max(1, min(_MOST_SPAN, int(found.group(1)))) if found else 1


def _fill(row: list[str], spans: dict[int, tuple[int, str]]) -> None:
    while len(row) in spans:
        left, text = spans.pop(len(row))
        if left > 1:
            spans[len(row)] = (left - 1, text)
        row.append(text)
