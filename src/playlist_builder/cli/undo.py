"""`playlist undo`."""

from __future__ import annotations

import contextlib
import json

import click

from playlist_builder.cli.options import app_of, json_option, name_argument, service_option


@click.command("undo", epilog="Example: playlist undo rocky-iv")
@name_argument
@click.option("--force", is_flag=True, help="Also if the playlist changed since that write.")
@service_option
@json_option
@click.pass_context
def command(ctx: click.Context, name: str, force: bool, service: str | None, as_json: bool) -> int:
    """Put back what was in the playlist before the last write."""
    from playlist_builder import undo
    from playlist_builder.builder import Desk
    from playlist_builder.cli.known import place_of
    from playlist_builder.report.text import clean, command_line

    app = app_of(ctx)
    place = place_of(app, name, service)
    with app.open_service(place.service) as opened, contextlib.closing(app.state(place.service)) as state:
        desk = Desk(service=opened, state=state, clock=app.clock)
        done = undo.undo(desk, name, force=force)
        removed = done.created and _offer_removal(app, desk, name, done.name)
    changes = done.changes
    if as_json:
        counts = {"added": changes.added, "removed": changes.removed, "moved": changes.moved, "kept": changes.kept}
        made = {"version": 1, "listing": name, "changes": counts, "notes": [clean(note) for note in done.notes]}
        click.echo(json.dumps({**made, "playlist_removed": removed}, ensure_ascii=False, indent=2))
        return 0
    counts_of = ((changes.added, "put back"), (changes.removed, "taken out"), (changes.moved, "moved"))
    told = ", ".join(f"{count} {what}" for count, what in counts_of if count) or "nothing to put back"
    app.out.print(f"{clean(done.name)}: {told}.", markup=False, soft_wrap=True)
    for note in done.notes:
        app.out.print(clean(note), markup=False, soft_wrap=True)
    if done.created and not removed:
        remove = command_line("remove", name, place.service, "--remote")
        app.out.print(f"That write had created the playlist. To remove it: {remove}", markup=False, soft_wrap=True)
    return 0


def _offer_removal(app: object, desk: object, name: str, title: str) -> bool:
    """Asks a person whether the playlist that the write had created shall go; whether it went."""
    from playlist_builder.builder import Desk
    from playlist_builder.cli.app import App
    from playlist_builder.report.text import clean

    assert isinstance(app, App)
    assert isinstance(desk, Desk)
    if not app.interactive:
        return False
    question = f"That write had created the playlist {clean(title)!r}. Remove it from your library?"
    if not click.confirm(question, default=False, err=True):
        return False
    place = desk.place(name)
    remembered = desk.state.remembered(place)
    if remembered is not None:
        desk.service.remove_from_library(remembered.playlist_id)
        desk.state.forget(place)
    return True
