"""From JSON to values: odd and hostile answers, and pasted links."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlist_builder.services.spotify import links, translate

ID = "4uLU6hMCjMI75M1A2tKUQC"
TRACK = {"uri": f"spotify:track:{ID}", "name": "Song", "type": "track"}


def test_the_wrapper_decides_which_item_it_is() -> None:
    """Inside an item of 2026 there is a boolean called `track`."""
    new = translate.entry({"item": {**TRACK, "track": True, "episode": False}})
    old = translate.entry({"track": TRACK})
    assert new.uri == old.uri == TRACK["uri"]
    assert translate.entry({"item": None, "track": True}).kind == "null"
    assert translate.entry({"item": True, "track": TRACK}).kind == "track"


@pytest.mark.parametrize("said", [None, [], 7, {}, {"item": None}, {"item": {}}, {"item": {"uri": 3}}])
def test_what_cannot_be_read_is_a_null_entry(said: Any) -> None:
    assert translate.entry(said).kind == "null"


def test_restrictions_make_a_track_unplayable() -> None:
    assert translate.recording({**TRACK, "is_playable": True}).playable is True  # type: ignore[union-attr]
    restricted = translate.recording({**TRACK, "is_playable": True, "restrictions": {"reason": "market"}})
    assert restricted is not None
    assert restricted.playable is False
    assert translate.recording(TRACK).playable is None  # type: ignore[union-attr]


def test_absurd_values_are_not_believed() -> None:
    found = translate.recording(
        {
            **TRACK,
            "duration_ms": 10**18,
            "track_number": -1,
            "disc_number": True,
            "artists": [None, {"name": 7}],
            "album": 3,
        }
    )
    assert found is not None
    assert (found.duration_ms, found.track_number, found.disc_number, found.artists) == (None, None, None, ())
    assert found.album is None


def test_codes_and_pictures() -> None:
    said = {**TRACK, "external_ids": {"isrc": "us-rc1-76-07839"}, "album": {"images": [{"url": "javascript:alert(1)"}]}}
    found = translate.recording(said)
    assert found is not None
    assert found.isrc == "USRC17607839"
    assert found.cover_url is None


def test_descriptions_are_unescaped() -> None:
    head = translate.head({"id": ID, "description": "Tom &amp; Jerry&#x27;s &#x2F; &lt;3", "public": None})
    assert head is not None
    assert head.description == "Tom & Jerry's / <3"
    assert head.public is None


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["items", "tracks", "albums", "item", "track", "uri", "id", "name", "artists", "album", "images", "url",
             "external_ids", "owner", "total", "description", "restrictions"]
        ),
        inner,
        max_size=6,
    ),
    max_leaves=25,
)  # fmt: skip


@given(_JSON)
def test_no_answer_is_a_surprise(said: Any) -> None:
    """Whatever comes, it is read as far as it goes."""
    translate.recordings_of_search(said)
    translate.albums_of_search(said)
    translate.library_page(said, 0)
    translate.head(said)
    translate.entry(said)
    translate.paging(said)
    translate.is_old(said)


@pytest.mark.parametrize(
    "text",
    [
        f"https://open.spotify.com/track/{ID}?si=abc",
        f"https://open.spotify.com/intl-de/track/{ID}",
        f"http://open.spotify.com/embed/track/{ID}/",
        f"open.spotify.com/track/{ID}#t=1",
        f" spotify:track:{ID}\n",
        ID,
    ],
)
def test_pasted_tracks(text: str) -> None:
    assert links.uri_of(text) == f"spotify:track:{ID}"


@pytest.mark.parametrize(
    "text",
    [
        "", "burning heart", f"https://open.spotify.com/album/{ID}", f"spotify:album:{ID}", ID[:-1], f"{ID}x",
        f"https://open.spotify.com.example.org/track/{ID}", f"https://example.org/open.spotify.com/track/{ID}",
        f"spotify:local:a:b:{ID}:1", f"https://open.spotify.com/track/{ID}/../x",
    ],
)  # fmt: skip
def test_what_is_no_track(text: str) -> None:
    assert links.uri_of(text) is None


def test_other_kinds() -> None:
    assert links.uri_of(f"https://open.spotify.com/album/{ID}?si=1", "album") == f"spotify:album:{ID}"
    assert links.uri_of(f"spotify:user:me:playlist:{ID}", "playlist") == f"spotify:playlist:{ID}"
    assert links.uri_of(ID, "playlist") == f"spotify:playlist:{ID}"
    assert links.url_of(f"spotify:track:{ID}") == f"https://open.spotify.com/track/{ID}"
    assert links.url_of("spotify:local:a:b:c:1") is None
