"""Each format: what it reads beside names, and what it says of broken input."""

from __future__ import annotations

import json

import pytest

from playlist_builder.errors import ListingError
from playlist_builder.listing import FORMATS, SUFFIXES, Reading, Source, read, readings
from playlist_builder.model import Tracklist

URI = "spotify:track:4uLU6hMCjMI75M1A2tKUQC"


def _read(text: str | bytes, name: str) -> Tracklist:
    return _reading(text, name).tracklist


def _reading(text: str | bytes, name: str) -> Reading:
    return read(text.encode() if isinstance(text, str) else text, name)


def _pairs(listing: Tracklist) -> list[tuple[str, str]]:
    return [(track.artist, track.title) for track in listing.tracks]


def test_csv_with_every_column() -> None:
    head = "Track URI,Track Name,Artist Name(s),Album Name,Track Duration (ms),ISRC"
    text = f"{head}\n{URI},Dreams,Fleetwood Mac,Rumours,257800,us-wb1-77-00001\n"
    track = _read(text, "x.csv").tracks[0]
    assert (track.uri, track.duration_ms, track.isrc, track.album) == (URI, 257_800, "USWB17700001", "Rumours")


@pytest.mark.parametrize(
    "head",
    [
        "artist,title",
        "Interpret,Titel",
        "Artista,Canción",
        "Artiste,Titre",
        "Künstler,Lied",
        "Intérprete,Música",
        "Исполнитель,Название",
        "アーティスト,曲名",
        "Wykonawca,Tytuł",
        "ARTIST NAME,TRACK NAME",
        "Performed by,Song",
    ],
)
def test_csv_heads_of_many_languages(head: str) -> None:
    assert _pairs(_read(f"{head}\nA Band,One\nB Band,Two\n", "x.csv")) == [("A Band", "One"), ("B Band", "Two")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_of_any_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    rows = [("artist", "title"), ("Udo Jürgens", "Griechischer Wein"), ("Charly García", "Los dinosaurios")]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    assert _pairs(_read(text.encode(encoding), "x.csv")) == rows[1:]


def test_csv_lengths_in_seconds_and_as_clock() -> None:
    seconds = _read("artist,title,length\nA,B,231\nC,D,65\n", "x.csv")
    clock = _read("artist,title,length\nA,B,3:51\nC,D,00:01:05\n", "x.csv")
    assert [t.duration_ms for t in seconds.tracks] == [t.duration_ms for t in clock.tracks] == [231_000, 65_000]


def test_csv_with_an_open_quote_names_the_line() -> None:
    text = 'artist,title\nA,B\n"C,D\n' + "E,F\n" * 100
    with pytest.raises(ListingError, match=r"^x\.csv:3: a quote"):
        _read(text, "x.csv")


def test_csv_of_other_things_is_no_listing() -> None:
    with pytest.raises(ListingError):
        _read("name,street,city\nA,B,C\nD,E,F\n", "x.csv")


def test_m3u_with_extinf_and_without() -> None:
    text = (
        "#EXTM3U\n#PLAYLIST:Late\n#EXTINF:231,A Band - One\na.mp3\n#EXTINF:-1,B Band - Two\nb.mp3\n"
        "/music/03 - C Band - Three.mp3\n"
    )
    listing = _read(text, "x.m3u")
    assert listing.title == "Late"
    assert _pairs(listing) == [("A Band", "One"), ("B Band", "Two"), ("C Band", "Three")]
    assert [track.duration_ms for track in listing.tracks] == [231_000, None, None]


def test_m3u_names_artists_from_folders() -> None:
    text = "Music/Kate Bush/Hounds of Love/01 Cloudbusting.flac\nMusic/Kate Bush/Hounds of Love/02 Hello Earth.flac\n"
    assert _pairs(_read(text, "x.m3u8")) == [("Kate Bush", "Cloudbusting"), ("Kate Bush", "Hello Earth")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:9,\nseg1.ts\n", "stream"),
        ('#EXTM3U\n#EXTINF:-1 tvg-id="a" group-title="b",Channel\nhttp://x/1\n', "channels"),
        ("#EXTM3U\n", "no entries"),
    ],
)
def test_m3u_of_other_things(text: str, reason: str) -> None:
    with pytest.raises(ListingError, match=reason):
        _read(text, "x.m3u")


def test_pls_in_the_order_of_its_numbers() -> None:
    text = (
        "[playlist]\nFile2=b.mp3\nTitle2=B - Two\nLength2=60\nFile1=a.mp3\nTitle1=A - One\n"
        "Length1=-1\nNumberOfEntries=2\n"
    )
    listing = _read(text, "x.pls")
    assert _pairs(listing) == [("A", "One"), ("B", "Two")]
    assert [track.duration_ms for track in listing.tracks] == [None, 60_000]


XSPF = '<?xml version="1.0" encoding="UTF-8"?><playlist version="1" xmlns="http://xspf.org/ns/0/">{}</playlist>'


def test_xspf_with_identifiers() -> None:
    rows = (
        f"<title>Evening</title><trackList><track><location>{URI}</location>"
        "<title>One &amp; two</title><creator>A</creator>"
        "<album>B</album><duration>1500</duration><identifier>isrc:USWB17700001</identifier></track></trackList>"
    )
    listing = _read(XSPF.format(rows), "x.xspf")
    track = listing.tracks[0]
    assert (listing.title, track.title, track.uri, track.isrc, track.duration_ms) == (
        "Evening",
        "One & two",
        URI,
        "USWB17700001",
        1500,
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (XSPF.format("<trackList/>"), "no tracks"),
        ('<?xml version="1.0"?>\n<playlist xmlns="http://xspf.org/ns/0/">\n<track>', r"x\.xspf:3: not valid XML"),
        (
            '<!DOCTYPE p [<!ENTITY a "b">]><playlist xmlns="http://xspf.org/ns/0/"><title>&a;</title></playlist>',
            "entities",
        ),
    ],
)
def test_broken_xspf(text: str, reason: str) -> None:
    with pytest.raises(ListingError, match=reason):
        _read(text, "x.xspf")


def test_cue_lengths_and_the_disc_as_default() -> None:
    text = (
        'PERFORMER "A Band"\nTITLE "An Album"\nREM DATE 1985\nFILE "a.wav" WAVE\n  TRACK 01 AUDIO\n    TITLE "One"\n'
        '    INDEX 01 00:00:00\n  TRACK 02 AUDIO\n    TITLE "Two"\n    PERFORMER "A Band"\n    INDEX 01 03:20:00\n'
    )
    listing = _read(text, "x.cue")
    assert (listing.title, listing.albums, listing.year) == ("An Album", ("An Album",), 1985)
    assert _pairs(listing) == [("A Band", "One"), ("A Band", "Two")]
    assert [track.duration_ms for track in listing.tracks] == [200_000, None]


PLIST = '<?xml version="1.0"?><plist version="1.0"><dict>{}</dict></plist>'


def test_itunes_playlists_before_the_library() -> None:
    def entry(key: int, name: str) -> str:
        return f"<key>{key}</key><dict><key>Name</key><string>{name}</string><key>Artist</key><string>A</string></dict>"

    def playlist(name: str, ids: tuple[int, ...], more: str = "") -> str:
        items = "".join(f"<dict><key>Track ID</key><integer>{i}</integer></dict>" for i in ids)
        return (
            f"<dict><key>Name</key><string>{name}</string>{more}<key>Playlist Items</key><array>{items}</array></dict>"
        )

    tracks = f"<key>Tracks</key><dict>{entry(1, 'One')}{entry(2, 'Two')}</dict>"
    lists = playlist("Library", (1, 2), "<key>Master</key><true/>") + playlist("Mine", (2, 1, 7))
    found = readings(Source(PLIST.format(f"{tracks}<key>Playlists</key><array>{lists}</array>").encode(), "x.xml"))
    assert [reading.tracklist.title for reading in found] == ["Mine", "Library"]
    assert [track.title for track in found[0].tracklist.tracks] == ["Two", "One"]


def test_json_of_objects_and_of_web_answers() -> None:
    objects = [{"song": "One", "performer": "A", "length": "3:51"}, {"song": "Two", "performer": "B", "length": None}]
    listing = _read(json.dumps(objects), "x.json")
    assert [(t.artist, t.title, t.duration_ms) for t in listing.tracks] == [("A", "One", 231_000), ("B", "Two", None)]
    track = {"type": "track", "name": "One", "artists": [{"name": "A"}, {"name": "B"}], "duration_ms": 1500, "uri": URI}
    answer = {
        "name": "Mine",
        "items": {"items": [{"item": track}, {"item": None}, {"track": {"type": "episode", "name": "x"}}]},
    }
    listing = _read(json.dumps(answer), "x.json")
    assert listing.title == "Mine"
    assert [(t.artist, t.title, t.duration_ms, t.uri) for t in listing.tracks] == [("A, B", "One", 1500, URI)]


@pytest.mark.parametrize("text", ['{"a": 1', "[1, 2, 3]", '{"tracks": []}', '[{"name": "x", "age": 3}]', "[" * 10_000])
def test_json_without_a_listing(text: str) -> None:
    with pytest.raises(ListingError, match=r"^x\.json"):
        _read(text, "x.json")


def test_yaml_aliases_are_refused() -> None:
    with pytest.raises(ListingError, match=r"x\.yaml:2: .*alias"):
        _read("a: &a [x, y]\nb: [*a, *a]\n", "x.yaml")


def test_wikitext_editions_are_listings_of_their_own() -> None:
    rows = "|title1=One|length1=3:00|title2=Two|title3=Three"
    box = "{{Infobox album|name=N|artist=[[A]]}}\n"
    text = f"{box}{{{{Track listing{rows}}}}}\n{{{{Track listing{rows}|title4=Four}}}}\n"
    found = readings(Source(text.encode(), "x.wiki"))
    assert [len(reading.tracklist.tracks) for reading in found] == [3, 4]
    assert found[0].tracklist.albums == ("N",)


def test_html_notes_name_the_line() -> None:
    rows = "\n".join(f"<li>A Band - Song {word}</li>" for word in ("Red", "Blue", "Green"))
    text = f"<html><body>\n<h2>Tracklist</h2>\n<ol>\n{rows}\n<li>Interlude of sorts</li>\n</ol></body></html>"
    reading = _reading(text, "x.html")
    assert [note.line for note in reading.notes] == [7]


def test_html_shows_no_scripts_menus_or_hidden_parts() -> None:
    row = "<li>{} Band - Song {}</li>"
    text = (
        "<html><body><nav><ul>" + row.format("M", 1) * 9 + "</ul></nav><script>1. X - Y</script>"
        "<div style='display:none'>"
        "<ol>" + row.format("H", 2) * 9 + "</ol></div><h2>Tracks</h2><ol>"
        + "".join(row.format(letter, letter) for letter in "ABCDE") + "</ol></body></html>"
    )  # fmt: skip
    assert [track.artist for track in _read(text, "x.html").tracks] == [f"{letter} Band" for letter in "ABCDE"]


def test_conflict_marks_are_for_toml_and_every_format_has_a_module() -> None:
    assert len(set(FORMATS)) == len(FORMATS)
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in SUFFIXES)
    for name in FORMATS:
        with pytest.raises(ListingError):
            readings(Source(b"# nothing of that kind\n", "x"), name)
