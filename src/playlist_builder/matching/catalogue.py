"""What matching needs of a music service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from playlist_builder.model import Album, Query, Recording


class Catalogue(Protocol):
    """A searchable catalogue. Each call may be answered from a cache; raises `ServiceError` only.

    `RateLimited` from any call means that no further question can be asked in this run.
    """

    def search(self, query: Query) -> Sequence[Recording]:
        """The recordings for `query`, best first, at most one page (10)."""
        ...

    def search_albums(self, query: Query) -> Sequence[Album]:
        """The albums for `query`, best first, at most one page (10)."""
        ...

    def album_tracks(self, album_uri: str) -> Sequence[Recording]:
        """Every track of the album in its order, its `album`, `album_uri` and `release_date` filled in."""
        ...

    def recording(self, uri: str) -> Recording:
        """One recording by its URI; raises `NotFound`."""
        ...
