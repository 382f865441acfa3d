"""`playlist list`."""

from __future__ import annotations

import json

import click

from playlist_builder.cli.options import app_of, json_option
from playlist_builder.errors import PlaylistError


@click.command("list", epilog="Example: playlist list")
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> int:
    """The listings there are, and what each holds."""
    from rich.table import Table
    from rich.text import Text

    from playlist_builder.report.text import clean
    from playlist_builder.store.listings import ListingFile, Listings

    app = app_of(ctx)
    listings = Listings(app.settings)
    rows: list[tuple[ListingFile, str, int, str | None]] = []
    for item in listings.all():
        try:
            tracklist = item.read()
            rows.append((item, tracklist.title, len(tracklist.tracks), None))
        except PlaylistError as error:
            rows.append((item, "", 0, error.message))
    if as_json:
        objects = [
            {
                "name": item.name,
                "path": str(item.path),
                "shipped": item.shipped,
                "title": clean(title) or None,
                "tracks": count if problem is None else None,
                "error": clean(problem) if problem else None,
            }
            for item, title, count, problem in rows
        ]
        click.echo(
            json.dumps(
                {"version": 1, "directory": str(listings.directory), "listings": objects}, ensure_ascii=False, indent=2
            )
        )
        return 0
    if not rows:
        app.out.print("There is no listing yet. Import one: playlist import FILE")
        app.out.print(Text(f"Your listings: {listings.directory}", "dim"), soft_wrap=True)
        return 0
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Name")
    table.add_column("Title")
    table.add_column("Tracks", justify="right")
    table.add_column("")
    for item, title, count, problem in rows:
        note = "unreadable" if problem else "ships with the package" if item.shipped else ""
        table.add_row(
            Text(clean(item.name)), Text(clean(title)), str(count) if problem is None else "–", Text(note, "dim")
        )
    app.out.print(table)
    app.out.print(Text(f"Your listings: {listings.directory}", "dim"), soft_wrap=True)
    for *_, problem in rows:
        if problem:
            app.err.print(Text(clean(problem), "red"), soft_wrap=True)
    return 0
