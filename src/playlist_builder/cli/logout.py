"""`playlist logout`: forgets the login and what the service answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from playlist_builder.cli.options import service_option

if TYPE_CHECKING:
    from playlist_builder.cli.app import App


@click.command(epilog="Example: playlist logout")
@service_option
@click.pass_obj
def command(app: App, service: str | None) -> None:
    """Delete the login and the cached answers. Listings, locks and the history stay."""
    from playlist_builder.services.spotify import forget

    name = app.service_name(service)
    was_there, caches = forget(app.settings, name)
    gone = " and ".join([*(["the login"] if was_there else []), *(["the cached answers"] if caches else [])])
    words = f"Deleted {gone}." if gone else "There was neither a login nor a cached answer."
    app.out.print(f"{words} Listings, locks and history are kept.", soft_wrap=True)
    if name != "demo":
        if app.settings.token:
            app.err.print("PLAYLIST_TOKEN is still set, and works as a login.", markup=False)
        app.out.print("To take the app's permission back as well: https://www.spotify.com/account/apps", soft_wrap=True)
