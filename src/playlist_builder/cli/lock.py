"""`playlist lock`."""

from __future__ import annotations

import click

from playlist_builder.cli.options import app_of, json_option, names_argument, service_option


@click.command("lock", epilog="Example: playlist lock rocky-iv && git add playlists/rocky-iv.lock.toml")
@names_argument
@click.option("--refresh", is_flag=True, help="Search again for what was decided automatically, past the cache.")
@service_option
@json_option
@click.pass_context
def command(
    ctx: click.Context, names: tuple[str, ...], all_: bool, refresh: bool, service: str | None, as_json: bool
) -> int:
    """Find a listing's tracks and write its lock file; no playlist is touched."""
    from playlist_builder import builder
    from playlist_builder.cli.run import choose, run_listings

    app = app_of(ctx)
    options = builder.Options(refresh=refresh)
    return run_listings(
        app, app.service_name(service), choose(app, names, all_), options, builder.lock, as_json=as_json, several=all_
    )
