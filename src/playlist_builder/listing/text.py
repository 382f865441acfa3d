"""Plain text: letters, blog posts, forum and newsgroup posts, pasted pages."""

from __future__ import annotations

from playlist_builder.listing.lines import Document, expanded, plain_lines
from playlist_builder.listing.prose import find
from playlist_builder.listing.records import joined
from playlist_builder.listing.source import Reading, Source


def detect(source: Source) -> bool:
    return bool(source.text)


def parse(source: Source) -> tuple[Reading, ...]:
    """The listings in the text, best first; () where it holds none."""
    document = Document(tuple(expanded(joined(list(plain_lines(source.text))))))
    return tuple(reading for _, reading in find(document, "text"))
