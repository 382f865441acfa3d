"""`playlist edit`: the listing in one's editor."""

from __future__ import annotations

import click

from playlist_builder.cli.options import app_of, name_argument
from playlist_builder.errors import PlaylistError, UsageError


@click.command("edit", epilog="Example: EDITOR=nano playlist edit rocky-iv")
@name_argument
@click.pass_context
def command(ctx: click.Context, name: str) -> int:
    """Open a listing in your editor (VISUAL or EDITOR), and check it afterwards."""
    from playlist_builder.report.text import command_line
    from playlist_builder.report.words import plural
    from playlist_builder.store.listings import Listings

    app = app_of(ctx)
    listings = Listings(app.settings)
    item = listings.adopt(listings.find(name))
    try:
        click.edit(filename=str(item.path))
    except click.ClickException as error:
        raise UsageError(f"{error.format_message().rstrip('.')}. Set EDITOR, or open {item.path} yourself.") from error
    try:
        tracklist = item.read()
    except PlaylistError as error:
        raise type(error)(
            f"{error.message} The file was kept; open it again with: {command_line('edit', name)}"
        ) from error
    words = f"{item.path}: {plural(len(tracklist.tracks), 'track')}."
    app.out.print(f"{words} Next: {command_line('sync', name, app.settings.service)}", markup=False, soft_wrap=True)
    return 0
