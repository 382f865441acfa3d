"""Tracks and recordings with fixed, boring defaults."""

from __future__ import annotations

from typing import Any

from playlist_builder.model import Recording, Track


def track(title: str = "Burning Heart", artist: str = "Survivor", **more: Any) -> Track:
    return Track(title=title, artist=artist, **more)


def recording(title: str = "Burning Heart", artists: str | tuple[str, ...] = "Survivor", **more: Any) -> Recording:
    """A recording whose URI is made from its names unless one is given."""
    credit = (artists,) if isinstance(artists, str) else artists
    uri = more.pop("uri", f"spotify:track:{title}-{'-'.join(credit)}".replace(" ", "_"))
    return Recording(uri=uri, title=title, artists=credit, **more)
