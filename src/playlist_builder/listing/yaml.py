"""YAML, as a file or as a page's front matter, with a list of tracks in it."""

from __future__ import annotations

import re
from typing import Any

import yaml

from playlist_builder.errors import ListingError
from playlist_builder.listing import json as objects
from playlist_builder.listing.signs import clean
from playlist_builder.listing.source import Reading, Source
from playlist_builder.model import Tracklist

_LISTS = re.compile(
    r"^(?:tracks|tracklist|track_list|songs|playlist|setlist|titres|canciones|temas|faixas|titel|lieder|"
    r"morceaux|listing)\s*:\s*(?:#.*)?$",
    re.MULTILINE,
)
_LARGEST = 2_000_000  # characters: the parser is slow, and front matter short
_DEEPEST = 60


def detect(source: Source) -> bool:
    if source.suffix in (".yaml", ".yml"):
        return True
    return source.text.startswith("---") and bool(_LISTS.search(_front(source)))


def parse(source: Source) -> tuple[Reading, ...]:
    """The longest list of tracks in the document; raises `ListingError` for broken YAML, anchors and aliases."""
    text = _front(source)
    if len(text) > _LARGEST:
        raise ListingError(f"{source.name}: {len(text) / 1e6:.0f} MB is too large for YAML. Save it as CSV or JSON.")
    try:
        document = _loaded(text)
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ListingError(f"{source.name}{line}: not valid YAML: {error.problem or error.context}.") from error
    except (yaml.YAMLError, ValueError, RecursionError, AttributeError) as error:
        raise ListingError(f"{source.name}: not valid YAML.") from error
    found = objects.listings(document)
    title = clean(str(document.get("title") or document.get("name") or "")) if isinstance(document, dict) else ""
    return tuple(_named(reading, title) for reading in found)


def _named(reading: Reading, title: str) -> Reading:
    tracklist = reading.tracklist
    named = Tracklist(
        title=title or tracklist.title, tracks=tracklist.tracks, albums=tracklist.albums, year=tracklist.year
    )
    return Reading(tracklist=named, format="yaml", notes=reading.notes)


def _front(source: Source) -> str:
    """The front matter of a page, or the whole of a YAML file."""
    if not source.text.startswith("---"):
        return source.text
    end = re.search(r"^(?:---|\.\.\.)[ \t]*$", source.text[3:], re.MULTILINE)
    return source.text[3 : 3 + end.start()] if end else source.text[3:]


def _loaded(text: str) -> Any:
    """The first document of lists and mappings, every scalar as text: 3:45 stays a length and "On" a title.

    Raises for aliases and deep nesting: no listing has them, and they cost time and memory without bound.
    """
    open_: list[list[Any]] = []  # of each collection around, its parts so far
    for event in yaml.parse(text, Loader=_PARSER):
        mark: Any = event.start_mark
        if isinstance(event, yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="aliases (*name) are not read", problem_mark=mark)
        if isinstance(event, yaml.CollectionStartEvent):
            if len(open_) > _DEEPEST:
                raise yaml.MarkedYAMLError(problem="it is nested too deeply", problem_mark=mark)
            open_.append([])
            continue
        if isinstance(event, yaml.ScalarEvent):
            value: Any = event.value
        elif isinstance(event, yaml.SequenceEndEvent):
            value = open_.pop()
        elif isinstance(event, yaml.MappingEndEvent):
            parts = open_.pop()
            value = {k: v for k, v in zip(parts[::2], parts[1::2], strict=False) if isinstance(k, str)}
        else:
            continue
        if not open_:
            return value
        open_[-1].append(value)
    return None


_PARSER: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
