"""Name, description, visibility and cover on the service: put once, proved, and never fought over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from playlist_builder.emulator import Emulator, Fault, LoggedRequest, Options
from tests.test_sync import FIVE, chosen
from tests.world import World, world

DETAILS = "PUT /playlists/{id}"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        made.listing(FIVE)
        yield made


def settled(here: World) -> None:
    """Nothing more is written, and a resync costs one request."""
    writes = len(here.emulator.writes)
    here.sync()
    assert here.sync()["requests"]["sent"] == 1
    assert len(here.emulator.writes) == writes


@pytest.mark.parametrize(
    ("title", "head"),
    [
        ("Rock & <Roll> \"'/", {}),
        ("Ten", {"description": 'Songs & <more> "quoted" it\'s 1/2'}),
        ("x" * 250, {"description": "y " * 400}),
        ("Two\tlines\u2028here \u202e!", {"description": "One\nTwo\r\nThree\x07"}),
        ("Trailing   blanks ", {"source": "https://example.org/a?b=c&d=<e>"}),
    ],
)
def test_texts_that_the_service_changes_or_escapes_are_written_once(tmp_path: Path, title: str, head: Any) -> None:
    with world(tmp_path) as here:
        here.listing(FIVE, title=title, **head)
        result = here.sync()
        assert "error" not in result
        assert not [note for note in result["notes"] if "did not take" in note]
        settled(here)
        made = here.emulator.account.library()[0]
        assert len(made.description) <= 300
        assert "[playlist mix " in made.description
        here.forget_state()
        settled(here)


def test_the_reading_that_proves_the_list_proves_the_texts_too(here: World) -> None:
    here.listing(FIVE, source="https://example.org/mix")
    here.sync()
    assert here.playlist.description.startswith("From example.org/mix")
    assert here.sync()["requests"]["sent"] == 1


def test_a_name_that_the_service_changed_is_ours_when_the_listing_changes(here: World) -> None:
    here.sync()
    renaming(here.emulator)
    here.listing(FIVE, title="the second title")
    here.sync()
    assert here.emulator.account.library()[0].name == "The Second Title"
    settled(here)
    here.listing(FIVE, title="the third title")
    here.sync()
    assert here.emulator.account.library()[0].name == "The Third Title"
    settled(here)


def renaming(emulator: Emulator) -> None:
    """From now on the service writes names in its own way."""
    playlist = emulator.account.library()[0]
    change = playlist.change

    def in_capitals(**texts: Any) -> str:
        return change(**{**texts, "name": texts["name"].title() if texts.get("name") else None})

    playlist.change = in_capitals  # type: ignore[method-assign]


@pytest.mark.parametrize("ignoring", [False, True])
def test_a_visibility_is_asked_for_once_and_told_as_it_is(tmp_path: Path, ignoring: bool) -> None:
    with world(tmp_path, Options(ignore_public_false=ignoring)) as here:
        here.listing(FIVE)
        first = here.sync()
        assert first["playlist"]["public"] is ignoring
        assert len([n for n in first["notes"] if "Make private" in n]) == int(ignoring)
        settled(here)
        here.listing(FIVE, public=True)
        opened = here.sync()
        assert opened["playlist"]["public"] is True
        assert not [n for n in opened["notes"] if "Make private" in n]
        settled(here)
        here.listing(FIVE)
        closed = here.sync()
        assert closed["playlist"]["public"] is ignoring, "what the service reports after it was asked"
        assert len([n for n in closed["notes"] if "Make private" in n]) == int(ignoring)
        settled(here)


def test_a_visibility_that_the_user_changed_is_neither_fought_nor_blamed_on_the_service(here: World) -> None:
    here.sync()
    here.playlist.change(public=True)
    result = here.sync()
    assert not [note for note in result["notes"] if "Make private" in note]
    assert here.playlist.public is True
    settled(here)


def test_a_description_that_is_refused_keeps_back_no_name(tmp_path: Path) -> None:
    with world(tmp_path, Options(refuse_descriptions="forbidden")) as here:
        here.listing(FIVE)
        here.sync()
        here.listing(FIVE, title="Another", description="a forbidden word")
        result = here.sync()
        made = here.emulator.account.library()[0]
        assert made.name == "Another"
        assert made.description.startswith("[playlist mix ")
        assert [note for note in result["notes"] if "did not take" in note]
        settled(here)
        here.listing(FIVE, title="Another", description="a kind word")
        here.sync()
        assert made.description.startswith("a kind word")


@pytest.mark.parametrize("when", ["before", "after"])
def test_texts_whose_answer_is_lost_are_looked_up_and_tried_again(here: World, when: str) -> None:
    here.sync()
    here.listing(FIVE, title="Another", description="Words")
    here.emulator.faults.append(Fault(DETAILS, "502", when=when))  # type: ignore[arg-type]
    here.sync()
    here.sync()
    made = here.emulator.account.library()[0]
    assert made.name == "Another"
    assert made.description.startswith("Words")
    assert here.writes().count(DETAILS) == (2 if when == "before" else 1)
    settled(here)


def test_a_creation_that_was_cut_off_gets_its_description_all_the_same(here: World) -> None:
    here.listing(FIVE, source="https://example.org/mix")
    here.emulator.faults.append(Fault("POST /me/playlists", "drop", when="after"))
    here.emulator.faults.append(Fault("GET /me/playlists", "500", times=99, skip=1))
    assert here.run("sync", "mix").code == 3
    here.emulator.faults.clear()
    here.sync()
    assert here.playlist.description.startswith("From example.org/mix [playlist mix ")
    settled(here)


@pytest.mark.parametrize("lost", [False, True])
def test_a_title_and_a_visibility_that_change_in_the_listing_arrive_after_a_lost_state(here: World, lost: bool) -> None:
    here.sync()
    if lost:
        here.forget_state()
        here.sync()
    here.listing(FIVE, title="Another", public=True)
    here.sync()
    made = here.emulator.account.library()[0]
    assert (made.name, made.public) == ("Another", True)
    assert made.description.startswith("[playlist mix ")


def test_a_name_of_the_users_stays_after_a_lost_state_too(here: World) -> None:
    here.sync()
    made = here.playlist
    made.rename("Evenings")
    here.forget_state()
    here.sync()
    here.listing(FIVE, title="Another")
    here.sync()
    assert made.name == "Evenings"


def test_a_title_that_the_other_machine_wrote_is_ours_here_too(here: World) -> None:
    here.sync()
    here.machine = "two"
    here.log_in()
    here.sync()
    here.listing(FIVE, title="Second")
    here.sync()
    here.machine = "one"
    here.sync()
    here.listing(FIVE, title="Third")
    here.sync()
    assert here.emulator.account.library()[0].name == "Third"


def test_a_linked_playlist_keeps_its_texts(here: World) -> None:
    made = here.emulator.account.create("Evenings", "my own words", public=True)
    assert here.run("link", "mix", made.id).code == 0
    result = here.sync()
    assert made.uris == chosen(result)
    assert (made.name, made.description, made.public) == ("Evenings", "my own words", True)
    assert not [note for note in result["notes"] if "Make private" in note]
    settled(here)


def test_a_refusal_for_safety_writes_no_texts_either(here: World) -> None:
    rows = [
        *FIVE,
        ("Ray Parker Jr.", "Ghostbusters"),
        ("John Parr", "St. Elmo's Fire"),
        ("Kenny Loggins", "Danger Zone"),
    ]
    here.listing(rows)
    here.sync()
    here.listing(rows[:2], title="Another")
    result = here.sync()
    assert result["error"]["kind"] == "unsafe"
    assert set(result["changes"].values()) == {0}, "nothing was written, so nothing is claimed"
    assert here.playlist.name == "The Mix"


def test_a_cover_that_fails_is_told_and_sent_the_next_time(here: World) -> None:
    from PIL import Image

    picture = here.root / "playlists" / "mix.jpg"
    Image.new("RGB", (300, 300), "red").save(picture)
    here.listing(FIVE, cover="mix.jpg")
    here.emulator.faults.append(Fault("PUT /playlists/{id}/images", "502"))
    result = here.sync()
    assert [note for note in result["notes"] if "did not take the cover" in note]
    assert here.uris == chosen(result)
    here.sync()
    assert here.playlist.cover
    images = [r for r in here.emulator.writes if is_image(r)]
    assert len(images) == 2
    settled(here)


def test_what_is_no_picture_stops_the_run_before_a_playlist_is_made(here: World) -> None:
    (here.root / "playlists" / "mix.jpg").write_bytes(b"no picture")
    here.listing(FIVE, cover="mix.jpg")
    ran = here.run("sync", "mix", "--json")
    assert ran.code == 3
    assert "mix.jpg" in ran.json["error"]["message"]
    assert here.emulator.account.library() == []
    assert here.emulator.writes == []


def is_image(request: LoggedRequest) -> bool:
    return request.template.endswith("/images")
