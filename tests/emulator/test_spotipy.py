"""The emulator driven by plain spotipy calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import spotipy  # type: ignore[import-untyped]

from playlist_builder.emulator import Emulator, Fault

if TYPE_CHECKING:
    from tests.emulator.conftest import StandIn, Start

Client = Callable[..., spotipy.Spotify]


@pytest.mark.parametrize("mode", ["dev-new", "dev-old", "extended"])
def test_a_playlist_is_made_filled_changed_and_deleted(
    mode: str, start: Start, client: Client, catalogue: StandIn
) -> None:
    """The whole way of a playlist, in every mode."""
    emulator = start(mode=mode)
    spotify = client(emulator)
    assert spotify.me()["id"] == "listener"
    made = spotify.current_user_playlist_create("Rocky IV", public=True, description="made & kept")
    a, b, c = catalogue.uris(0, 1, 2)
    first = spotify.playlist_add_items(made["id"], [a, b])["snapshot_id"]
    spotify.playlist_add_items(made["id"], [c, a], position=0)
    spotify.playlist_reorder_items(made["id"], range_start=0, insert_before=4)
    assert emulator.account.playlist("Rocky IV").uris == [a, a, b, c]
    spotify.playlist_remove_all_occurrences_of_items(made["id"], [a])
    assert emulator.account.playlist("Rocky IV").uris == [b, c]
    spotify.playlist_change_details(made["id"], name="Rocky 4", description="")
    read = spotify.playlist(made["id"])
    assert (read["name"], read["description"]) == ("Rocky 4", "")
    assert read["snapshot_id"] != first
    key = "item" if mode == "dev-new" else "track"
    page = spotify.playlist_items(made["id"])
    assert [entry[key]["uri"] for entry in page["items"]] == [b, c]
    spotify._delete("me/library", uris=made["uri"])
    assert spotify.current_user_playlists()["items"] == []
    assert spotify.current_user_saved_items([made["uri"]]) == [False]
    assert spotify.playlist(made["id"])["id"] == made["id"]


def test_search_and_albums(emulator: Emulator, client: Client, catalogue: StandIn) -> None:
    """Search, track, album and its pages, followed by the addresses that the pages give."""
    spotify = client(emulator)
    found = spotify.search("Song 7", type="track,album", limit=10)
    assert [track["name"] for track in found["tracks"]["items"]] == ["Song 7"]
    assert found["tracks"]["items"][0]["external_ids"] == {"isrc": "ZZAAA2500007"}
    assert "query=Song+7" in found["tracks"]["href"]
    album = spotify.album(found["albums"]["items"][0]["id"])
    assert len(album["tracks"]["items"]) == 50
    rest = spotify.next(album["tracks"])
    assert [track["name"] for track in rest["items"]] == [f"Song {number}" for number in range(50, 60)]
    assert "external_ids" not in rest["items"][0]
    tracks = spotify.album_tracks(album["id"], limit=50)
    assert tracks["total"] == 60
    assert spotify.track(catalogue.rows[3].id)["name"] == "Song 3"


def test_pages_of_a_long_playlist(emulator: Emulator, client: Client, catalogue: StandIn) -> None:
    """130 entries: 100 embedded, then pages of 50."""
    spotify = client(emulator)
    uris = [catalogue.uri(number % 60) for number in range(130)]
    playlist = emulator.account.create("Long", uris=uris)
    embedded = spotify.playlist(playlist.id)["items"]
    assert len(embedded["items"]) == 100
    assert len(spotify.next(embedded)["items"]) == 30
    page = spotify.playlist_items(playlist.id, limit=50)
    read = [entry["item"]["uri"] for entry in page["items"]]
    while page := spotify.next(page):
        read += [entry["item"]["uri"] for entry in page["items"]]
    assert read == uris


def test_errors_arrive_as_spotipy_words_them(emulator: Emulator, client: Client, catalogue: StandIn) -> None:
    """Statuses, messages and Retry-After survive the way through spotipy."""
    spotify = client(emulator)
    with pytest.raises(spotipy.SpotifyException) as refused:
        spotify.search("Song", limit=11)
    assert (refused.value.http_status, "Invalid limit" in refused.value.msg) == (400, True)
    with pytest.raises(spotipy.SpotifyException) as refused:
        spotify.tracks([catalogue.rows[0].id])
    assert refused.value.http_status == 403
    emulator.faults.append(Fault("GET /search", "429-quota"))
    with pytest.raises(spotipy.SpotifyException) as refused:
        spotify.search("Song")
    assert refused.value.headers["Retry-After"] == "48925"
    emulator.faults.append(Fault("GET /me", "text-403"))
    with pytest.raises(spotipy.SpotifyException) as refused:
        spotify.me()
    assert "the user may not be registered" in refused.value.msg
