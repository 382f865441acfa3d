"""`playlist explain`: why a row became what it is."""

from __future__ import annotations

import click

from playlist_builder.cli.options import app_of, json_option, name_argument, service_option


@click.command("explain", epilog="Example: playlist explain rocky-iv War")
@name_argument
@click.argument("row")
@service_option
@json_option
@click.pass_context
def command(ctx: click.Context, name: str, row: str, service: str | None, as_json: bool) -> int:
    """Say why a row became what it is: every search, every candidate, each part of its score."""
    from playlist_builder.cli.known import known
    from playlist_builder.decisions import find_row
    from playlist_builder.report import explain

    app = app_of(ctx)
    found = known(app, name, service)
    at = find_row(found.loaded, row)
    if as_json:
        import json

        click.echo(json.dumps(explain.as_object(name, at, found.matches[at]), ensure_ascii=False, indent=2))
    else:
        app.out.print(explain.text(at, found.matches[at]))
    return 0
