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
    from playlist_builder.store.listings import Listings

    app = app_of(ctx)
    listings = Listings(app.settings)
    item = listings.adopt(listings.find(name))
    try:
        click.edit(filename=str(item.path))
    except click.ClickException as error:
        raise UsageError(f"{error.format_message()} Set EDITOR, or open {item.path} yourself.") from error
    try:
        tracklist = item.read()
    except PlaylistError as error:
        raise type(error)(f"{error.message} The file was kept; open it again with: playlist edit {name}") from error
    app.out.print(
        f"{item.path}: {len(tracklist.tracks)} tracks. Next: playlist sync {name}", markup=False, soft_wrap=True
    )
    return 0
