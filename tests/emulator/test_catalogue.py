"""The shipped catalogue, the search over it, and a catalogue of one's own lines."""

from __future__ import annotations

import gzip
import json
import re
import threading
import time
from pathlib import Path

import pytest

from playlist_builder.emulator.catalogue import Catalogue, TrackRow
from playlist_builder.listing import toml
from playlist_builder.listing.source import Source

ROCKY = [
    ("Survivor", "Burning Heart", 231),
    ("John Cafferty & The Beaver Brown Band", "Hearts on Fire", 252),
    ("Kenny Loggins, Gladys Knight", "Double or Nothing", 224),
    ("Survivor", "Eye of the Tiger", 226),
    ("Vince DiCola", "War", 354),
    ("James Brown", "Living in America", 283),
    ("Robert Tepper", "No Easy Way Out", 261),
    ("Go West", "One Way Street", 278),
    ("Touch", "The Sweetest Victory", 270),
    ("Vince DiCola", "Training Montage", 220),
]


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue.shipped()


def names(track: TrackRow) -> str:
    return ", ".join(artist.name for artist in track.artists)


def titles(catalogue: Catalogue, query: str, limit: int = 10, offset: int = 0) -> list[str]:
    return [track.title for track in catalogue.search_tracks(query, limit, offset)[0]]


def rocky(catalogue: Catalogue) -> str:
    albums, _ = catalogue.search_albums('album:"Rocky IV" year:1985', 10, 0)
    return albums[0].id


def test_shipped_is_large_enough_and_always_the_same(catalogue: Catalogue) -> None:
    assert len(catalogue) >= 340
    again = Catalogue.shipped()
    assert catalogue.search_tracks("survivor", 50, 0) == again.search_tracks("survivor", 50, 0)


def test_shipped_is_quick() -> None:
    times = []
    for _ in range(3):
        start = time.process_time()
        Catalogue.shipped().close()
        times.append(time.process_time() - start)
    assert min(times) < 0.5  # some 20 ms on a machine that does nothing else


def test_ids_and_isrcs_have_their_form(catalogue: Catalogue) -> None:
    tracks = catalogue.search_tracks("year:1900-2100", 1000, 0)[0]
    assert len(tracks) == len(catalogue) == len({track.id for track in tracks})
    for track in tracks:
        assert re.fullmatch(r"[0-9A-Za-z]{22}", track.id)
        assert re.fullmatch(r"[0-9A-Za-z]{22}", track.album.id)
        assert re.fullmatch(r"ZZ[A-Z0-9]{3}\d{7}", track.isrc or "")
        assert 0 <= track.popularity <= 100
        assert 30_000 < track.duration_ms < 900_000
        assert track.artists
        assert re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", track.album.release_date)
    albums = {track.album.id: track.album for track in tracks}
    for album in albums.values():
        assert [track.track_number for track in catalogue.album_tracks(album.id)] == list(
            range(1, album.total_tracks + 1)
        )


def test_rocky_iv_in_order(catalogue: Catalogue) -> None:
    tracks = catalogue.album_tracks(rocky(catalogue))
    assert [
        (names(track), track.title.removesuffix(' - From "Rocky IV" Soundtrack'), track.duration_ms // 1000)
        for track in tracks
    ] == ROCKY
    album = tracks[0].album
    assert (album.album_type, album.total_tracks, album.release_date[:4]) == ("compilation", 10, "1985")
    assert [artist.name for artist in album.artists] == ["Various Artists"]


def test_one_recording_on_several_albums_has_one_isrc(catalogue: Catalogue) -> None:
    tracks = catalogue.search_tracks('track:"Burning Heart" artist:Survivor', 50, 0)[0]
    shared = {track.isrc for track in tracks if track.duration_ms == 231_000}
    assert len(shared) == 1
    assert len({track.album.id for track in tracks if track.isrc in shared}) >= 3
    others = {track.isrc for track in tracks if track.duration_ms != 231_000}
    assert others
    assert not others & shared


def test_the_clutter_is_there(catalogue: Catalogue) -> None:
    found = " / ".join(titles(catalogue, "eye of the tiger", 50))
    for word in ("Karaoke", "Tribute", "Workout", "Lullaby", "8-Bit", "Remaster", "Live", "Re-Recorded", "Piano"):
        assert word in found
    acts = {names(track) for track in catalogue.search_tracks("track:war", 50, 0)[0]}
    assert {"Vince DiCola", "Edwin Starr", "The Temptations"} <= acts


def test_all_words_in_any_field_whatever_their_case_and_accents(catalogue: Catalogue) -> None:
    for query in ("survivor burning heart", "SURVIVOR Búrning Heárt", "  heart—survivor, burning! "):
        first = catalogue.search_tracks(query, 1, 0)[0][0]
        assert (first.title, names(first)) == ("Burning Heart", "Survivor")
    assert catalogue.search_tracks("Hearts on Fire Rocky IV Cafferty", 1, 0)[0][0].title.startswith("Hearts on Fire")
    assert names(catalogue.search_tracks("John Cafferty and the Beaver Brown Band", 1, 0)[0][0]).startswith("John")
    assert titles(catalogue, "Heart's on Fire") == titles(catalogue, "Heart’s on Fire")


def test_near_hits_follow_the_full_ones(catalogue: Catalogue) -> None:
    rows, total = catalogue.search_tracks("Vinnie DiCola War", 50, 0)
    assert (rows[0].title, names(rows[0])) == ("War", "Vince DiCola")
    assert "Edwin Starr" in {names(row) for row in rows}
    assert total >= len(rows)
    rows, _ = catalogue.search_tracks("Hearts of Fire John Cafferty and the Beaver Brown Band", 5, 0)
    assert "Hearts on Fire" in [row.title for row in rows]
    assert titles(catalogue, "Eye of the Tigre Survivor")[0] == "Eye of the Tiger"
    assert "Cry Little Sister" in titles(catalogue, "Gerard McMann Cry Litle Sister")[0]


def test_a_hit_shares_more_than_common_words(catalogue: Catalogue) -> None:
    assert catalogue.search_tracks("the of zzzzz", 10, 0) == ([], 0)
    assert catalogue.search_tracks("", 10, 0) == ([], 0)
    assert catalogue.search_tracks("?! —", 10, 0) == ([], 0)
    assert titles(catalogue, "the of qqqqq Montage")[0].count("Montage") == 1


def test_pages_join_without_gap_or_overlap(catalogue: Catalogue) -> None:
    whole, total = catalogue.search_tracks("eye of the tiger", 50, 0)
    pages = [catalogue.search_tracks("eye of the tiger", 10, offset) for offset in range(0, 50, 10)]
    assert [row for page, _ in pages for row in page] == whole
    assert {count for _, count in pages} == {total}
    assert catalogue.search_tracks("eye of the tiger", 10, 990) == ([], total)
    assert catalogue.search_tracks("eye of the tiger", 0, 0) == ([], total)


@pytest.mark.parametrize(
    ("query", "act"),
    [
        ('track:"War" artist:"Vince DiCola"', "Vince DiCola"),
        ("track:war artist:dicola", "Vince DiCola"),
        ('artist:"Vince DiCola" war', "Vince DiCola"),
        ('album:"Rocky IV" year:1985 war', "Vince DiCola"),
        ("track:war year:1970", "Edwin Starr"),
        ("Track:war Year:1970-1970 artist:starr", "Edwin Starr"),
    ],
)
def test_filters(catalogue: Catalogue, query: str, act: str) -> None:
    rows, total = catalogue.search_tracks(query, 50, 0)
    assert act in {names(row) for row in rows}
    assert total == len(rows)


def test_filters_are_strict(catalogue: Catalogue) -> None:
    assert catalogue.search_tracks('track:"War" artist:"Vinnie DiCola"', 10, 0) == ([], 0)
    assert catalogue.search_tracks("artist:survivor zzzzz", 10, 0) == ([], 0)
    assert catalogue.search_tracks("track:survivor artist:dicola", 10, 0) == ([], 0)
    years = {row.album.release_date[:4] for row in catalogue.search_tracks("year:1984-1986 artist:survivor", 50, 0)[0]}
    assert years == {"1984", "1985", "1986"}


def test_isrc(catalogue: Catalogue) -> None:
    track = catalogue.search_tracks('track:"Training Montage" year:1985', 1, 0)[0][0]
    assert track.isrc
    for code in (track.isrc, track.isrc.lower(), f'"{track.isrc}"'):
        assert track in catalogue.search_tracks(f"isrc:{code}", 10, 0)[0]
    assert catalogue.search_tracks("isrc:ZZ0000000000", 10, 0) == ([], 0)
    assert catalogue.search_albums(f"isrc:{track.isrc}", 10, 0) == ([], 0)


@pytest.mark.parametrize(
    "query",
    [
        'track:"Heart\'s on Fire"',
        "track:Heart’s",
        'artist:"John Cafferty & The Beaver Brown Band"',
        'track:""',
        "track: war",
        'artist:" " war',
        "Mission: Impossible",
        "label:scotti war",
        "genre:rock",
        "year:198x",
        "year:1990-1980",
    ],
)
def test_queries_without_a_hit(catalogue: Catalogue, query: str) -> None:
    assert catalogue.search_tracks(query, 10, 0) == ([], 0)


def test_a_colon_after_a_number_is_no_field(catalogue: Catalogue) -> None:
    catalogue.add("12:51", ["The Strokes"])
    assert titles(catalogue, "12:51 The Strokes")[0] == "12:51"


def test_albums(catalogue: Catalogue) -> None:
    found = [album.title for album in catalogue.search_albums("Rocky IV", 10, 0)[0]]
    assert found[0].startswith("Rocky IV")
    assert {"Rocky IV (Original Motion Picture Soundtrack)", "Rocky IV (Original Motion Picture Score)"} <= set(found)
    assert "Music from Rocky IV" in found
    assert catalogue.search_albums('album:"Purple Rain" artist:prince', 10, 0)[0][0].total_tracks == 9
    assert catalogue.search_albums("track:war", 10, 0) == ([], 0)
    assert catalogue.search_albums('album:""', 10, 0) == ([], 0)


def test_by_id(catalogue: Catalogue) -> None:
    track = catalogue.search_tracks("Double or Nothing Gladys Knight", 1, 0)[0][0]
    assert catalogue.track(track.id) == track
    assert catalogue.album(track.album.id) == track.album
    assert [catalogue.artist(artist.id) for artist in track.artists] == list(track.artists)
    for missing in (catalogue.track("x"), catalogue.album("x"), catalogue.artist("x")):
        assert missing is None
    assert catalogue.album_tracks("x") == []


def test_remove_and_add(catalogue: Catalogue) -> None:
    album = rocky(catalogue)
    before = catalogue.album_tracks(album)
    assert catalogue.remove([before[4].id, "unknown"]) == 1
    assert catalogue.track(before[4].id) is None
    assert [track.id for track in catalogue.album_tracks(album)] == [track.id for track in before if track != before[4]]
    assert before[4].id not in {track.id for track in catalogue.search_tracks("Vince DiCola War", 50, 0)[0]}
    about = before[0].album
    added = catalogue.add(
        "War - 2025 Remaster",
        ["Vince DiCola"],
        album=about.title,
        album_artists=["Various Artists"],
        album_type=about.album_type,
        release_date=about.release_date,
        duration_ms=354_000,
        isrc="ZZAAA0000001",
    )
    assert catalogue.album_tracks(album)[-1] == added
    assert (added.album.id, added.album.total_tracks, added.track_number) == (album, 10, 11)
    assert catalogue.search_tracks("isrc:ZZAAA0000001", 10, 0) == ([added], 1)
    assert catalogue.remove(album_id=album) == 10
    assert catalogue.album(album) is None
    assert catalogue.album_tracks(album) == []
    assert album not in {found.id for found in catalogue.search_albums("Rocky IV", 50, 0)[0]}


def test_add_alone_makes_a_single(catalogue: Catalogue) -> None:
    added = catalogue.add("Ain't It Quxly", ["Åsa Ñandú"], id="mine", popularity=1)
    assert (added.id, added.album.album_type, added.album.release_date) == ("mine", "single", "0000")
    assert catalogue.search_tracks("aint quxly asa nandu", 10, 0)[0][0] == added
    assert catalogue.artist(added.artists[0].id) == added.artists[0]
    assert catalogue.remove("mine") == 1
    assert catalogue.search_tracks("quxly", 10, 0) == ([], 0)


LINES = [
    {"id": "a", "title": "One", "artists": ["Ann"], "album": "Both", "release_date": "1985-02-03", "isrc": "ZZAAA"},
    {"id": "b", "title": "Two", "artists": ["Ben", "Ann"], "album": "Both", "release_date": "1985-02-03"},
    {"id": "b", "title": "Two again", "artists": ["Ben"]},
    {"id": "c", "title": "Three", "artists": ["Cid"], "album": None, "duration_ms": None, "isrc": None},
    {"id": "d", "title": "Four", "artists": ["Dan"], "album": "Hits", "release_date": None},
    {"id": "e", "title": "Five", "artists": ["Eve"], "album": "Hits"},
]


@pytest.mark.parametrize("name", ["lines.jsonl", "lines.jsonl.gz"])
def test_from_jsonl(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    text = "\n".join(json.dumps(line) for line in LINES) + "\n\n"
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    catalogue = Catalogue.from_jsonl(path)
    assert len(catalogue) == 5
    two = catalogue.track("b")
    assert two
    assert (two.title, names(two), two.duration_ms, two.isrc) == ("Two", "Ben, Ann", 0, None)
    assert (two.album.album_type, two.album.total_tracks, two.track_number) == ("compilation", 2, 2)
    assert [artist.name for artist in two.album.artists] == ["Various Artists"]
    three = catalogue.track("c")
    assert three
    assert (three.album.title, three.album.album_type, three.album.release_date) == ("Three", "single", "0000")
    assert {album.artists[0].name for album in catalogue.search_albums("hits", 10, 0)[0]} == {"Dan", "Eve"}
    assert list(tmp_path.glob("lines*")) == [path]


def test_from_jsonl_keeps_a_database(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    database = tmp_path / "kept.db"
    path.write_text("\n".join(map(json.dumps, LINES)))
    Catalogue.from_jsonl(path, database).close()
    made = database.stat().st_ino
    catalogue = Catalogue.from_jsonl(path, database)
    assert (len(catalogue), database.stat().st_ino) == (5, made)
    catalogue.remove("a")
    catalogue.close()
    assert len(Catalogue.from_jsonl(path, database)) == 5
    path.write_text(json.dumps(LINES[0]))
    assert len(Catalogue.from_jsonl(path, database)) == 1
    database.write_bytes(b"no database at all")
    assert len(Catalogue.from_jsonl(path, database)) == 1
    assert sorted(file.name for file in tmp_path.iterdir() if file.is_file()) == ["kept.db", "lines.jsonl"]


def test_many_rows_are_searched_quickly(tmp_path: Path) -> None:
    sounds = ["ba", "ke", "li", "mo", "nu", "ra", "se", "ti"]
    path = tmp_path / "many.jsonl"
    with path.open("w") as file:
        for number in range(20_000):
            digits = [number // 8**place % 8 for place in range(5)]
            title = f"Love {sounds[digits[0]]}{sounds[digits[1]]} the {sounds[digits[2]]}{sounds[digits[3]]}"
            row = {"id": str(number), "title": title, "artists": [f"{sounds[digits[4]]} act"], "duration_ms": 200_000}
            file.write(json.dumps(row) + "\n")
    catalogue = Catalogue.from_jsonl(path)
    for query in ("love the", "love babe act", "love kebab lilimo", "bake the moli"):
        start = time.process_time()
        rows, total = catalogue.search_tracks(query, 10, 0)
        assert time.process_time() - start < 0.5
        assert len(rows) == 10 <= total


def test_from_several_threads(catalogue: Catalogue) -> None:
    failures: list[Exception] = []

    def work(number: int) -> None:
        try:
            for turn in range(20):
                track = catalogue.add(f"Thread {number} {turn}", ["Weaver"], album="Cloth")
                assert catalogue.track(track.id)
                assert catalogue.search_tracks("weaver cloth", 10, 0)[1]
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert catalogue.search_tracks('album:"Cloth"', 100, 0)[1] == 80


def test_words_of_any_script(catalogue: Catalogue) -> None:
    for title in ("炎の心", "Горячее сердце", "दिल की आग", "H²O", "Ænima ﬁre", "İstanbul"):
        added = catalogue.add(title, ["Somebody"])
        assert added in catalogue.search_tracks(title, 10, 0)[0]
        assert added in catalogue.search_tracks(f'track:"{title}"', 10, 0)[0]


def test_the_lost_boys_listing(catalogue: Catalogue) -> None:
    path = Path(__file__).parents[2] / "playlists" / "the-lost-boys.toml"
    (reading,) = toml.parse(Source(path.read_bytes(), path.name))
    rows = reading.tracklist.tracks
    albums, _ = catalogue.search_albums('album:"The Lost Boys" year:1987', 10, 0)
    shipped = {(track.title.split(" (")[0], track.artists[0].name) for track in catalogue.album_tracks(albums[0].id)}
    clean = {(row.title.split(" (")[0], row.artist.split(" and ")[0]) for row in rows}
    assert {title for title, _ in clean - shipped} == {"Cry Litle Sister", "I Still Believe", "Ain't Got No Home"}
    assert {title for title, _ in shipped - clean} == {"Cry Little Sister"}
    takes = catalogue.search_tracks('track:"I Still Believe" artist:Cappello', 10, 0)[0]
    assert [track.title for track in takes] == ["I Still Believe - Live in Santa Cruz"]
    assert catalogue.search_tracks("artist:Clarence", 10, 0) == ([], 0)
    assert catalogue.search_tracks('track:"Got No Home"', 10, 0) == ([], 0)
