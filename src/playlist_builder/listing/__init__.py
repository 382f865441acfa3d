"""Text to `Tracklist`: one file a format, each with `detect` and `parse`; the first that detects wins. Pure."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from playlist_builder.errors import ListingError, UsageError
from playlist_builder.listing.source import Note, Reading, Source

__all__ = ["FORMATS", "SUFFIXES", "Note", "Reading", "Source", "read", "readings"]

# In the order in which they are asked; imported when they are asked, so that a TOML listing costs no HTML parser.
FORMATS: tuple[str, ...] = (
    "toml", "itunes", "xspf", "json", "cue", "pls", "m3u", "wikitext", "yaml", "html", "csv", "bbcode",
    "markdown", "text",
)  # fmt: skip

# What a listing's file name in the listings directory may end in; TOML first: it wins where two have one name.
SUFFIXES: tuple[str, ...] = (
    ".toml", ".csv", ".tsv", ".m3u8", ".m3u", ".pls", ".xspf", ".jspf", ".json", ".cue", ".xml", ".yaml", ".yml",
    ".wiki", ".html", ".htm", ".md", ".txt",
)  # fmt: skip

MOST_LINES = 300_000  # more are refused: they would take longer than anybody waits


def readings(source: Source, format: str | None = None) -> tuple[Reading, ...]:
    """Every listing in `source`, the best first, never empty.

    `format` (of FORMATS) overrides detection. Raises `ListingError` naming the file, the line where there is one, and
    why no listing was found; `UsageError` for an unknown format.
    """
    if format is not None and format not in FORMATS:
        raise UsageError(f"There is no format {format!r}. Known: {', '.join(FORMATS)}.")
    if len(source.lines) > MOST_LINES:
        raise ListingError(
            f"{source.name}: {len(source.lines):,} lines are too many for a track listing (at most {MOST_LINES:,}). "
            "Cut out the part with the listing and read that."
        )
    for name in (format,) if format else FORMATS:
        module = _module(name)
        if format or module.detect(source):
            found: tuple[Reading, ...] = module.parse(source)
            if found:
                return found
            break
    raise ListingError(f"{source.name}: no track listing was found in it.")


def read(content: bytes, name: str, format: str | None = None) -> Reading:
    """The one (or best) listing in a file's bytes; raises as `readings` does."""
    return readings(Source(content, name), format)[0]


def _module(name: str) -> ModuleType:
    return import_module(f"playlist_builder.listing.{name}")
