"""`playlist sync`."""

from __future__ import annotations

from typing import cast

import click

from playlist_builder.cli.options import Seconds, app_of, json_option, names_argument, service_option
from playlist_builder.errors import UsageError
from playlist_builder.model import Accept


@click.command("sync", epilog="Example: playlist sync rocky-iv --service demo")
@names_argument
@click.option("-n", "--dry-run", is_flag=True, help="Match and say what would change; write nothing.")
@click.option("--prune", is_flag=True, help="Also remove tracks that you added by hand (never local files, episodes).")
@click.option(
    "--accept",
    type=click.Choice(["exact", "confident", "likely"]),
    help="Which candidates go in: only exact ones, sure ones (default), or likely ones too.",
)
@click.option("--refresh", is_flag=True, help="Search again for what was decided automatically, past the cache.")
@click.option("--locked", is_flag=True, help="Apply the lock alone: no search, exit 3 if it lacks a row.")
@click.option("-y", "--yes", is_flag=True, help="Go on even if many tracks would be removed.")
@click.option("--wait", type=Seconds(0, 86_400), default=60.0, metavar="S",
              help="Longest wait for rate limits, seconds in all (default: 60).")  # fmt: skip
@click.option("--max-requests", type=click.IntRange(0), metavar="N", help="Catalogue requests this run may send.")
@service_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    names: tuple[str, ...],
    all_: bool,
    dry_run: bool,
    prune: bool,
    accept: str | None,
    refresh: bool,
    locked: bool,
    yes: bool,
    wait: float,
    max_requests: int | None,
    service: str | None,
    as_json: bool,
) -> int:
    """Find a listing's tracks and create or update its playlist, in order."""
    from playlist_builder import builder
    from playlist_builder.cli.run import choose, run_listings

    if locked and refresh:
        raise UsageError("--locked searches nothing, --refresh searches again: give one of them.")
    app = app_of(ctx)
    options = builder.Options(
        dry_run=dry_run,
        prune=prune,
        accept=cast("Accept | None", accept),
        refresh=refresh,
        locked=locked,
        yes=yes,
        by_name=not all_,
    )
    return run_listings(
        app,
        app.service_name(service),
        choose(app, names, all_),
        options,
        builder.sync,
        as_json=as_json,
        several=all_,
        wait_s=wait,
        max_requests=max_requests,
    )
