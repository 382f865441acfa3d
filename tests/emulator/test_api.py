"""The endpoints: modes, limits, shapes and refusals."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests

from playlist_builder.clock import MovableClock
from playlist_builder.emulator import Emulator
from playlist_builder.emulator.shapes import selected

if TYPE_CHECKING:
    from tests.emulator.conftest import Caller, StandIn, Start

Made = Callable[..., "Caller"]


def refusal(answer: requests.Response) -> tuple[int, str]:
    """Status and message of an error, whose body has no more than those."""
    said = answer.json()
    assert set(said) == {"error"}
    assert said["error"]["status"] == answer.status_code
    return answer.status_code, said["error"]["message"]


# -- modes -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/users/listener/playlists"),
        ("GET", "/users/listener"),
        ("GET", "/users/listener/playlists"),
        ("GET", "/playlists/{id}/tracks"),
        ("POST", "/playlists/{id}/tracks"),
        ("PUT", "/playlists/{id}/tracks"),
        ("DELETE", "/playlists/{id}/tracks"),
        ("PUT", "/playlists/{id}/followers"),
        ("DELETE", "/playlists/{id}/followers"),
        ("GET", "/tracks?ids=x"),
        ("GET", "/albums/?ids=x"),
        ("GET", "/artists?ids=x"),
        ("GET", "/markets"),
        ("GET", "/browse/new-releases"),
        ("GET", "/artists/x/top-tracks"),
    ],
)
def test_removed_endpoints_are_forbidden_to_new_applications(
    emulator: Emulator, call: Caller, method: str, path: str
) -> None:
    path = path.replace("{id}", emulator.account.create("P").id)
    assert refusal(call(method, path, json={"uris": []})) == (403, "Forbidden")


@pytest.mark.parametrize("mode", ["dev-old", "extended"])
def test_old_endpoints_answer_where_they_are_left(mode: str, start: Start, caller: Made, catalogue: StandIn) -> None:
    call = caller(start(mode=mode))
    made = call("POST", "/users/listener/playlists", json={"name": "P"}).json()
    path = f"/playlists/{made['id']}/tracks"
    assert made["tracks"]["total"] == 0
    assert "items" not in made
    assert call("POST", path, json={"uris": catalogue.uris(0, 1, 0)}).status_code == 201
    assert call("PUT", path, json={"uris": catalogue.uris(0, 1, 0)}).status_code == 201
    gone = {"tracks": [{"uri": catalogue.uri(0), "positions": [0]}]}
    assert call("DELETE", path, json=gone).status_code == 200
    page = call("GET", path + "?limit=100").json()
    assert [entry["track"]["uri"] for entry in page["items"]] == catalogue.uris(1)
    assert "/tracks?" in page["href"]
    ids = ",".join(row.id for row in catalogue.rows[:3])
    assert len(call("GET", f"/tracks?ids={ids}").json()["tracks"]) == 3
    assert call("GET", f"/artists?ids={catalogue.singer.id}").json()["artists"][0]["name"] == "Survivor"
    assert call("GET", f"/albums?ids={catalogue.record.id}").json()["albums"][0]["name"] == "Rocky IV"
    assert call("GET", "/users/listener/playlists").json()["total"] == 1
    assert call("DELETE", f"/playlists/{made['id']}/followers").status_code == 200
    assert call("GET", "/me/playlists").json()["total"] == 0
    assert call("PUT", f"/playlists/{made['id']}/followers").status_code == 200
    assert call("GET", "/me/playlists").json()["items"][0]["tracks"]["total"] == 1
    me = call("GET", "/me").json()
    assert (me["country"], me["product"], me["email"]) == ("US", "premium", "listener@example.org")


@pytest.mark.parametrize(("mode", "limit", "default"), [("dev-new", 10, 5), ("dev-old", 50, 20), ("extended", 50, 20)])
def test_search_limits(mode: str, limit: int, default: int, start: Start, caller: Made, catalogue: StandIn) -> None:
    call = caller(start(mode=mode))
    assert len(call("GET", "/search?q=Song&type=track").json()["tracks"]["items"]) == default
    assert len(call("GET", f"/search?q=Song&type=track&limit={limit}").json()["tracks"]["items"]) == limit
    assert refusal(call("GET", f"/search?q=Song&type=track&limit={limit + 1}")) == (400, "Invalid limit")
    albums = f"/artists/{catalogue.singer.id}/albums"
    assert call("GET", f"{albums}?limit={limit}").json()["items"][0]["name"] == "Rocky IV"
    assert refusal(call("GET", f"{albums}?limit={limit + 1}")) == (400, "Invalid limit")


def test_fields_per_mode(start: Start, caller: Made, catalogue: StandIn) -> None:
    """What was removed in 2026 is there for extended applications alone; `external_ids` are there for all."""
    removed = {"popularity", "available_markets"}
    for mode in ("dev-new", "dev-old", "extended"):
        emulator = start(mode=mode)
        call = caller(emulator)
        track = call("GET", f"/tracks/{catalogue.rows[0].id}").json()
        assert track["external_ids"] == {"isrc": "ZZAAA2500000"}
        assert track["is_playable"] is True
        album = call("GET", f"/albums/{catalogue.record.id}").json()
        artist = call("GET", f"/artists/{catalogue.singer.id}").json()
        assert len(album["external_ids"]["upc"]) == 12
        for shape, more in ((track, set()), (album, {"label"}), (artist, {"followers"})):
            names = (removed | more) - ({"available_markets"} if shape is artist else set())
            assert names & set(shape) == (names if mode == "extended" else set())
        assert call("GET", "/me").json()["account_id"]
    assert "email" not in caller(start())("GET", "/me").json()


def test_the_two_shapes_of_an_entry(start: Start, caller: Made, catalogue: StandIn) -> None:
    """`item` with a boolean `track` inside, or `track`; never both."""
    for mode, key, other in (("dev-new", "item", "track"), ("extended", "track", "item")):
        emulator = start(mode=mode)
        playlist = emulator.account.create("P", uris=catalogue.uris(0))
        call = caller(emulator)
        (entry,) = call("GET", f"/playlists/{playlist.id}/items").json()["items"]
        assert other not in entry
        assert (entry[key]["track"], entry[key]["episode"], entry[key]["name"]) == (True, False, "Song 0")
        assert entry["added_by"]["id"] == "listener"
        assert entry["added_at"] == "2026-11-25T12:00:00Z"
        whole = call("GET", f"/playlists/{playlist.id}").json()
        assert whole[key + "s"]["items"] == [entry]
        assert other + "s" not in whole


def test_a_playlist_of_someone_else(start: Start, caller: Made, catalogue: StandIn) -> None:
    """New applications get its head alone; a collaborator's is as good as one's own."""
    emulator = start()
    theirs = emulator.account.create("Theirs", owner="someone-else", uris=catalogue.uris(0))
    emulator.account.follow(theirs)
    call = caller(emulator)
    read = call("GET", f"/playlists/{theirs.id}").json()
    assert (read["name"], read["owner"]["id"], "items" in read) == ("Theirs", "someone-else", False)
    assert refusal(call("GET", f"/playlists/{theirs.id}/items")) == (403, "Forbidden")
    assert refusal(call("POST", f"/playlists/{theirs.id}/items", json={"uris": catalogue.uris(0)})) == (
        403,
        "Forbidden",
    )
    assert [p["name"] for p in call("GET", "/me/playlists").json()["items"]] == ["Theirs"]
    theirs.collaborators.add("listener")
    assert call("GET", f"/playlists/{theirs.id}/items").json()["total"] == 1
    assert refusal(call("PUT", f"/playlists/{theirs.id}", json={"name": "Mine"})) == (403, "Forbidden")
    old = start(mode="dev-old")
    theirs = old.account.create("Theirs", owner="someone-else", uris=catalogue.uris(0))
    assert caller(old)("GET", f"/playlists/{theirs.id}/items").json()["total"] == 1


# -- search and catalogue ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("type=track", (400, "No search query")),
        ("q=%20&type=track", (400, "No search query")),
        ("q=Song", (400, "Missing parameter type")),
        ("q=Song&type=song", (400, "Bad search type field song")),
        ("q=Song&type=track&limit=0", (400, "Invalid limit")),
        ("q=Song&type=track&limit=ten", (400, "Invalid limit")),
        ("q=Song&type=track&offset=1001", (400, "Invalid offset")),
        ("q=Song&type=track&offset=995&limit=10", (400, "Bad request.")),
        ("type=track&q=" + "x" * 251, (400, "Query exceeds maximum length of 250 characters")),
    ],
)
def test_refused_searches(call: Caller, query: str, said: tuple[int, str]) -> None:
    assert refusal(call("GET", "/search?" + query)) == said


def test_pages_of_a_search(emulator: Emulator, call: Caller) -> None:
    """Absolute addresses on the emulator itself, with `query` for `q`; a page without hits is empty."""
    page = call("GET", "/search?q=Song&type=track&limit=10&offset=50&market=US").json()["tracks"]
    assert page["total"] == 60
    assert page["next"] is None
    address = f"{emulator.api_url}/search?query=Song&type=track&market=US&offset="
    assert (page["href"], page["previous"]) == (f"{address}50&limit=10", f"{address}40&limit=10")
    assert call("GET", "/search?q=Nothing&type=track,playlist").json()["playlists"]["items"] == []
    artists = call("GET", "/search?q=Song&type=artist").json()["artists"]
    assert [artist["name"] for artist in artists["items"]] == ["Survivor"]


def test_an_isrc_search_may_be_out_of_order(start: Start, caller: Made) -> None:
    call = caller(start(options={"isrc_search": False}))
    assert call("GET", "/search?q=isrc:ZZAAA2500000&type=track").json()["tracks"]["total"] == 0
    assert call("GET", "/search?q=Song&type=track").json()["tracks"]["total"] == 60


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("GET", "/tracks/short", (400, "Invalid base62 id")),
        ("GET", "/tracks/" + "0" * 22, (404, "Resource not found")),
        ("GET", "/albums/" + "0" * 22, (404, "Resource not found")),
        ("GET", "/albums/" + "0" * 22 + "/tracks", (404, "Resource not found")),
        ("GET", "/artists/" + "0" * 22, (404, "Resource not found")),
        ("GET", "/playlists/" + "0" * 22, (404, "Resource not found")),
        ("GET", "/nowhere", (404, "Service not found")),
        ("DELETE", "/me", (405, "Method not allowed")),
    ],
)
def test_what_is_not_there(call: Caller, method: str, path: str, said: tuple[int, str]) -> None:
    assert refusal(call(method, path)) == said


# -- playlists ---------------------------------------------------------------------------------------------------------


def test_creation(emulator: Emulator, call: Caller) -> None:
    """Public unless said otherwise, empty, newest first in the library, described in escaped HTML."""
    first = call("POST", "/me/playlists", json={"name": "First", "description": "a <b> & 'c' / \"d\""})
    assert first.status_code == 201
    said = first.json()
    assert (said["public"], said["collaborative"], said["type"]) == (True, False, "playlist")
    assert said["description"] == "a &lt;b&gt; &amp; &#x27;c&#x27; &#x2F; &quot;d&quot;"
    assert said["items"]["items"] == []
    assert said["items"]["limit"] == 100
    assert said["owner"]["id"] == "listener"
    second = call("POST", "/me/playlists", json={"name": "First", "public": False}).json()
    assert second["public"] is False
    page = call("GET", "/me/playlists?limit=1").json()
    assert (page["total"], page["items"][0]["id"]) == (2, second["id"])
    rest = call("GET", page["next"].removeprefix(emulator.api_url)).json()
    assert [playlist["id"] for playlist in rest["items"]] == [said["id"]]
    assert rest["items"][0]["items"] == {"href": f"{emulator.api_url}/playlists/{said['id']}/items", "total": 0}
    assert refusal(call("GET", "/me/playlists?limit=51")) == (400, "Invalid limit")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({}, (400, "Missing required field: name")),
        ({"name": " "}, (400, "Missing required field: name")),
        ({"name": "x" * 101}, (500, "Server error")),
        ({"name": "N", "description": "x" * 301}, (500, "Server error")),
        ({"name": "N", "description": "a\nb"}, (500, "Server error")),
        ({"name": "N", "description": "see github"}, (400, "Invalid description")),
        ({"name": "N", "collaborative": True}, (400, "Collaborative playlists can only be private")),
        ({"name": "N", "public": "yes"}, (400, "Invalid public")),
        ([], (400, "Error parsing JSON.")),
    ],
)
def test_refused_creations(start: Start, caller: Made, said: object, answer: tuple[int, str]) -> None:
    emulator = start(options={"refuse_descriptions": "github"})
    call = caller(emulator)
    assert refusal(call("POST", "/me/playlists", json=said)) == answer
    assert emulator.account.library() == []
    if isinstance(said, dict) and said.get("name") == "N":
        playlist = emulator.account.create("P")
        assert refusal(call("PUT", f"/playlists/{playlist.id}", json=said)) == answer
        assert playlist.name == "P"


def test_details_change(emulator: Emulator, call: Caller) -> None:
    """An empty answer; what is not said stays; the snapshot changes."""
    playlist = emulator.account.create("P", "old")
    snapshot = playlist.snapshot
    answer = call("PUT", f"/playlists/{playlist.id}", json={"name": "Q"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert (playlist.name, playlist.description) == ("Q", "old")
    assert playlist.snapshot != snapshot
    call("PUT", f"/playlists/{playlist.id}", json={"description": "", "public": False})
    assert (playlist.description, playlist.public) == ("", False)


def test_private_may_be_ignored(start: Start, caller: Made) -> None:
    """Then the effective state decides which scope counts."""
    emulator = start(options={"ignore_public_false": True})
    call = caller(emulator, scopes=["playlist-modify-public"])
    made = call("POST", "/me/playlists", json={"name": "P", "public": False}).json()
    assert made["public"] is True
    assert call("PUT", f"/playlists/{made['id']}", json={"public": False}).status_code == 200
    assert emulator.account.playlist("P").public is True


def test_adding(emulator: Emulator, call: Caller, catalogue: StandIn) -> None:
    """By object, by bare array, by query; the query wins."""
    playlist = emulator.account.create("P")
    path = f"/playlists/{playlist.id}/items"
    a, b, c, d = catalogue.uris(0, 1, 2, 3)
    answer = call("POST", path, json={"uris": [a, a]})
    assert (answer.status_code, answer.json()) == (201, {"snapshot_id": playlist.snapshot})
    call("POST", path, json={"uris": [b], "position": 0})
    call("POST", path + "?position=1", json=[c])
    call("POST", f"{path}?uris={d}", json={"uris": [a]})
    assert playlist.uris == [b, c, a, a, d]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (None, "No uris provided"),
        ({}, "No uris provided"),
        ({"uris": []}, "No uris provided"),
        ({"uris": "spotify:track:x"}, "Invalid uris"),
        ({"uris": ["{0}"] * 101}, "You can add a maximum of 100 tracks per request."),
        ({"uris": ["spotify:local:a:b:c:1"]}, "Invalid track uri: spotify:local:a:b:c:1"),
        ({"uris": ["0" * 22]}, "Invalid track uri: " + "0" * 22),
        ({"uris": ["spotify:track:" + "0" * 22]}, "Payload contains a non-existing ID"),
        ({"uris": ["{0}"], "position": 2}, "Position is out of bounds"),
        ({"uris": ["{0}"], "position": -1}, "Position is out of bounds"),
    ],
)
def test_refused_additions(emulator: Emulator, call: Caller, catalogue: StandIn, said: Any, message: str) -> None:
    playlist = emulator.account.create("P", uris=catalogue.uris(0))
    if isinstance(said, dict) and isinstance(said.get("uris"), list):
        said = {**said, "uris": [uri.replace("{0}", catalogue.uri(0)) for uri in said["uris"]]}
    assert refusal(call("POST", f"/playlists/{playlist.id}/items", json=said)) == (400, message)
    assert playlist.uris == catalogue.uris(0)


def test_a_bare_array_may_be_refused_and_a_playlist_full(start: Start, caller: Made, catalogue: StandIn) -> None:
    emulator = start(options={"refuse_bare_array": True, "max_items": 2})
    call = caller(emulator)
    path = f"/playlists/{emulator.account.create('P').id}/items"
    assert refusal(call("POST", path, json=catalogue.uris(0))) == (400, "No uris provided")
    assert call("POST", path, json={"uris": catalogue.uris(0, 1)}).status_code == 201
    assert refusal(call("POST", path, json={"uris": catalogue.uris(2)})) == (500, "Server error")


def test_replacing_and_moving(emulator: Emulator, call: Caller, catalogue: StandIn) -> None:
    playlist = emulator.account.create("P")
    local = playlist.add_local_file("A", "B", "C", 10)
    path = f"/playlists/{playlist.id}/items"
    a, b, c = catalogue.uris(0, 1, 2)
    old = call("PUT", path, json={"uris": [a, b, c]}).json()["snapshot_id"]
    assert local not in playlist.uris
    answer = call("PUT", path, json={"range_start": 0, "insert_before": 3, "range_length": 2})
    assert (answer.status_code, answer.json()) == (200, {"snapshot_id": playlist.snapshot})
    assert playlist.uris == [c, a, b]
    call("PUT", path, json={"range_start": 2, "insert_before": 0, "snapshot_id": old})
    assert playlist.uris == [c, a, b]
    for said in (
        {"range_start": 3, "insert_before": 0},
        {"range_start": 0, "insert_before": 4},
        {"range_start": 0},
        {"range_start": True, "insert_before": 0},
    ):
        assert refusal(call("PUT", path, json=said)) == (400, "Range is out of bounds")
    both = {"uris": [a], "range_start": 0, "insert_before": 1}
    assert refusal(call("PUT", path, json=both)) == (400, "Replace and reorder cannot be done in one request")
    assert refusal(call("PUT", path, json={})) == (400, "No uris provided")
    strange = {"range_start": 0, "insert_before": 1, "snapshot_id": "unheard of"}
    assert refusal(call("PUT", path, json=strange)) == (400, "Invalid snapshot_id")
    assert playlist.uris == [c, a, b]
    call("PUT", path, json={"uris": []})
    assert playlist.uris == []


def test_removing(emulator: Emulator, call: Caller, catalogue: StandIn) -> None:
    """Every occurrence, whatever positions are said; local files cannot be named."""
    a, b = catalogue.uris(0, 1)
    playlist = emulator.account.create("P", uris=[a, b, a])
    local = playlist.add_local_file("A", "B", "C", 10)
    path = f"/playlists/{playlist.id}/items"
    wrong = (400, "Could not remove tracks, please check parameters.")
    assert refusal(call("DELETE", path, json={"items": [{"uri": local}]})) == wrong
    assert refusal(call("DELETE", path, json={"items": [a]})) == wrong
    assert refusal(call("DELETE", path, json={"tracks": [{"uri": a}]})) == (400, "No uris provided")
    assert refusal(call("DELETE", path)) == (400, "No uris provided")
    many = {"items": [{"uri": a}] * 101}
    assert refusal(call("DELETE", path, json=many)) == (400, "You can remove a maximum of 100 tracks per request.")
    answer = call("DELETE", path, json={"items": [{"uri": a, "positions": [0]}]})
    assert answer.json() == {"snapshot_id": playlist.snapshot}
    assert playlist.uris == [b, local]


def test_strange_entries(start: Start, caller: Made, catalogue: StandIn) -> None:
    """Null, local, episode, relinked and unplayable entries as reads show them."""
    emulator = start(mode="extended")
    a, b = catalogue.uris(0, 1)
    other = "spotify:track:" + "Z" * 22
    playlist = emulator.account.create("P", uris=[a, b])
    playlist.add_null()
    local = playlist.add_local_file("Vince DiCola", "Rocky IV", "War: 1", 355)
    episode = playlist.add_episode("Round One", "The Show")
    emulator.account.relink(a, other)
    emulator.account.set_unplayable(b)
    call = caller(emulator)
    path = f"/playlists/{playlist.id}/items"
    page = call("GET", path + "?additional_types=track,episode").json()
    one, two, three, four, five = (entry["track"] for entry in page["items"])
    assert (one["uri"], one["linked_from"]["uri"], one["external_ids"]["isrc"]) == (other, a, "ZZAAA2500000")
    assert (two["uri"], two["is_playable"], two["restrictions"]) == (b, False, {"reason": "market"})
    assert three is None
    assert (four["uri"], four["id"], four["name"], four["duration_ms"]) == (local, None, "War: 1", 355_000)
    assert four["artists"][0]["name"] == "Vince DiCola"
    assert page["items"][3]["is_local"] is True
    assert (five["uri"], five["type"], five["episode"], five["show"]["name"]) == (episode, "episode", True, "The Show")
    stub = call("GET", path).json()["items"][4]["track"]
    assert (stub["type"], stub["uri"]) == ("track", episode)
    assert call("POST", path, json={"uris": [other, episode]}).status_code == 201
    assert call("GET", f"/tracks/{catalogue.rows[0].id}").json()["uri"] == other
    new = start()
    playlist = new.account.create("P", uris=[a])
    new.account.relink(a, other)
    (entry,) = caller(new)("GET", f"/playlists/{playlist.id}/items").json()["items"]
    assert (entry["item"]["uri"], "linked_from" in entry["item"]) == (other, False)


def test_items_limits_and_pages(start: Start, caller: Made, catalogue: StandIn) -> None:
    """50 at most, 20 unless said; the page keeps what else was asked for; a cap makes pages shorter."""
    emulator = start()
    playlist = emulator.account.create("P", uris=catalogue.uris(*range(30)))
    call = caller(emulator)
    path = f"/playlists/{playlist.id}/items"
    page = call("GET", path + "?additional_types=track,episode").json()
    assert (page["limit"], len(page["items"])) == (20, 20)
    assert page["next"] == f"{emulator.api_url}{path}?additional_types=track%2Cepisode&offset=20&limit=20"
    assert refusal(call("GET", path + "?limit=51")) == (400, "Invalid limit")
    emulator.change_options(page_cap=7)
    page = call("GET", path + "?limit=50").json()
    assert (page["limit"], len(page["items"]), page["total"]) == (7, 7, 30)
    assert len(call("GET", f"/playlists/{playlist.id}").json()["items"]["items"]) == 7


def test_fields_of_a_read(emulator: Emulator, call: Caller, catalogue: StandIn) -> None:
    """Only what is named; old names leave empty objects, in silence."""
    playlist = emulator.account.create("P", uris=catalogue.uris(0))
    path = f"/playlists/{playlist.id}"
    uri = {"uri": catalogue.uri(0)}
    assert call("GET", path + "/items?fields=total,items(item(uri))").json() == {"total": 1, "items": [{"item": uri}]}
    assert call("GET", path + "/items?fields=items(track(uri))").json() == {"items": [{}]}
    assert call("GET", path + "?fields=snapshot_id,owner.id").json() == {
        "snapshot_id": playlist.snapshot,
        "owner": {"id": "listener"},
    }


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        ("a", {"a": 1}),
        ("b(c)", {"b": [{"c": 2}]}),
        ("b.c,a", {"a": 1, "b": [{"c": 2}]}),
        ("b.c,b.d(e)", {"b": [{"c": 2, "d": {"e": 3}}]}),
        ("b(!c)", {"b": [{"d": {"e": 3, "f": 4}}]}),
        ("none,b(d.f", {"b": [{"d": {"f": 4}}]}),
    ],
)
def test_the_language_of_fields(fields: str, left: object) -> None:
    assert selected({"a": 1, "b": [{"c": 2, "d": {"e": 3, "f": 4}}]}, fields) == left


def test_changes_show_late(start: Start, caller: Made, clock: MovableClock, catalogue: StandIn) -> None:
    """Snapshots and items each after their own delay; a new playlist reads at once."""
    emulator = start(options={"snapshot_delay_s": 30, "items_delay_s": 1})
    call = caller(emulator)
    id = call("POST", "/me/playlists", json={"name": "P"}).json()["id"]
    first = call("GET", f"/playlists/{id}").json()["snapshot_id"]
    clock.move(timedelta(seconds=60))
    new = call("POST", f"/playlists/{id}/items", json={"uris": catalogue.uris(0)}).json()["snapshot_id"]
    read = call("GET", f"/playlists/{id}").json()
    assert (read["snapshot_id"], read["items"]["total"]) == (first, 0)
    clock.move(timedelta(seconds=1))
    read = call("GET", f"/playlists/{id}").json()
    assert (read["snapshot_id"], read["items"]["total"]) == (first, 1)
    clock.move(timedelta(seconds=29))
    assert call("GET", f"/playlists/{id}").json()["snapshot_id"] == new
    assert call("GET", "/me/playlists").json()["items"][0]["snapshot_id"] == new


# -- library and cover -------------------------------------------------------------------------------------------------


def test_the_library(emulator: Emulator, call: Caller) -> None:
    """Deleting takes a playlist out; its id keeps resolving; saving brings it back, on top."""
    first, second = (emulator.account.create(name) for name in ("First", "Second"))
    uris = f"uris={first.uri},{second.uri}"
    assert call("DELETE", f"/me/library?uris={first.uri}").content == b""
    assert call("GET", f"/me/library/contains?{uris}").json() == [False, True]
    assert call("GET", f"/playlists/{first.id}").json()["name"] == "First"
    assert call("PUT", f"/me/library?uris={first.uri}").status_code == 200
    assert [p["name"] for p in call("GET", "/me/playlists").json()["items"]] == ["First", "Second"]
    many = ",".join([first.uri] * 41)
    for query in ("", "?uris=", "?uris=nonsense", f"?uris={many}"):
        assert call("DELETE", "/me/library" + query).status_code == 400
        assert call("GET", "/me/library/contains" + query).status_code == 400
    assert refusal(call("PUT", "/me/library?uris=spotify:playlist:" + "0" * 22)) == (404, "Resource not found")


def test_the_library_may_need_more_scopes(start: Start, caller: Made) -> None:
    emulator = start(options={"library_scopes": ("user-library-modify",)})
    call = caller(emulator, scopes=["playlist-modify-public"])
    answer = call("DELETE", f"/me/library?uris={emulator.account.create('P').uri}")
    assert refusal(answer) == (403, "Insufficient client scope")


def test_a_cover(emulator: Emulator, call: Caller) -> None:
    """202 and an empty body; the address of the image changes with it and serves it."""
    playlist = emulator.account.create("P")
    path = f"/playlists/{playlist.id}/images"
    jpeg = {"Content-Type": "image/jpeg"}
    assert call("GET", path).json() == []
    pictures = [b"\xff\xd8\xff\xe0" + bytes([number]) * 100 for number in (1, 2)]
    addresses = []
    for picture in pictures:
        answer = call("PUT", path, data=base64.b64encode(picture), headers=jpeg)
        assert (answer.status_code, answer.content) == (202, b"")
        (image,) = call("GET", path).json()
        addresses.append(image["url"])
    assert addresses[0] != addresses[1]
    served = requests.get(addresses[1], timeout=5)
    assert (served.content, served.headers["Content-Type"]) == (pictures[1], "image/jpeg")
    assert call("GET", f"/playlists/{playlist.id}").json()["images"][0]["url"] == addresses[1]
    largest = base64.b64encode(b"\xff\xd8\xff" + b"x" * (192 * 1024 - 3))
    assert len(largest) == 256 * 1024
    assert call("PUT", path, data=largest, headers=jpeg).status_code == 202
    assert refusal(call("PUT", path, data=largest + b"AAAA", headers=jpeg))[0] == 413
    assert refusal(call("PUT", path, data=b"data:image/jpeg;base64,/9j/", headers=jpeg))[0] == 400
    assert refusal(call("PUT", path, data=base64.b64encode(b"\x89PNG"), headers=jpeg))[0] == 400
    assert refusal(call("PUT", path, data=largest, headers={"Content-Type": "text/plain"}))[0] == 400


# -- limits ------------------------------------------------------------------------------------------------------------


def test_the_quota_of_a_rolling_day(start: Start, caller: Made, clock: MovableClock) -> None:
    """Each bucket has its own; the wait is until the oldest request is a day old; a refused one costs nothing."""
    call = caller(start(options={"quota": 2}))
    assert call("GET", "/search?q=Song&type=track").status_code == 200
    clock.move(timedelta(hours=1))
    call.login()
    assert call("GET", "/search?q=Song&type=track").status_code == 200
    clock.move(timedelta(hours=2))
    call.login()
    for _ in range(3):
        answer = call("GET", "/search?q=Song&type=track")
        said = {"error": {"status": 429, "message": "Too many requests", "reason": "QUOTA_EXCEEDED"}}
        assert (answer.status_code, answer.json()) == (429, said)
        assert answer.headers["Retry-After"] == str(21 * 3600)
    assert call("GET", "/me").status_code == 200
    clock.move(timedelta(hours=21))
    call.login()
    assert call("GET", "/search?q=Song&type=track").status_code == 200
    assert call("GET", "/search?q=Song&type=track").headers["Retry-After"] == "3600"


def test_a_quota_of_one_bucket(start: Start, caller: Made) -> None:
    call = caller(start(options={"quota": {"search": 0}}))
    assert call("GET", "/search?q=Song&type=track").headers["Retry-After"] == "86400"
    assert call("GET", "/me/playlists").status_code == 200


def test_the_rate_of_thirty_seconds(start: Start, caller: Made, clock: MovableClock) -> None:
    call = caller(start(options={"rate_limit": 2}))
    assert call("GET", "/me").status_code == 200
    clock.move(timedelta(seconds=10))
    assert call("GET", "/me/playlists").status_code == 200
    answer = call("GET", "/me")
    assert refusal(answer) == (429, "API rate limit exceeded")
    assert answer.headers["Retry-After"] == "20"
    clock.move(timedelta(seconds=20))
    assert call("GET", "/me").status_code == 200
