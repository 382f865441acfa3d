"""Forum posts in BBCode: the tags go, quotes of other posts are asides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from playlist_builder.listing.lines import Document, Line, expanded, plain_lines
from playlist_builder.listing.prose import find
from playlist_builder.listing.source import Reading, Source

_NAMES = (
    r"b|i|u|s|url|img|list|quote|code|size|color|colour|font|center|align|left|right|spoiler|youtube|"
    r"media|table|tr|td|th|indent|h[1-6]|tracklist|hr|email|user|artist|highlight|sup|sub"
)
_TAG = re.compile(rf"\[(/?)({_NAMES}|\*)(?:[= ][^\[\]\n]{{0,300}})?\]", re.IGNORECASE)
_PICTURE = re.compile(r"\[(img|youtube|media|email)(?:=[^\[\]\n]{0,300})?\][^\[\]\n]{0,1000}\[/\1\]", re.IGNORECASE)


def detect(source: Source) -> bool:
    if source.suffix == ".bbcode":
        return True
    closing = re.findall(rf"\[/(?:{_NAMES})\]", source.text[:100_000], re.IGNORECASE)
    return len(closing) >= 2 or len(re.findall(r"^[ \t]*\[\*\]", source.text[:100_000], re.MULTILINE)) >= 3


def parse(source: Source) -> tuple[Reading, ...]:
    """The listings in the post, best first; () where there is none."""
    document = Document(tuple(expanded(_lines(source.text))))
    return tuple(reading for _, reading in find(document, "bbcode"))


def _lines(text: str) -> Iterator[Line]:
    quoted = 0
    group, in_list = 0, False
    for line in plain_lines(text):
        raw = _PICTURE.sub("", line.text) if "[" in line.text else line.text
        level = 3 if re.fullmatch(r"\s*\[(?:h[1-6]|size=[^\]]*)\].*\[/(?:h[1-6]|size)\]\s*", raw, re.IGNORECASE) else 0
        tags = [(m.group(1), m.group(2).lower()) for m in _TAG.finditer(raw)]
        quoted += sum(1 for close, tag in tags if tag == "quote" and not close)
        aside = quoted > 0
        quoted = max(0, quoted - sum(1 for close, tag in tags if tag == "quote" and close))
        if any(tag == "list" and not close for close, tag in tags):
            group += 1
        for part in _items(raw):
            item = part.startswith("[*]")
            in_list = in_list or item
            words = _TAG.sub(
                lambda m: "\t" if m.group(2).lower() in ("td", "th") and m.group(1) else "", part.removeprefix("[*]")
            )
            yield replace(line, text=words.strip(), aside=aside, level=level, group=group + 1 if item else 0)


def _items(raw: str) -> list[str]:
    """A line cut before each list item in it."""
    if "[*]" not in raw or (raw.count("[*]") == 1 and raw.lstrip().startswith("[*]")):
        return [raw.strip()]
    return [part for part in re.split(r"(?=\[\*\])", raw) if part.strip()]
