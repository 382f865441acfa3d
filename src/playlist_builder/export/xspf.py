"""XSPF, the XML playlist format of xiph.org (version 1)."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from playlist_builder.model import Track
from playlist_builder.report.text import clean


def dump(title: str, tracks: Sequence[Track]) -> str:
    """The document; identifiers are the service's URI and `urn:isrc:`, lengths milliseconds."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<playlist version="1" xmlns="http://xspf.org/ns/0/">']
    lines += [f"  <title>{_text(title)}</title>", "  <trackList>"]
    for track in tracks:
        lines.append("    <track>")
        lines += [f"      <identifier>{_text(track.uri)}</identifier>"] if track.uri else []
        lines += [f"      <identifier>urn:isrc:{_text(track.isrc)}</identifier>"] if track.isrc else []
        lines.append(f"      <title>{_text(track.title)}</title>")
        lines += [f"      <creator>{_text(track.artist)}</creator>"] if track.artist else []
        lines += [f"      <album>{_text(track.album)}</album>"] if track.album else []
        lines += [f"      <duration>{track.duration_ms}</duration>"] if track.duration_ms else []
        lines.append("    </track>")
    return "\n".join([*lines, "  </trackList>", "</playlist>", ""])


def _text(text: str) -> str:
    return escape("".join(c for c in clean(text) if c not in "\ufffe\uffff"))
