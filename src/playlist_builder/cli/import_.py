"""`playlist import`: any text, page, file or link becomes a listing."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from playlist_builder.cli.app import App
from playlist_builder.cli.options import app_of, json_option, service_option
from playlist_builder.errors import FIRST_CODES, ListingError, PlaylistError, UsageError
from playlist_builder.listing import FORMATS

if TYPE_CHECKING:
    from playlist_builder.importing import Found
    from playlist_builder.listing.source import Reading

PASTE = "Paste the track listing, then end with {key} on a line of its own. (Or give a file, an address or a link.)"


@click.command("import", epilog="Example: playlist import post.html --name rocky-iv")
@click.argument("sources", nargs=-1, metavar="SOURCE...")
@click.option("--name", metavar="NAME", help="The listing's name; made from the title if not given.")
@click.option(
    "--format",
    "format_",
    metavar="FORMAT",
    type=click.Choice(FORMATS),
    help=f"What the source is, if it is not seen by itself: {', '.join(FORMATS)}.",
)
@click.option("--pick", type=click.IntRange(1), metavar="N", help="Which listing, where a source holds several.")
@click.option(
    "--update", is_flag=True, help="SOURCE is a listing of yours: read its source again, keep what you added."
)
@click.option("--force", is_flag=True, help="Replace a listing of that name; the old one is kept as NAME.toml.bak.")
@click.option("-n", "--dry-run", is_flag=True, help="Show what was read; write nothing.")
@click.option("--allow-private", is_flag=True, help="Also read addresses on private networks.")
@service_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    sources: tuple[str, ...],
    name: str | None,
    format_: str | None,
    pick: int | None,
    update: bool,
    force: bool,
    dry_run: bool,
    allow_private: bool,
    service: str | None,
    as_json: bool,
) -> int:
    """Turn a text, page, table, playlist file or link into a listing. SOURCE: a file, an address, a link, or - for
    standard input."""
    app = app_of(ctx)
    if not sources:
        if not app.interactive:
            raise UsageError("Which source? A file, - for standard input, an http(s) address, or a Spotify link.")
        app.err.print(PASTE.format(key="Ctrl-Z and Enter" if sys.platform == "win32" else "Ctrl-D"), markup=False)
        sources = ("-",)
    if len(sources) > 1 and name:
        raise UsageError("--name names one listing; several sources make several.")
    reader = _Importer(app, name, format_, pick, force, dry_run, allow_private, service, as_json)
    objects: list[dict[str, Any]] = []
    codes: list[int] = []
    for source in sources:
        try:
            objects.append(reader.update(source) if update else reader.take(source))
        except PlaylistError as error:
            if len(sources) == 1:
                raise
            codes.append(error.code)
            objects.append(reader.failed(source, error))
    if as_json:
        made = objects[0] if len(sources) == 1 else {"version": 1, "results": objects}
        click.echo(json.dumps(made, ensure_ascii=False, indent=2))
    return next((code for code in FIRST_CODES if code in codes), 0)


class _Importer:
    def __init__(
        self,
        app: App,
        name: str | None,
        format_: str | None,
        pick: int | None,
        force: bool,
        dry_run: bool,
        allow_private: bool,
        service: str | None,
        as_json: bool,
    ) -> None:
        self.app = app
        self.name = name
        self.format = format_
        self.pick = pick
        self.force = force
        self.dry_run = dry_run
        self.allow_private = allow_private
        self.service = service
        self.as_json = as_json

    def take(self, source: str) -> dict[str, Any]:
        """Reads one source, shows it, writes its listing; the JSON object."""
        from playlist_builder.store.listings import check_name

        found = self.read(source)
        at = self.chosen(found)
        reading = found.readings[at]
        name = check_name(self.name or found.name(at))
        if not self.as_json and self.app.verbosity >= 0:
            self.show(reading, name)
        if not self.dry_run:
            self.write(name, reading, found)
        return _object(name, reading)

    def update(self, source: str) -> dict[str, Any]:
        """Reads a listing's source again and changes the file where it says something else."""
        from playlist_builder import importing
        from playlist_builder.store.files import replace_file
        from playlist_builder.store.listings import Listings

        listings = Listings(self.app.settings)
        item = listings.find(source)
        before = item.read()
        if item.path.suffix != ".toml" or not before.source:
            raise ListingError(f'{item.path}: it names no source to read again. Add source = "https://…" at its top.')
        found = self.read(before.source)
        reading = found.readings[self.chosen(found)]
        done = importing.update(item.path.read_text("utf-8"), before, reading.tracklist)
        if not self.as_json:
            for line in done.changes or ("Nothing changed.",):
                self.say(line)
        if done.changes and not self.dry_run:
            from playlist_builder.listing import read

            read(done.text.encode(), str(item.path))  # what is written can be read
            item = listings.adopt(item)
            replace_file(item.path, done.text.encode())
            self.say(f"Wrote {item.path}")
        return _object(item.name, reading) | {"changes": list(done.changes)}

    def read(self, source: str) -> Found:
        """What a source holds; raises `ListingError` that says what, where and why."""
        from playlist_builder import importing

        if source == "-":
            return importing.read_text(_stdin(), "standard input", self.format, stem=self.name or "")
        if importing.is_link(source):
            return self._linked(source)
        if source.lower().startswith(("http://", "https://")):
            return self._fetched(source)
        return importing.read_file(Path(source), self.format, self.name or "")

    def _linked(self, source: str) -> Found:
        from playlist_builder import importing

        with self.app.open_service(self.app.service_name(self.service)) as service:
            reading = importing.from_service(service, source)
        if reading is None:
            raise ListingError(f"{source}: no album or playlist link that can be read.")
        return importing.Found(source=source, readings=(reading,))

    def _fetched(self, url: str) -> Found:
        from playlist_builder import importing
        from playlist_builder.fetch import fetch

        page = fetch(url, self.app.clock, allow_private=self.allow_private)
        found = importing.read_text(page.content, page.url, self.format, page.charset, self.name or "")
        own = found.readings[0].format == "toml"
        lock = None
        if own:
            try:
                lock = fetch(_lock_url(page.url), self.app.clock, allow_private=self.allow_private).content
            except ListingError:
                lock = None  # a listing without a lock beside it
        readings = tuple(
            reading if reading.tracklist.source else replace(reading, tracklist=replace(reading.tracklist, source=url))
            for reading in found.readings
        )
        return replace(found, readings=readings, lock=lock)

    def chosen(self, found: Found) -> int:
        """Which of several listings, from 0: the one picked, or asked for, or the best."""
        from playlist_builder.report.words import plural

        count = len(found.readings)
        if self.pick is not None:
            if self.pick > count:
                raise UsageError(f"--pick {self.pick}: {found.source} holds {plural(count, 'listing')}.")
            return self.pick - 1
        if count == 1:
            return 0
        self.say(f"{found.source} holds {count} listings:")
        for number, reading in enumerate(found.readings, 1):
            tracks = reading.tracklist.tracks
            self.say(
                f"  {number}. {reading.tracklist.title} ({plural(len(tracks), 'track')}, from {tracks[0].title!r})"
            )
        if self.app.interactive and not self.as_json:
            return int(click.prompt("Which one", type=click.IntRange(1, count), default=1, err=True)) - 1
        self.say("The first was taken; --pick N takes another.")
        return 0

    def show(self, reading: Reading, name: str) -> None:
        """The table of what was read, and what the reader was unsure of."""
        from rich.table import Table
        from rich.text import Text

        from playlist_builder.listing.toml import duration_text
        from playlist_builder.report.text import clean

        out = self.app.out
        tracklist = reading.tracklist
        out.print(Text(f"{clean(tracklist.title)}  ({name})", "bold"))
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("#", justify="right")
        table.add_column("Artist")
        table.add_column("Title")
        table.add_column("Time", justify="right")
        for number, track in enumerate(tracklist.tracks, 1):
            time = duration_text(track.duration_ms) if track.duration_ms else ""
            table.add_row(str(number), Text(clean(track.artist)), Text(clean(track.title)), time)
        out.print(table)
        for note in reading.notes:
            where = f"line {note.line}: " if note.line else ""
            words = f" | {clean(note.source)[:60]}" if note.source else ""
            out.print(Text(f"Note: {where}{clean(note.text)}{words}", "yellow"), soft_wrap=True)

    def write(self, name: str, reading: Reading, found: Found) -> None:
        """Writes the listing and the lock that came along; an existing one only with --force, which keeps it."""
        from playlist_builder.listing.toml import dump
        from playlist_builder.report.text import command_line
        from playlist_builder.store import lock as locks
        from playlist_builder.store.files import replace_file
        from playlist_builder.store.listings import Listings

        directory = Listings(self.app.settings).directory
        path = directory / f"{name}.toml"
        lock_path = locks.lock_path(path)
        if path.exists():
            if not self.force:
                raise ListingError(
                    f"{path} exists already. --force replaces it (and keeps it as {path.name}.bak), "
                    "--name gives another name, --update NAME reads its source again."
                )
            replace_file(path.with_name(f"{path.name}.bak"), path.read_bytes())
        if found.lock is not None:
            locks.parse(found.lock, f"{found.source} (its lock)")
        directory.mkdir(parents=True, exist_ok=True)
        replace_file(path, dump(reading.tracklist).encode())
        if found.lock is not None and not lock_path.exists():
            replace_file(lock_path, found.lock)
            self.say(f"The lock beside it came along: {lock_path}")
        self.say(f"Wrote {path}")
        self.say(f"Next: {command_line('sync', name, self.app.service_name(self.service))}")

    def say(self, text: str) -> None:
        from playlist_builder.report.text import clean

        if self.app.verbosity >= 0:
            console = self.app.err if self.as_json else self.app.out
            console.print(clean(text), markup=False, soft_wrap=True)

    def failed(self, source: str, error: PlaylistError) -> dict[str, Any]:
        from playlist_builder.report.json import error_object
        from playlist_builder.report.text import clean

        if not self.as_json:
            self.app.err.print(f"Error: {clean(error.message)}", style="red", markup=False, soft_wrap=True)
        return {"version": 1, "source": clean(source), "error": error_object(error)}


def _object(name: str, reading: Reading) -> dict[str, Any]:
    from playlist_builder.report.text import clean

    return {
        "version": 1,
        "name": name,
        "title": clean(reading.tracklist.title),
        "tracks": [
            {
                "artist": clean(track.artist),
                "title": clean(track.title),
                "duration_s": round(track.duration_ms / 1000) if track.duration_ms else None,
            }
            for track in reading.tracklist.tracks
        ],
    }


def _stdin() -> bytes:
    from playlist_builder.listing.source import MAX_BYTES

    return sys.stdin.buffer.read(MAX_BYTES + 1) if sys.stdin is not None else b""


def _lock_url(url: str) -> str:
    from urllib.parse import urlsplit, urlunsplit

    split = urlsplit(url)
    return urlunsplit(split._replace(path=split.path.removesuffix(".toml") + ".lock.toml"))
