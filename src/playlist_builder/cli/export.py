"""`playlist export`: the matched playlist as a file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from playlist_builder.cli.options import app_of, name_argument, output_option, service_option, write_output
from playlist_builder.errors import ListingError, UsageError


@click.command("export", epilog="Example: playlist export rocky-iv --format xspf -o rocky-iv.xspf")
@name_argument
@click.option(
    "--format",
    "format_",
    metavar="FORMAT",
    type=click.Choice(["xspf", "jspf", "csv", "m3u8"]),
    required=True,
    help="xspf, jspf or csv (m3u8 for services with file paths).",
)
@output_option
@service_option
@click.pass_context
def command(ctx: click.Context, name: str, format_: str, output: Path | None, service: str | None) -> int:
    """Write the matched rows as a playlist file, with the identifiers that the format has a place for. No request."""
    from playlist_builder import export
    from playlist_builder.cli.known import known
    from playlist_builder.report.text import command_line
    from playlist_builder.report.words import plural

    app = app_of(ctx)
    if format_ not in export.FORMATS:
        raise UsageError(
            f"{format_} lists files, and {app.service_name(service)} has no file paths. "
            f"Formats for it: {', '.join(export.FORMATS)}."
        )
    found = known(app, name, service)
    tracks = export.rows(found.matches)
    if not tracks:
        first = command_line("sync", name, found.service)
        raise ListingError(f"No row of {name} has a recording yet. First: {first} (or lock)")
    text = export.dump(found.loaded.tracklist, found.matches, format_)
    if output is None:
        sys.stdout.write(text)
        return 0
    left_out = len(found.matches) - len(tracks)
    more = f"; {left_out} without a recording left out" if left_out else ""
    write_output(app, output, text, f": {plural(len(tracks), 'track')}{more}.")
    return 0
