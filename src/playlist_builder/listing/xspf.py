"""XSPF playlists (XML Shareable Playlist Format, version 1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from playlist_builder.errors import ListingError
from playlist_builder.listing.signs import clean
from playlist_builder.listing.source import Reading, Source
from playlist_builder.listing.structured import isrc_of, milliseconds_of, names_of_paths, row, spotify_uri
from playlist_builder.model import Track, Tracklist


def detect(source: Source) -> bool:
    head = source.text[:4000]
    return source.suffix == ".xspf" or ("<playlist" in head and "xspf" in head) or "xspf.org/ns" in head


def parse(source: Source) -> tuple[Reading, ...]:
    """The playlist's tracks in order; raises `ListingError` for what is no XSPF or names entities of its own."""
    root = _root(source)
    tracks = tuple(track for element in _all(root, "track") if (track := _track(element)) is not None)
    if not tracks:
        raise ListingError(f"{source.name}: the playlist has no tracks.")
    listing = Tracklist(title=_text(root, "title"), tracks=tracks)
    return (Reading(tracklist=listing, format="xspf"),)


def _root(source: Source) -> Element:
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", source.text, count=1)
    try:
        root: Element = fromstring(text)
    except ParseError as error:
        line = error.position[0] + source.text[: len(source.text) - len(text)].count("\n")
        raise ListingError(f"{source.name}:{line}: not valid XML: {str(error).split(':')[0]}.") from error
    except DefusedXmlException as error:
        raise ListingError(
            f"{source.name}: it declares XML entities of its own, which a playlist has no use for."
        ) from error
    except (ValueError, RecursionError) as error:
        raise ListingError(f"{source.name}: not valid XML.") from error
    return root


def _track(element: Element) -> Track | None:
    location = _text(element, "location")
    identifiers = [_words(child) for child in element if _name(child) == "identifier"]
    title, artist = _text(element, "title"), _text(element, "creator")
    if not title and location:
        artist, title = names_of_paths([location])[0]
    named = " ".join([location, *identifiers])
    isrc = next((code for text in identifiers if (code := isrc_of(text.rsplit("/", 1)[-1]))), None)
    return row(
        title,
        artist,
        album=_text(element, "album"),
        duration_ms=milliseconds_of(_text(element, "duration")),
        isrc=isrc,
        uri=spotify_uri(named),
    )


def _all(root: Element, name: str) -> Iterator[Element]:
    return (element for element in root.iter() if _name(element) == name)


def _name(element: Element) -> str:
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def _text(element: Element, name: str) -> str:
    return next((_words(child) for child in element if _name(child) == name), "")


def _words(element: Element) -> str:
    return clean("".join(element.itertext()))
