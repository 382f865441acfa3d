"""An album catalogue in memory, at the boundary where matching asks a service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from playlist_builder.errors import NotFound, ServiceError
from playlist_builder.matching.names import fold
from playlist_builder.model import Album, Query, Recording


class Shelf:
    """Albums by title; searches by shared words, most first. Counts what it is asked."""

    def __init__(self) -> None:
        self.albums: dict[str, tuple[Album, list[Recording]]] = {}
        self.asked: list[str] = []
        self.fails_after: int | None = None
        self.error: ServiceError | None = None

    def put(
        self, title: str, rows: Sequence[str], *, by: str = "Various Artists", kind: str = "album", year: str = "1985"
    ) -> str:
        """An album of "artist; artist | title | m:ss" rows; its URI."""
        uri = f"album:{len(self.albums)}"
        recordings = []
        for number, row in enumerate(rows, 1):
            artists, name, *length = [part.strip() for part in row.split(" | ")]
            minutes, seconds = (length[0] if length else "3:30").split(":")
            recordings.append(
                Recording(
                    uri=f"{uri}:{number}",
                    title=name,
                    artists=tuple(artist.strip() for artist in artists.split(";")),
                    album=title,
                    album_uri=uri,
                    album_type=kind,
                    release_date=year,
                    duration_ms=(int(minutes) * 60 + int(seconds)) * 1000,
                )
            )
        album = Album(uri=uri, title=title, artists=(by,), album_type=kind, release_date=year, total_tracks=len(rows))
        self.albums[uri] = (album, recordings)
        return uri

    def change(self, uri: str, **fields: object) -> None:
        """Other facts for the recording with this URI."""
        for album, recordings in self.albums.values():
            self.albums[album.uri] = (album, [replace(r, **fields) if r.uri == uri else r for r in recordings])  # type: ignore[arg-type]

    def search(self, query: Query) -> Sequence[Recording]:
        self._ask(f"search {query.text}")
        words = set(fold(query.text.replace("isrc:", "")).split())
        rated = []
        for _, recordings in self.albums.values():
            for recording in recordings:
                there = set(fold(f"{recording.title} {' '.join(recording.artists)} {recording.isrc or ''}").split())
                rated.append((len(words & there), recording))
        rated.sort(key=lambda item: -item[0])
        return [recording for shared, recording in rated[:10] if shared]

    def search_albums(self, query: Query) -> Sequence[Album]:
        self._ask(f"albums {query.text}")
        words = set(fold(query.text).split())
        rated = [(len(words & set(fold(album.title).split())), album) for album, _ in self.albums.values()]
        return [album for shared, album in sorted(rated, key=lambda item: -item[0])[:10] if shared]

    def album_tracks(self, album_uri: str) -> Sequence[Recording]:
        self._ask(f"read {album_uri}")
        if album_uri not in self.albums:
            raise NotFound("no such album")
        return self.albums[album_uri][1]

    def recording(self, uri: str) -> Recording:
        self._ask(f"recording {uri}")
        for _, recordings in self.albums.values():
            for recording in recordings:
                if recording.uri == uri:
                    return recording
        raise NotFound("no such recording")

    def _ask(self, what: str) -> None:
        if self.fails_after is not None and len(self.asked) >= self.fails_after and self.error:
            raise self.error
        self.asked.append(what)
