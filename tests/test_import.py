"""`playlist import` and `export` as a person meets them."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from playlist_builder.emulator import Emulator
from playlist_builder.emulator.catalogue import Catalogue
from playlist_builder.listing import read
from tests.machine import Machine

POST = """Great Soundtracks: Night Drive

An evening with the radio on. Here is what it plays:

1. Berlin - Take My Breath Away (4:11)
2. Kenny Loggins - Danger Zone (3:36)
3. Loverboy - Heaven in Your Eyes (4:04)
4. Cheap Trick - Mighty Wings (3:51)

Leave a comment below.
"""
TWO = """<h1>Two soundtracks for the weekend</h1>
<h2>Side trips</h2><ol><li>Survivor - Burning Heart</li><li>Go West - One Way Street</li>
<li>Touch - The Sweetest Victory</li><li>Survivor - Eye of the Tiger</li><li>James Brown - Living in America</li></ol>
<p>And for the morning, something else entirely, with more songs in it:</p>
<h2>Morning</h2><ol><li>Kenny Loggins - Footloose</li><li>Irene Cara - Fame</li><li>Berlin - Metro</li>
<li>Limahl - The NeverEnding Story</li><li>Irene Cara - Out Here on My Own</li></ol>"""


@pytest.fixture
def here(tmp_path: Path) -> Machine:
    return Machine(home=tmp_path / "home", work=tmp_path / "work")


@pytest.fixture
def site() -> Iterator[dict[str, tuple[int, dict[str, str], bytes]]]:
    """A web site on this machine: path → (status, headers, body); "url" has its address."""
    pages: dict[str, tuple[int, dict[str, str], bytes]] = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = pages.get(self.path, (404, {}, b"nothing here"))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    pages["url"] = (0, {}, f"http://127.0.0.1:{server.server_port}".encode())
    yield pages
    server.shutdown()
    thread.join()
    server.server_close()


def url(site: dict[str, tuple[int, dict[str, str], bytes]], path: str) -> str:
    return site["url"][2].decode() + path


def files(here: Machine) -> list[str]:
    return sorted(path.name for path in (here.work / "playlists").iterdir())


def test_a_post_becomes_a_listing_that_can_be_synced(here: Machine) -> None:
    (here.work / "post.txt").write_text(POST, encoding="utf-8")
    ran = here.run("import", "post.txt", check=0)
    assert files(here) == ["night-drive.toml"]
    assert str(here.work / "playlists" / "night-drive.toml") in ran.out.replace("\n", "")
    assert "playlist sync night-drive" in ran.out
    made = read((here.work / "playlists" / "night-drive.toml").read_bytes(), "x.toml").tracklist
    assert (made.tracks[0].artist, made.tracks[0].title, made.tracks[0].duration_ms) == (
        "Berlin",
        "Take My Breath Away",
        251_000,
    )
    assert len(made.tracks) == 4
    here.run("sync", "night-drive", "--service", "demo", check=0)


def test_a_text_without_a_title_is_called_as_asked_else_after_its_file(here: Machine) -> None:
    rows = "1. Berlin - Take My Breath Away\n2. Kenny Loggins - Danger Zone\n3. Survivor - Burning Heart\n"
    (here.work / "post.txt").write_text(rows, encoding="utf-8")
    assert here.run("import", "post.txt", "-n", "--json", check=0).json["title"] == "post"
    named = here.run("import", "post.txt", "--name", "night-drive", "-n", "--json", check=0).json
    assert (named["name"], named["title"]) == ("night-drive", "night drive")
    typed = here.run("import", "-", "--name", "night-drive", "-n", "--json", stdin=rows, check=0).json
    assert typed["title"] == "night drive"


def test_json_and_dry_run_write_nothing(here: Machine) -> None:
    (here.work / "post.txt").write_text(POST, encoding="utf-8")
    made = here.run("import", "post.txt", "--dry-run", "--json", check=0).json
    assert made["version"] == 1
    assert (made["name"], made["title"]) == ("night-drive", "Night Drive")
    assert made["tracks"][1] == {"artist": "Kenny Loggins", "title": "Danger Zone", "duration_s": 216}
    assert files(here) == []


def test_an_existing_listing_is_kept_unless_forced(here: Machine) -> None:
    (here.work / "post.txt").write_text(POST, encoding="utf-8")
    here.run("import", "post.txt", check=0)
    path = here.work / "playlists" / "night-drive.toml"
    path.write_text(path.read_text() + "# mine\n")
    before = path.read_bytes()
    assert "--force" in here.run("import", "post.txt", check=3).err
    assert path.read_bytes() == before
    here.run("import", "post.txt", "--force", check=0)
    assert path.with_name("night-drive.toml.bak").read_bytes() == before
    here.run("import", "post.txt", "--name", "../evil", check=3)
    here.run("import", "post.txt", "--name", "other", check=0)
    assert files(here) == ["night-drive.toml", "night-drive.toml.bak", "other.toml"]


def test_standard_input_and_several_sources(here: Machine) -> None:
    here.run("import", "-", "--name", "pasted", stdin=POST, check=0)
    (here.work / "a.csv").write_text("Artist,Title\nSurvivor,Burning Heart\nGo West,One Way Street\n", encoding="utf-8")
    (here.work / "b.txt").write_text("Dear all,\n\nthe meeting is on Friday.\n", encoding="utf-8")
    ran = here.run("import", "a.csv", "b.txt", check=3)
    assert "b.txt" in ran.err
    assert files(here) == ["a.toml", "pasted.toml"]
    here.run("import", check=2)


def test_a_page_with_several_listings_names_them_and_pick_takes_one(here: Machine) -> None:
    (here.work / "page.html").write_text(TWO, encoding="utf-8")
    ran = here.run("import", "page.html", "-n", check=0)
    assert "2 listings" in ran.out
    assert "Side trips" in ran.out
    names = {here.run("import", "page.html", "-n", "--json", "--pick", str(n), check=0).json["title"] for n in (1, 2)}
    assert names == {"Side trips", "Morning"}
    here.run("import", "page.html", "--pick", "3", check=2)


def test_a_web_page_is_read_with_its_charset_and_credited(
    here: Machine, site: dict[str, tuple[int, dict[str, str], bytes]]
) -> None:
    rows = "".join(
        f"<li>{row}</li>" for row in ("Beyoncé - Déjà Vu", "Mylène Farmer - Désenchantée", "Noir Désir - Le vent")
    )
    body = f"<html><title>Chansons</title><body><h1>Chansons</h1><ol>{rows}</ol></body></html>".encode("latin-1")
    site["/old"] = (302, {"Location": "/new"}, b"")
    site["/new"] = (200, {"Content-Type": "text/html; charset=ISO-8859-1"}, body)
    address = url(site, "/old")
    refused = here.run("import", address, check=3)
    assert "--allow-private" in refused.err
    here.run("import", address, "--allow-private", check=0)
    text = (here.work / "playlists" / "chansons.toml").read_text(encoding="utf-8")
    assert "Désenchantée" in text
    assert f'source = "{address}"' in text


def test_sites_that_refuse_or_run_in_circles_say_what_to_do(
    here: Machine, site: dict[str, tuple[int, dict[str, str], bytes]]
) -> None:
    site["/no"] = (403, {}, b"robots")
    site["/round"] = (301, {"Location": "/round"}, b"")
    site["/away"] = (301, {"Location": "file:///etc/passwd"}, b"")
    site["/big"] = (200, {"Content-Type": "text/plain"}, b"x" * 21_000_000)
    assert "import the file" in here.run("import", url(site, "/no"), "--allow-private", check=3).err
    assert "redirected" in here.run("import", url(site, "/round"), "--allow-private", check=3).err
    assert "http" in here.run("import", url(site, "/away"), "--allow-private", check=3).err
    assert "MB" in here.run("import", url(site, "/big"), "--allow-private", check=3).err
    assert "no such page" in here.run("import", url(site, "/none"), "--allow-private", check=3).err
    for address in ("http://[::1]:9/", "http://169.254.169.254/latest", "http://10.0.0.1/", "http://user:x@127.0.0.1/"):
        assert here.run("import", address, check=3).code == 3
    assert files(here) == []


def test_our_own_listing_brings_its_lock_along(
    here: Machine, site: dict[str, tuple[int, dict[str, str], bytes]]
) -> None:
    other = Machine(home=here.home.parent / "other", work=here.home.parent / "else")
    other.listing("mix", [("Survivor", "Burning Heart"), ("Touch", "The Sweetest Victory")], title="Mix")
    row = b'[[track]]\nartist = "Survivor"\ntitle = "Burning Heart"\n'
    lock = b'version = 1\nid = "abcd2345"\n\n' + row + b'spotify = { uri = "spotify:track:x", decided = "person" }\n'
    source = other.work / "playlists" / "mix.toml"
    source.with_name("mix.lock.toml").write_bytes(lock)
    here.run("import", str(source), check=0)
    assert (here.work / "playlists" / "mix.lock.toml").read_bytes() == lock
    site["/mix.toml"] = (200, {}, source.read_bytes())
    site["/mix.lock.toml"] = (200, {}, lock)
    here.run("import", url(site, "/mix.toml"), "--allow-private", "--name", "again", check=0)
    assert (here.work / "playlists" / "again.lock.toml").read_bytes() == lock


def test_update_reads_the_source_again_and_keeps_what_a_person_added(
    here: Machine, site: dict[str, tuple[int, dict[str, str], bytes]]
) -> None:
    site["/post"] = (200, {"Content-Type": "text/plain"}, POST.encode())
    here.run("import", url(site, "/post"), "--allow-private", "--name", "drive", check=0)
    path = here.work / "playlists" / "drive.toml"
    text = path.read_text(encoding="utf-8").replace(
        'title = "Danger Zone"', 'title = "Danger Zone"\nversion = "live"  # the one I like'
    )
    path.write_text("# my own words\n" + text, encoding="utf-8")
    assert "Nothing changed" in here.run("import", "drive", "--update", "--allow-private", check=0).out
    changed = POST.replace("Loverboy - Heaven in Your Eyes (4:04)", "Loverboy - Heaven In Your Eye (4:04)")
    changed = changed.replace("4. Cheap Trick - Mighty Wings (3:51)", "4. Teena Marie - Lead Me On (2:46)")
    site["/post"] = (200, {"Content-Type": "text/plain"}, changed.encode())
    ran = here.run("import", "drive", "--update", "--allow-private", check=0)
    assert "+ Teena Marie – Lead Me On" in ran.out
    assert "- Cheap Trick – Mighty Wings" in ran.out
    assert "~ Loverboy" in ran.out
    after = path.read_text(encoding="utf-8")
    assert after.startswith("# my own words\n")
    assert 'version = "live"  # the one I like' in after
    assert "Mighty Wings" not in after
    assert [t.title for t in read(path.read_bytes(), "x.toml").tracklist.tracks] == [
        "Take My Breath Away", "Danger Zone", "Heaven In Your Eye", "Lead Me On",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\x01\x02\x03" * 500, b"\xff\xfe", b"just some words\n", b'{"a": [[[[[', b"[[track]]\ntitle = 3\n",
     b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><playlist>&a;</playlist>'],
)  # fmt: skip
def test_what_holds_no_listing_is_an_error_that_leaves_nothing(here: Machine, content: bytes) -> None:
    (here.work / "thing").write_bytes(content)
    ran = here.run("import", "thing", check=3)
    assert "Traceback" not in ran.err
    assert "thing" in ran.err
    assert files(here) == []
    assert here.run("import", "playlists", check=3).err
    assert here.run("import", "absent.txt", check=3).err


def test_albums_and_playlists_of_the_service_become_rows_with_uris(tmp_path: Path) -> None:
    with Emulator(Catalogue.shipped()) as emulator:
        here = Machine(home=tmp_path / "home", work=tmp_path / "work", emulator=emulator)
        here.log_in()
        album = emulator.api.catalogue.search_albums("Rocky IV Original Motion Picture Soundtrack", 1, 0)[0][0]
        here.run("import", f"https://open.spotify.com/album/{album.id}?si=1", "--name", "album", check=0)
        text = (here.work / "playlists" / "album.toml").read_text(encoding="utf-8")
        assert text.count("uri = ") == 10
        made = here.run("sync", "album", "--json", check=0).json
        assert {t["outcome"] for t in made["tracks"]} == {"pinned"}
        playlist = made["playlist"]["id"]
        here.run("import", f"spotify:playlist:{playlist}", "--name", "copy", check=0)
        assert (here.work / "playlists" / "copy.toml").read_text(encoding="utf-8").count("uri = ") == 10


@pytest.mark.parametrize("format", ["xspf", "jspf", "csv"])
def test_what_is_exported_is_read_back_equal(here: Machine, format: str) -> None:
    here.run("sync", "the-lost-boys", "--service", "demo", check=4)
    made = here.run("sync", "the-lost-boys", "--service", "demo", "--json", check=4).json
    out = here.work / f"lost.{format}"
    here.run("export", "the-lost-boys", "--format", format, "-o", str(out), "--service", "demo", check=0)
    tracks = read(out.read_bytes(), out.name).tracklist.tracks
    wanted = [t["recording"] for t in made["tracks"] if t["recording"]]
    assert [(t.title, t.artist, t.uri, t.isrc, t.duration_ms, t.album) for t in tracks] == [
        (r["title"], ", ".join(r["artists"]), r["uri"], r["isrc"], r["duration_ms"], r["album"]) for r in wanted
    ]


def test_m3u8_needs_file_paths(here: Machine) -> None:
    assert "file paths" in here.run("export", "rocky-iv", "--format", "m3u8", "--service", "demo", check=2).err
    assert "playlist sync" in here.run("export", "rocky-iv", "--format", "csv", "--service", "demo", check=3).err


def test_other_formats_work_in_the_listings_directory(here: Machine) -> None:
    (here.work / "playlists" / "night.txt").write_text(POST, encoding="utf-8")
    made = here.run("sync", "night", "--service", "demo", "--json", check=0).json
    assert len(made["tracks"]) == 4
