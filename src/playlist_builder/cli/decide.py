"""`playlist pin`, `skip`, `later`, `unpin`: decisions without a conversation."""

from __future__ import annotations

import contextlib

import click

from playlist_builder.builder import Loaded
from playlist_builder.cli.app import App
from playlist_builder.cli.options import app_of, name_argument, service_option
from playlist_builder.store.lock import Decision


@click.command("pin", epilog="Example: playlist pin rocky-iv 5 spotify:track:2KH16WveTQWT6KOG9Rg6e2")
@name_argument
@click.argument("row")
@click.argument("uri")
@service_option
@click.pass_context
def pin(ctx: click.Context, name: str, row: str, uri: str, service: str | None) -> int:
    """Choose the recording for a row: ROW is its number, or part of its title; URI a link or a URI."""
    from playlist_builder.errors import UsageError
    from playlist_builder.services import uri_of

    app = app_of(ctx)
    chosen = uri_of(app.service_name(service), uri, "track")
    if chosen is None:
        raise UsageError(f"{uri!r} is no track link, such as https://open.spotify.com/track/… or spotify:track:….")
    known = _known(app, name, row, service, chosen)
    decision = Decision(decided="person", uri=chosen, name=known[0], isrc=known[1])
    return _keep(app, name, row, service, decision, "will be", known[0] or chosen)


@click.command("skip", epilog="Example: playlist skip rocky-iv 10")
@name_argument
@click.argument("row")
@service_option
@click.pass_context
def skip(ctx: click.Context, name: str, row: str, service: str | None) -> int:
    """Leave a row out for good."""
    from playlist_builder.decisions import SKIP

    return _keep(app_of(ctx), name, row, service, SKIP, "is", "left out")


@click.command("later", epilog="Example: playlist later rocky-iv Montage")
@name_argument
@click.argument("row")
@service_option
@click.pass_context
def later(ctx: click.Context, name: str, row: str, service: str | None) -> int:
    """Keep looking for a row without asking: a known gap."""
    from playlist_builder.decisions import LATER

    return _keep(app_of(ctx), name, row, service, LATER, "is", "a known gap; each sync keeps looking")


@click.command("unpin", epilog="Example: playlist unpin rocky-iv 5")
@name_argument
@click.argument("row")
@service_option
@click.pass_context
def unpin(ctx: click.Context, name: str, row: str, service: str | None) -> int:
    """Take a decision of yours back: the next sync searches the row again."""
    from playlist_builder.store.lock import row_keys
    from playlist_builder.store.state import Place, key_text

    app = app_of(ctx)
    code = _keep(app, name, row, service, None, "is", "undecided again")
    loaded, where, at, account = _opened(app, name, row, service)
    with contextlib.closing(app.state(where)) as state:
        place = Place(service=where, account=account, listing=name)
        rows = state.rows(place)
        rows.pop(key_text(row_keys(loaded.tracklist.tracks)[at]), None)
        state.keep_rows(place, rows)
    return code


def _opened(app: App, name: str, row: str, service: str | None) -> tuple[Loaded, str, int, str]:
    """The listing, the service, the row from 0 and the account."""
    from playlist_builder.cli.run import load
    from playlist_builder.decisions import find_row
    from playlist_builder.services import stored_account
    from playlist_builder.store.listings import Listings

    where = app.service_name(service)
    loaded = load(app, where, Listings(app.settings).find(name), adopt=True)
    account = stored_account(app.settings, where)
    return loaded, where, find_row(loaded, row), account.id if account else ""


def _keep(app: App, name: str, row: str, service: str | None, decision: Decision | None, verb: str, what: str) -> int:
    from playlist_builder.decisions import decide
    from playlist_builder.report.text import clean, command_line
    from playlist_builder.report.words import label

    loaded, where, at, _ = _opened(app, name, row, service)
    if decision is None and loaded.decisions(where)[at] is None:
        verb, what = "has", "no decision to take back"
    decide(loaded, where, at, decision)
    if app.verbosity >= 0:
        track = loaded.tracklist.tracks[at]
        app.out.print(f"Row {at + 1} ({label(track)}) {verb} {clean(what)}.", markup=False, soft_wrap=True)
        app.out.print(f"Next: {command_line('sync', name, where)}", markup=False, soft_wrap=True)
    return 0


def _known(app: App, name: str, row: str, service: str | None, uri: str) -> tuple[str | None, str | None]:
    """Name and ISRC of a recording that the state happens to know, or that is among the row's candidates."""
    from playlist_builder.cli.known import known
    from playlist_builder.decisions import find_row

    found = known(app, name, service)
    candidates = {c.recording.uri: c.recording for c in found.matches[find_row(found.loaded, row)].candidates}
    with contextlib.closing(app.state(found.service)) as state:
        recording = state.recordings([uri]).get(uri) or candidates.get(uri)
        if recording is not None and recording.title:
            state.keep_recordings([recording])
    return (recording.label, recording.isrc) if recording is not None else (None, None)
