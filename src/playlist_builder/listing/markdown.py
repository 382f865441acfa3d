"""Markdown: lists, tables and headings among prose, with or without front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from playlist_builder.listing.lines import Document, Line, expanded
from playlist_builder.listing.pages import Grid, best_first, front_matter_title
from playlist_builder.listing.signs import visible
from playlist_builder.listing.source import Reading, Source

_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_ITEM = re.compile(r"^(\s*)(?:[*+-]|(\d{1,4})[.)])\s+(.*)$")
_IMAGE = re.compile(r"!\[[^\]\n]{0,300}\](?:\([^()\n]*(?:\([^()\n]*\)[^()\n]*)?\)|\[[^\]\n]*\])")
_LINK = re.compile(r"\[([^\[\]\n]{0,300})\](?:\((?:[^()\n]|\([^()\n]*\))*\)|\[[^\]\n]*\])")
_EMPHASIS = re.compile(r"(\*\*\*|\*\*|__|~~|`)(?=\S)(.{1,400}?)(?<=\S)\1")
_ITALIC = re.compile(
    r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,300}?)(?<=[^\s*])\*(?![\w*])|"
    r"(?<![\w_])_(?=[^\s_])([^_\n]{1,300}?)(?<=[^\s_])_(?![\w_])"
)
_BOTH = re.compile(  # **Title** de *Artist*: the emphasis shows what the small word only hints at
    r"^(?P<left>(\*\*|__|\*|_)(?=[^\s*_])[^*_]{1,200}\2)\s+(?:de|di|von|par|por|van|af|av|od)\s+"
    r"(?P<right>(\*\*|__|\*|_)(?=[^\s*_])[^*_]{1,200}\4)$"
)
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,300}>|<!--.{0,2000}?-->")
_LONGEST = 3000  # a longer line is a paragraph, whose markup need not be resolved
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|<>~-])")
_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")


def detect(source: Source) -> bool:
    if source.suffix in (".md", ".markdown", ".mdown", ".mkd"):
        return True
    if source.suffix in (".txt", ".html", ".htm"):
        return False
    text = source.text[:50_000]
    marks = len(re.findall(r"^#{1,6} \S|^[*+-] (?:\*\*|\[)|\]\(https?://|^\|.*\|\s*$|^[*+-] \S", text, re.MULTILINE))
    return marks >= 3 and (
        bool(re.search(r"^#{1,6} \S", text, re.MULTILINE))
        or "](" in text
        or bool(re.search(r"^\|", text, re.MULTILINE))
    )


def parse(source: Source) -> tuple[Reading, ...]:
    """The listings in the lists, tables and lines, best first; () where there is none."""
    title, body_at = front_matter_title(source.lines)
    lines: list[Line] = []
    grids: list[Grid] = []
    _Page(source.lines, body_at, lines, grids).read()
    heading = next((line.text for line in lines if line.level == 1), "")
    document = Document(tuple(expanded(lines)), title=title or heading)
    return best_first(document, grids, "markdown")


def inline(text: str) -> str:
    """The text of a line of Markdown: links, emphasis and tags give their words, pictures nothing."""
    if len(text) > _LONGEST:
        return visible(text).replace("\u00a0", " ")
    if "[" in text:
        text = _LINK.sub(r"\1", _LINK.sub(r"\1", _IMAGE.sub("", text)))
    if "<" in text:
        text = _TAG.sub("", text)
    if "*" in text or "_" in text:
        text = _BOTH.sub(r"\g<left> by \g<right>", text)
    for _ in range(2):
        text = _EMPHASIS.sub(r"\2", text)
    text = _ITALIC.sub(lambda m: m.group(1) or m.group(2), text)
    text = _ESCAPED.sub(r"\1", text) if "\\" in text else text
    if "&" in text:
        from html import unescape

        text = unescape(text)
    return visible(text).replace("\u00a0", " ")


class _Page:
    """Reads lines one by one into lines of the document and grids of its tables."""

    def __init__(self, source: Sequence[str], first: int, lines: list[Line], grids: list[Grid]) -> None:
        self.source, self.at, self.lines, self.grids = source, first, lines, grids
        self.group, self.in_list, self.fenced = 0, False, False

    def read(self) -> None:
        while self.at < len(self.source):
            raw = self.source[self.at]
            if re.match(r"^\s*(?:```|~~~)", raw):
                self.fenced = not self.fenced
                self.add("")
            elif self.fenced:
                self.add(visible(raw).strip())
            elif (
                "|" in raw
                and self.at + 1 < len(self.source)
                and _RULE.match(self.source[self.at + 1])
                and "-" in self.source[self.at + 1]
            ):
                self.table()
                continue
            else:
                self.line(raw)
            self.at += 1

    def add(self, text: str, level: int = 0, group: int = 0, order: int | None = None) -> None:
        self.lines.append(Line(text=text.strip(), number=self.at + 1, level=level, group=group, order=order))

    def line(self, raw: str) -> None:
        if found := _HEADING.match(raw):
            self.in_list = False
            self.add(inline(found.group(2)), level=len(found.group(1)))
        elif found := _ITEM.match(raw):
            if not self.in_list:
                self.group += 1
            self.in_list = True
            number = int(found.group(2)) if found.group(2) else None
            level = 1000 * min(len(found.group(1).expandtabs(4)) // 2, 9)
            self.add(inline(found.group(3)), group=self.group + level * 1000, order=number)
        elif (
            self.at + 1 < len(self.source)
            and raw.strip()
            and re.fullmatch(r"(?:={3,}|-{3,})\s*", self.source[self.at + 1])
        ):
            self.add(inline(raw), level=1 if self.source[self.at + 1][0] == "=" else 2)
        elif re.fullmatch(r"\s*(?:={3,}|[-*_](?:\s*[-*_]){2,})\s*", raw):
            self.add("")
        else:
            if raw.strip() and not raw.startswith((" ", "\t")):
                self.in_list = False
            self.add(inline(raw))

    def table(self) -> None:
        first = self.at
        rows: list[list[str]] = []
        numbers: list[int | None] = []
        while self.at < len(self.source) and "|" in self.source[self.at]:
            if self.at != first + 1:
                rows.append([inline(cell).strip() for cell in cells(self.source[self.at])])
                numbers.append(self.at + 1)
            self.at += 1
        self.grids.append(Grid(tuple(tuple(row) for row in rows), tuple(numbers), len(self.lines)))
        self.lines.append(Line(text="", number=first + 1))


def cells(line: str) -> Iterator[str]:
    """The cells of a table's line; an escaped bar does not part them."""
    line = line.strip().removeprefix("|")
    line = line.removesuffix("|") if not line.endswith("\\|") else line
    yield from (part.replace("\\|", "|") for part in re.split(r"(?<!\\)\|", line))
