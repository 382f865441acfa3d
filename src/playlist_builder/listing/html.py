"""HTML pages, well formed or not: lists, tables, definition lists and lines, without menus, comments and adverts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from playlist_builder.errors import ListingError
from playlist_builder.listing.columns import read_table
from playlist_builder.listing.lines import Document, Line, expanded
from playlist_builder.listing.pages import Grid, best_first
from playlist_builder.listing.records import joined
from playlist_builder.listing.signs import clean
from playlist_builder.listing.source import Reading, Source


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLOCKS = _names(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hr li main menu nav ol p pre section summary table tbody "
    "td tfoot th thead tr ul br"
)
_SKIPPED = _names(
    "script style template noscript svg select option button iframe head textarea math object input label"
)
_ASIDE_TAGS = frozenset(("nav", "footer", "aside", "menu"))
_ASIDE_NAMES = _names(
    "comments comment commentlist respond related sidebar widget share sharing social menu navbar nav "
    "breadcrumb breadcrumbs cookie cookies footer recommend recommended recommendations popular "
    "newsletter promo advert ad ads sponsored pagination topnav gnav"
)
_HEADINGS = _names("h1 h2 h3 h4 h5 h6")
_LISTS = frozenset(("ol", "ul", "dl"))
_COLUMN = "\x1f"  # between parts of a line that stand in columns
_WIDE = re.compile(r" {3,}|\t+")
_MOST_SPAN = 50
_MOST_CELLS = 400_000


def detect(source: Source) -> bool:
    if source.suffix in (".html", ".htm", ".xhtml"):
        return True
    head = source.text[:4000].lower()
    return (
        "<!doctype html" in head
        or "<html" in head
        or "<body" in head
        or len(re.findall(r"<(?:li|tr|td|p|br|div|ol)\b", head)) >= 4
    )


def parse(source: Source) -> tuple[Reading, ...]:
    """The listings in the page, best first; () where there is none."""
    root = _root(source)
    if root is None:
        raise ListingError(f"{source.name}: no HTML could be read in it.")
    page = _Page()
    page.read(root)
    lines = page.lines if page.grids else joined(page.lines)
    document = Document(tuple(expanded(lines)), title=_title(root, page.lines))
    return best_first(document, page.grids, "html")


def _root(source: Source) -> etree._Element | None:
    text = re.sub(r"</br\s*>", "<br>", source.text.replace("\0", ""))  # as browsers do
    parser = etree.HTMLParser(
        encoding="utf-8", recover=True, no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ListingError(f"{source.name}: this HTML is too broken to read ({error}).") from error


def _title(root: etree._Element, lines: list[Line]) -> str:
    """The page's title as it names itself, else its first heading, else the title element."""
    for meta in root.iter("meta"):
        if meta.get("property") == "og:title" and meta.get("content"):
            return clean(str(meta.get("content")))
    first = [line.text for line in lines if line.level == 1 and not line.aside]
    posts = [line.text for line in lines if line.level in (2, 3) and not line.aside]
    element = next(iter(root.iter("title")), None)
    named = clean("".join(str(t) for t in element.itertext())) if element is not None else ""
    for heading in (*first, *posts):
        site = re.search(rf"\s[|·»–—-]\s*{re.escape(heading)}$", named)
        if heading and heading in named and not named.startswith(heading + ":") and not site:
            return heading
    return first[0] if len(first) == 1 and not posts else (named or (first[0] if first else ""))


class _Page:
    """Walks the tree once, making lines; tables of data become grids."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.grids: list[Grid] = []
        self.buffer: list[str] = []
        self.number: int | None = None
        self.level = 0
        self.groups: list[list[int]] = []  # [group, next number (0: unordered), step] of the lists around
        self.group_count = 0
        self.item: tuple[int, int | None] = (0, None)
        self.asides = 0
        self.pre = 0  # how many elements around keep the line ends of their text
        self.term = ""

    def read(self, root: etree._Element) -> None:
        skip: etree._Element | None = None
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if skip is not None:
                if event == "end" and element is skip:
                    skip = None
                    self.text(element.tail)
                continue
            tag = element.tag if isinstance(element.tag, str) else ""
            if event == "start":
                if not tag or tag in _SKIPPED or _is_hidden(element) or (tag == "table" and self.table(element)):
                    skip = element
                    continue
                self.start(element, tag)
            else:
                self.end(element, tag)
        self.flush()

    def start(self, element: etree._Element, tag: str) -> None:
        if tag in _BLOCKS:
            self.flush()
        if _is_aside(element, tag):
            self.asides += 1
        self.pre += tag == "pre"
        if tag in _LISTS:
            self.group_count += 1
            self.groups.append(_numbering(element, tag, self.group_count))
        elif tag == "li":
            self.item = self.next_item(element)
        elif tag in ("dt", "dd") and self.groups:
            self.item = (self.groups[-1][0], None)
        elif tag in _HEADINGS:
            self.level = int(tag[1])
        elif _is_column(element, tag):
            self.buffer.append(_COLUMN)
        if self.number is None:
            self.number = _line(element)
        self.text(element.text)

    def end(self, element: etree._Element, tag: str) -> None:
        if tag == "dt":
            self.term = clean("".join(self.buffer))
            self.buffer.clear()
        elif tag == "dd":
            text = clean("".join(self.buffer))
            self.buffer[:] = [f"{self.term}{_COLUMN}{text}" if self.term and text else text]
            self.term = ""
            self.flush()
        elif tag in _BLOCKS:
            self.flush()
        if tag in _LISTS and self.groups:
            self.groups.pop()
        elif tag in _HEADINGS:
            self.level = 0
        elif tag in ("p", "div", "section", "article", "table") and self.lines and self.lines[-1].text:
            self.lines.append(Line(text="", number=_line(element)))
        if _is_aside(element, tag):
            self.asides -= 1
        self.pre -= tag == "pre"
        self.text(element.tail)

    def text(self, text: str | None) -> None:
        if not text:
            return
        if not self.pre or "\n" not in text:
            self.buffer.append(str(text))
            return
        first, *others = str(text).split("\n")
        self.buffer.append(_WIDE.sub(_COLUMN, first.strip()) if first.strip() else first)
        for line in others:
            if not "".join(self.buffer).strip():
                self.lines.append(Line(text=""))
            self.flush()
            self.buffer.append(_WIDE.sub(_COLUMN, line.strip()) if line.strip() else line)

    def next_item(self, element: etree._Element) -> tuple[int, int | None]:
        """The list and number of an item."""
        if not self.groups:
            return (0, None)
        group = self.groups[-1]
        if not group[2]:
            return (group[0], None)
        value = element.get("value")
        if value and re.fullmatch(r"\d{1,4}", value):
            group[1] = int(value)
        number = group[1]
        group[1] += group[2]
        return (group[0], number)

    def flush(self) -> None:
        text = _level("".join(self.buffer))
        self.buffer.clear()
        if text:
            group, order = self.item
            self.lines.append(
                Line(text=text, number=self.number, level=self.level, group=group, order=order, aside=self.asides > 0)
            )
            self.item = (0, None)
        self.number = None

    def table(self, element: etree._Element) -> bool:
        """Takes a table of data as a grid, or as lines of cells; False for a table that only lays out the page."""
        if any(True for _ in element.iterdescendants("table")):
            return False
        rows, numbers = grid_of(element)
        if len(rows) < 2 or max((len(row) for row in rows), default=0) < 2 or _has_lists(element):
            return False
        self.flush()
        aside = self.asides > 0
        self.grids.append(Grid(rows, numbers, len(self.lines), aside))
        if read_table(rows, numbers, headless=True) is None:
            for row, number in zip(rows, numbers, strict=True):
                text = "\t".join(dict.fromkeys(cell for cell in row if cell))
                self.lines.append(Line(text=text, number=number, aside=aside))
        self.lines.append(Line(text="", number=_line(element)))
        return True


def _line(element: etree._Element) -> int | None:
    """The line of the source in which an element begins."""
    line: object = element.sourceline
    return line if isinstance(line, int) else None


def _level(text: str) -> str:
    """The text on one line, its columns parted by tabs."""
    return "\t".join(part for column in text.split(_COLUMN) if (part := clean(column)))


def _is_column(element: etree._Element, tag: str) -> bool:
    """Whether an element with a class follows another one with nothing but space between: they look like columns."""
    if tag not in ("span", "a", "b", "strong", "em", "i", "time") or not element.get("class"):
        return False
    before = element.getprevious()
    if before is None or not before.get("class") or before.tag in _BLOCKS:
        return False
    return not (before.tail or "").strip()


def _numbering(element: etree._Element, tag: str, group: int) -> list[int]:
    if tag != "ol":
        return [group, 0, 0]
    start = element.get("start") or ""
    count = sum(1 for child in element if child.tag == "li") if element.get("reversed") is not None else 0
    first = int(start) if re.fullmatch(r"\d{1,4}", start) else (count or 1)
    return [group, first, -1 if element.get("reversed") is not None else 1]


def _is_hidden(element: etree._Element) -> bool:
    style = element.get("style") or ""
    return element.get("hidden") is not None or bool(re.search(r"display\s*:\s*none", style))


def _is_aside(element: etree._Element, tag: str) -> bool:
    if tag in _ASIDE_TAGS:
        return True
    if tag in ("body", "html", "main", "article") or tag not in _BLOCKS:
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('role') or ''}".lower()[:300]
    return any(
        not _ASIDE_NAMES.isdisjoint(re.split(r"[-_]+", name))
        for name in names.split()
        if not name.startswith(("has-", "no-", "with-"))
    )


def _has_lists(element: etree._Element) -> bool:
    """Whether the cells hold lists or many lines: a table that lays out the page."""
    breaks = sum(1 for _ in element.iterdescendants("br", "li", "p"))
    cells = sum(1 for _ in element.iterdescendants("td", "th"))
    return breaks > 3 * cells + 6


def grid_of(table: etree._Element) -> tuple[tuple[tuple[str, ...], ...], tuple[int | None, ...]]:
    """The texts of a table's cells, spans repeated in each place they cover, and the line of each row."""
    rows: list[tuple[str, ...]] = []
    numbers: list[int | None] = []
    spans: dict[int, tuple[int, str]] = {}  # column: rows still to cover, text
    total = 0
    for tr in table.iterdescendants("tr"):
        row: list[str] = []
        for cell in _cells(tr):
            _fill(row, spans)
            text = _cell_text(cell)
            rowspan = _span(cell.get("rowspan"))
            for _ in range(_span(cell.get("colspan"))):
                if rowspan > 1:
                    spans[len(row)] = (rowspan - 1, text)
                row.append(text)
        _fill(row, spans)
        total += len(row)
        if total > _MOST_CELLS:
            break
        if any(row):
            rows.append(tuple(row))
            numbers.append(_line(tr))
    return tuple(rows), tuple(numbers)


def _fill(row: list[str], spans: dict[int, tuple[int, str]]) -> None:
    while len(row) in spans:
        left, text = spans.pop(len(row))
        if left > 1:
            spans[len(row)] = (left - 1, text)
        row.append(text)


def _cells(tr: etree._Element) -> Iterator[etree._Element]:
    yield from (cell for cell in tr.iterchildren() if cell.tag in ("td", "th"))


def _cell_text(cell: etree._Element) -> str:
    parts: list[str] = []
    for element in cell.iter():
        if element is not cell and isinstance(element.tag, str) and element.tag in ("br", "p", "div", "li"):
            parts.append(" ")
        if isinstance(element.tag, str) and element.tag not in _SKIPPED and element.text:
            parts.append(str(element.text))
        if element is not cell and element.tail:
            parts.append(str(element.tail))
    return clean("".join(parts))


def _span(value: str | None) -> int:
    return min(_MOST_SPAN, int(value)) if value and re.fullmatch(r"[1-9]\d{0,3}", value.strip()) else 1
