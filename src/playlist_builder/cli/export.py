"""`playlist export`: the matched playlist as a file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from playlist_builder.cli.options import app_of, name_argument, service_option
from playlist_builder.errors import ListingError, UsageError


@click.command("export", epilog="Example: playlist export rocky-iv --format xspf -o rocky-iv.xspf")
@name_argument
@click.option("--format", "format_", type=click.Choice(["xspf", "jspf", "csv", "m3u8"]), required=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file.")
@service_option
@click.pass_context
def command(ctx: click.Context, name: str, format_: str, output: Path | None, service: str | None) -> int:
    """Write the matched rows as a playlist file, with the identifiers that the format has a place for. No request."""
    from playlist_builder import export
    from playlist_builder.cli.known import known
    from playlist_builder.store.files import replace_file

    app = app_of(ctx)
    if format_ not in export.FORMATS:
        raise UsageError(
            f"{format_} lists files, and {app.service_name(service)} has no file paths. "
            f"Formats for it: {', '.join(export.FORMATS)}."
        )
    found = known(app, name, service)
    tracks = export.rows(found.matches)
    if not tracks:
        raise ListingError(f"No row of {name} has a recording yet. First: playlist sync {name} or playlist lock {name}")
    text = export.dump(found.loaded.tracklist, found.matches, format_)
    if output is None:
        sys.stdout.write(text)
        return 0
    replace_file(output, text.encode())
    left_out = len(found.matches) - len(tracks)
    more = f"; {left_out} without a recording left out" if left_out else ""
    app.err.print(f"Wrote {output.absolute()}: {len(tracks)} tracks{more}.", markup=False, soft_wrap=True)
    return 0
