"""How long and how much memory reading a listing takes: `python -m tests.benchmarks.listing`.

Times are processor time. Every format is read with 10,000 rows (bound: 1 s) and with twice as many (about twice as
long), and pages with 5 MB of prose (bound: 3 s). The largest accepted texts are read in a process of their own, whose
peak memory is told. Hostile texts are told with what became of them. Exit status 1 where a bound is missed.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping

from playlist_builder.errors import ListingError
from playlist_builder.listing import MOST_LINES, Source, readings
from playlist_builder.listing.source import MAX_BYTES

ROWS, PROSE = 10_000, 5_000_000
ROWS_BOUND, PROSE_BOUND = 1.0, 3.0


def say(text: str = "") -> None:
    """One line to the standard output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _rows(count: int) -> Iterator[tuple[int, str, str, str]]:
    for n in range(1, count + 1):
        yield n, f"Kings of {n % 97}", f"Song {n * 7919 % 99_991}", f"{n % 5 + 1}:{n % 50 + 10}"


def _joined(form: str, before: str = "", after: str = "") -> Callable[[int], str]:
    def text(count: int) -> str:
        return before + "".join(form.format(n=n, a=a, t=t, d=d) for n, a, t, d in _rows(count)) + after

    return text


def _json(count: int) -> str:
    return json.dumps({"title": "Rows", "tracks": [{"title": t, "artist": a} for _, a, t, _ in _rows(count)]})


def _itunes(count: int) -> str:
    tracks = "".join(
        f"<key>{n}</key><dict><key>Track ID</key><integer>{n}</integer><key>Name</key><string>{t}</string>"
        f"<key>Artist</key><string>{a}</string></dict>\n"
        for n, a, t, _ in _rows(count)
    )
    items = "".join(f"<dict><key>Track ID</key><integer>{n}</integer></dict>\n" for n in range(1, count + 1))
    return (
        f'<?xml version="1.0"?><plist version="1.0"><dict><key>Tracks</key><dict>{tracks}</dict><key>Playlists</key>'
        f"<array><dict><key>Name</key><string>Rows</string><key>Playlist Items</key><array>{items}</array></dict>"
        "</array></dict></plist>"
    )


FORMS: Mapping[str, tuple[str, Callable[[int], str]]] = {
    "numbered text": ("x.txt", _joined("{n}. {a} - {t} ({d})\n", "Tracklist\n")),
    "plain text": ("x.txt", _joined("{a} - {t}\n", "Tracklist\n")),
    "lines of parts": ("x.txt", _joined("{n}\n{t}\n{a}\n{d}\n", "Tracklist\n")),
    "Markdown list": ("x.md", _joined("{n}. **{a}** - *{t}*\n", "# Songs\n\n")),
    "Markdown table": ("x.md",
        _joined("| {n} | {a} | {t} | {d} |\n", "| # | Artist | Title | Time |\n|---|---|---|---|\n")),
    "BBCode": ("x.bbcode", _joined("[*][b]{a}[/b] - {t}\n", "[list]\n", "[/list]\n")),
    "HTML list": ("x.html", _joined("<li><b>{a}</b> - {t} ({d})</li>\n", "<h1>Songs</h1><ol>", "</ol>")),
    "HTML table": (
        "x.html",
        _joined("<tr><td>{n}<td>{a}<td>{t}<td>{d}</tr>\n",
                "<table><tr><th>#<th>Artist<th>Title<th>Time</tr>", "</table>"),
    ),
    "wikitext list": ("x.wiki", _joined("# [[{a}]] – ''{t}'' – {d}\n", "== Track listing ==\n")),
    "wikitext template": (
        "x.wiki",
        _joined("| title{n} = {t}\n| extra{n} = {a}\n",
                "{{Track listing\n| extra_column = Artist\n", "}}\n"),
    ),
    "wikitable": (
        "x.wiki",
        _joined("|-\n| {n} || {t} || {a} || {d}\n", '{|\n! # !! Title !! Artist !! Length\n', "|}\n"),
    ),
    "CSV": ("x.csv", _joined("{n},{a},{t},{d}\n", "number,artist,title,duration\n")),
    "M3U": ("x.m3u8", _joined("#EXTINF:200,{a} - {t}\n/music/{a}/{n}.mp3\n", "#EXTM3U\n")),
    "PLS": ("x.pls", _joined("File{n}=/m/{n}.mp3\nTitle{n}={a} - {t}\n", "[playlist]\n")),
    "XSPF": (
        "x.xspf",
        _joined(
            "<track><title>{t}</title><creator>{a}</creator></track>\n",
            '<playlist version="1" xmlns="http://xspf.org/ns/0/"><trackList>',
            "</trackList></playlist>",
        ),
    ),
    "CUE": ("x.cue", _joined('TRACK 01 AUDIO\n  TITLE "{t}"\n  PERFORMER "{a}"\n', 'FILE "x.wav" WAVE\n')),
    "iTunes XML": ("x.xml", _itunes),
    "JSON": ("x.json", _json),
    "YAML": ("x.yaml", _joined('- artist: {a}\n  title: "{t}"\n', "tracks:\n")),
    "TOML": ("x.toml", _joined('[[track]]\nartist = "{a}"\ntitle = "{t}"\n', 'title = "Rows"\n')),
}  # fmt: skip


def _prose(size: int, before: str = "", after: str = "\n\n") -> str:
    sentence = (
        "The band plays on the record what nobody has heard since, and the song - all of it - goes on for a while. "
    )
    paragraph = before + sentence * 6 + after
    return paragraph * (size // len(paragraph))


PAGES: Mapping[str, tuple[str, Callable[[int], str]]] = {
    "text": ("x.txt", _prose),
    "Markdown": ("x.md", lambda size: _prose(size, "Some **words** and *more*, [here](http://x.example). ")),
    "HTML": ("x.html", lambda size: _prose(size, "<p>Some <b>words</b> and <a href=x>more</a>. ", "</p>\n")),
    "wikitext": ("x.wiki", lambda size: _prose(size, "Some ''words'' and [[more|others]].<ref>x</ref> ")),
    "BBCode": ("x.bbcode", lambda size: _prose(size, "Some [b]words[/b] and [url=x]more[/url]. ")),
    "one line": ("x.txt", lambda size: _prose(size, after=" ")),
}

_BOMB = "<!DOCTYPE l [" + '<!ENTITY a0 "ha">' + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)
) + ']>'  # fmt: skip
HOSTILE: Mapping[str, tuple[str, Callable[[], str]]] = {
    "a million rows of CSV": ("x.csv", lambda: "artist,title\n" + "a,b\n" * 1_000_000),
    "a million rows of text": ("x.txt", lambda: _joined("{n}. {a} - {t}\n")(500_000)),
    "a million characters in one line": ("x.txt", lambda: "a - b " * 170_000),
    "… of Markdown": ("x.md", lambda: "**a* [b](" * 110_000),
    "… of quotes": ("x.txt", lambda: '"' * 1_000_000),
    "short lines, as many as are read": ("x.txt", lambda: "a - b\n" * (MOST_LINES - 1)),
    "empty lines": ("x.txt", lambda: "\n" * (MOST_LINES - 2) + "a - b"),
    "empty lines in wikitext": ("x.wiki", lambda: "\n" * (MOST_LINES - 2) + "a - b"),
    "bare numbers": ("x.txt", lambda: "".join(f"{n}\n" for n in range(MOST_LINES - 1))),
    "headings only": ("x.txt", lambda: "Tracklist\n" * (MOST_LINES - 1)),
    "blocks of two lines": ("x.txt", lambda: "Song\nBand\n\n" * (MOST_LINES // 3 - 1)),
    "deep HTML": ("x.html", lambda: "<div>" * 1_000_000),
    "deep lists in HTML": ("x.html", lambda: "<ol><li>" * 300_000),
    "deep JSON": ("x.json", lambda: "[" * 1_000_000),
    "deep YAML": ("x.yaml", lambda: "[" * 1_000_000),
    "YAML aliases": ("x.yaml", lambda: "a: &a [x]\nb: [" + "*a," * 100_000 + "]"),
    "deep templates": ("x.wiki", lambda: "{{a|" * 200_000 + "}}" * 200_000),
    "XML bomb, XSPF": ("x.xspf", lambda: f'{_BOMB}<playlist xmlns="http://xspf.org/ns/0/"><title>&a11;</title></playlist>'),
    "XML bomb, plist": ("x.xml", lambda: f'{_BOMB}<plist version="1.0"><string>&a11;</string></plist>'),
    "XML bomb, HTML": ("x.html", lambda: f"{_BOMB}<html><p>&a11;</p></html>"),
    "unbalanced quotes": ("x.csv", lambda: 'artist,title\n"a,b\n' + "c,d\n" * 200_000),
    "wide table": ("x.csv", lambda: "artist,title" + ",x" * 200_000 + "\na,b" + ",y" * 200_000),
    "spans": ("x.html", lambda: "<table>" + "<tr><td colspan=50 rowspan=50>x" * 20_000),
    "binary": ("x.txt", lambda: "\0\1\2" * 100_000),
}  # fmt: skip


def _read(name: str, text: str) -> tuple[float, str]:
    """(seconds, what became of it)."""
    content = text.encode()
    start = time.process_time()
    try:
        outcome = f"{len(readings(Source(content, name))[0].tracklist.tracks):,} rows"
    except ListingError as error:
        outcome = str(error).removeprefix(name).lstrip(":1234567890 ")
    return time.process_time() - start, outcome


def _in_child(name: str, make: Callable[[], str]) -> tuple[float, str, float]:
    """(seconds, what became of it, peak MiB) of a reading in a process of its own."""
    receiver, sender = multiprocessing.get_context("fork").Pipe(duplex=False)

    def work() -> None:
        seconds, outcome = _read(name, make())
        sender.send((seconds, outcome, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))

    child = multiprocessing.get_context("fork").Process(target=work)
    child.start()
    child.join()
    found: tuple[float, str, float] = receiver.recv() if receiver.poll() else (0.0, f"DIED ({child.exitcode})", 0.0)
    return found


def show_growth() -> list[str]:
    """Tells the time of every format for some rows and twice as many; returns what missed a bound."""
    missed = []
    say(f"{ROWS:,} rows (bound {ROWS_BOUND} s)       time  twice the rows  ratio")
    for label, (name, make) in FORMS.items():
        _read(name, make(50))
        once, outcome = _read(name, make(ROWS))
        twice, _ = _read(name, make(2 * ROWS))
        say(f"  {label:24} {once:8.2f} s {twice:13.2f} s {twice / once:6.1f}   {outcome}")
        if once > ROWS_BOUND or outcome != f"{ROWS:,} rows":
            missed.append(f"{label}: {once:.2f} s, {outcome}")
    return missed


def show_prose() -> list[str]:
    """Tells the time of pages of prose; returns what missed a bound."""
    missed = []
    say(f"\n{PROSE / 1e6:.0f} MB of prose (bound {PROSE_BOUND} s)     time  half the text  ratio")
    for label, (name, make) in PAGES.items():
        half, _ = _read(name, make(PROSE // 2))
        once, outcome = _read(name, make(PROSE))
        say(f"  {label:24} {once:8.2f} s {half:13.2f} s {once / half:6.1f}   {outcome[:60]}")
        if once > PROSE_BOUND:
            missed.append(f"prose as {label}: {once:.2f} s")
    return missed


def show_largest() -> None:
    """Tells time and peak memory of the largest texts that are accepted."""
    say("\nthe largest accepted              time    peak")
    largest = {
        f"{label}, {MAX_BYTES / 1e6:.0f} MB of prose": (name, lambda m=make: m(MAX_BYTES - 1000))
        for label, (name, make) in PAGES.items()
    }
    rows = (MOST_LINES - 10) // 2
    for label in ("numbered text", "CSV", "M3U"):
        name, make = FORMS[label]
        largest[f"{label}, {rows:,} rows"] = (name, lambda m=make: m(rows))
    for label, (name, made) in largest.items():
        seconds, outcome, peak = _in_child(name, made)
        say(f"  {label:32} {seconds:6.1f} s {peak:6.0f} MiB   {outcome[:60]}")


def show_hostile() -> None:
    """Tells time, peak memory and outcome of hostile texts."""
    say("\nhostile                           time    peak")
    for label, (name, made) in HOSTILE.items():
        seconds, outcome, peak = _in_child(name, made)
        say(f"  {label:34} {seconds:6.2f} s {peak:5.0f} MiB   {outcome[:70]}")


def main() -> int:
    missed = show_growth() + show_prose()
    show_largest()
    show_hostile()
    for line in missed:
        say(f"MISSED  {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
