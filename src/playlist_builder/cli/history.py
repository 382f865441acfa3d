"""`playlist history`: what was written when."""

from __future__ import annotations

import contextlib
import json

import click

from playlist_builder.cli.options import app_of, json_option, name_argument, service_option


@click.command("history", epilog="Example: playlist history rocky-iv")
@name_argument
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=20, metavar="N", help="How many runs to show (default: 20)."
)
@service_option
@json_option
@click.pass_context
def command(ctx: click.Context, name: str, limit: int, service: str | None, as_json: bool) -> int:
    """Say what was written to a listing's playlist, when, and by which run. Asks the service nothing."""
    from rich.table import Table
    from rich.text import Text

    from playlist_builder.cli.known import place_of
    from playlist_builder.report.text import clean, command_line

    app = app_of(ctx)
    place = place_of(app, name, service)
    with contextlib.closing(app.state(place.service)) as state:
        runs = state.runs(place, limit)
    if as_json:
        objects = [
            {
                "id": run.id,
                "kind": run.kind,
                "started": run.started,
                "ended": run.ended,
                "code": run.code,
                "playlist_id": run.playlist_id,
                "created": run.created,
                "changes": {"added": run.added, "removed": run.removed, "moved": run.moved},
                "waiting": [clean(text) for text in run.waiting],
                "requests": run.requests,
                "message": clean(run.message) or None,
            }
            for run in runs
        ]
        click.echo(json.dumps({"version": 1, "listing": name, "runs": objects}, ensure_ascii=False, indent=2))
        return 0
    if not runs:
        words = f"Nothing was written for {name} yet. Next: {command_line('sync', name, place.service)}"
        app.out.print(words, markup=False, soft_wrap=True)
        return 0
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("When", "What", "Added", "Removed", "Moved", "Outcome"):
        table.add_column(heading, justify="right" if heading in ("Added", "Removed", "Moved") else "left")
    for run in runs:
        kind = "created" if run.created else run.kind
        counts = (str(count) if count else "" for count in (run.added, run.removed, run.moved))
        table.add_row(
            Text(run.started.replace("T", " ")[:16]),
            kind,
            *counts,
            Text(_outcome(run.code, run.message, len(run.waiting))),
        )
    app.out.print(table)
    back = f"To put back what was there before the last write: {command_line('undo', name, place.service)}"
    app.out.print(Text(f"Times are UTC. {back}", "dim"), soft_wrap=True)
    return 0


def _outcome(code: int | None, message: str, waiting: int) -> str:
    from playlist_builder.report.text import clean

    if code is None:
        return "cut off"
    if message:
        return clean(message)[:60]
    return f"done, {waiting} {'needs' if waiting == 1 else 'need'} you" if waiting else "done"
