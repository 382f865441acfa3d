"""`playlist status`: what is in sync, what waits for a person, what is left of the day, when the login ends."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from playlist_builder.cli.options import app_of, json_option, service_option
from playlist_builder.errors import ConfigError, PlaylistError

if TYPE_CHECKING:
    from playlist_builder.builder import Loaded
    from playlist_builder.cli.app import App
    from playlist_builder.model import Account
    from playlist_builder.status import LastRun, Line
    from playlist_builder.store.state import Remembered, State

CODES = {0: "done", 1: "a bug", 4: "done", 5: "login needed", 6: "quota", None: "cut off"}


@dataclass
class Overview:
    """Everything that is shown."""

    service: str
    now: datetime
    lines: list[Line] = field(default_factory=list)
    checked: bool = False
    spent: int = 0
    sent: int = 0
    limit: int = 0
    paused_until: datetime | None = None
    account: Account | None = None
    warning: str | None = None
    remarks: list[str] = field(default_factory=list)
    error: PlaylistError | None = None


@click.command("status", epilog="Example: playlist status --check")
@click.option("--check", is_flag=True, help="Also look into the library once, for what was changed there.")
@service_option
@json_option
@click.pass_context
def command(ctx: click.Context, check: bool, service: str | None, as_json: bool) -> int:
    """What is in sync, what waits for you, what is left of the day, when the login ends. No request without --check."""
    app = app_of(ctx)
    seen = overview(app, app.service_name(service), check)
    if as_json:
        click.echo(json.dumps(_object(seen), ensure_ascii=False, indent=2))
        return seen.error.code if seen.error else 0
    _show(app, seen)
    if seen.error is not None:
        raise seen.error
    return 0


def overview(app: App, service: str, check: bool) -> Overview:
    """Gathers it; what cannot be read is said in `remarks`."""
    from playlist_builder.cli.known import account_id
    from playlist_builder.notices import login_warning
    from playlist_builder.services import stored_account

    seen = Overview(service=service, now=app.clock.now(), account=stored_account(app.settings, service))
    if seen.account is not None and service != "demo":
        seen.warning = login_warning(seen.account.expires_at, seen.now)
    if app.settings.data_path(service).is_dir():
        with contextlib.closing(app.ledger(service)) as ledger:
            seen.spent, seen.sent, seen.limit = ledger.spent(), ledger.sent(), ledger.limit
            seen.paused_until = ledger.paused_until()
    with contextlib.closing(app.state(service)) as state:
        identity = account_id(seen.account, service, state)
        there = state.places(service, identity)
        seen.lines = list(_lines(app, seen, identity, state, there))
    if check:
        try:
            _check(app, seen, there)
        except PlaylistError as error:
            seen.error = error
    return seen


def _lines(app: App, seen: Overview, account: str, state: State, there: dict[str, Remembered]) -> Iterator[Line]:
    """Every listing of the user's, and every other one that is looked after."""
    from playlist_builder.cli.run import load
    from playlist_builder.status import compared, last_run, line_of
    from playlist_builder.store import outcomes
    from playlist_builder.store.listings import Listings
    from playlist_builder.store.state import Place

    listings = Listings(app.settings)
    due = _due(app, seen)
    endings = outcomes.last(app.settings.data_dir(seen.service) / "state.sqlite3", seen.service)
    own = [item.name for item in listings.own()] if seen.service != "demo" else []
    for name in sorted({*own, *there, *(key for key in due if key is not None)}):
        loaded: Loaded | PlaylistError
        try:
            loaded = load(app, seen.service, listings.find(name), adopt=False)
        except PlaylistError as error:
            loaded = error
        line = line_of(name, loaded, seen.service, account, state)
        if name in there and not isinstance(loaded, PlaylistError):
            line = compared(line, _wanted(loaded, seen.service, there[name]), there[name].desired)
        runs = state.runs(Place(service=seen.service, account=account, listing=name), 1)
        all_of_them = due.get(None) if name in own else None
        upcoming = [moment for moment in (due.get(name), all_of_them) if moment]
        yield replace(line, last_run=last_run(runs, endings.get(name)), next_run=min(upcoming, default=None))


def _wanted(loaded: Loaded, service: str, there: Remembered) -> list[str]:
    """The URIs that lock and listing ask for now, a stand-in of this account's in its row's place."""
    from playlist_builder.syncing.grey import stand_ins

    wanted, instead = [], stand_ins(there.grey)
    for track, decision in zip(loaded.tracklist.tracks, loaded.decisions(service), strict=True):
        uri = track.uri or (decision.uri if decision and not decision.skip else None)
        if uri:
            wanted.append(uri if decision and decision.decided == "person" else instead.get(uri, uri))
    return wanted


def _due(app: App, seen: Overview) -> dict[str | None, datetime]:
    """When each scheduled listing (None: all of them) runs next, by this login's schedules."""
    from playlist_builder.cli.schedule import entries_of
    from playlist_builder.schedule import all_installed, next_run

    due: dict[str | None, datetime] = {}
    try:
        for _, entry in entries_of(app, seen.service):
            if entry.problem:
                seen.remarks.append(f"The schedule of {entry.job.key.label} does not work: {entry.problem}.")
            else:
                due[entry.job.name] = next_run(entry.job, seen.now)
        others = {entry.job.service for _, entry in all_installed()} - {seen.service}
        seen.remarks += [f"More is scheduled: playlist status --service {other}" for other in sorted(others)]
    except ConfigError as error:
        seen.remarks.append(f"The schedules cannot be read: {error.message}")
    return due


def _check(app: App, seen: Overview, there: dict[str, Remembered]) -> None:
    """One look into the library for all listings: pages are read until every playlist is found."""
    from playlist_builder.status import checked

    if not there:
        seen.checked = True
        return
    with app.open_service(seen.service) as opened:
        missing = {one.playlist_id for one in there.values()}
        heads = {}
        offset = 0
        while True:
            page = opened.library_page(offset)
            heads.update({head.id: head for head in page.playlists})
            missing -= heads.keys()
            offset += 50
            if not missing or offset >= page.total:
                break
    seen.lines = [checked(line, there[line.name], heads) if line.name in there else line for line in seen.lines]
    seen.checked = True


# --- For a person. ---


def _show(app: App, seen: Overview) -> None:
    from playlist_builder.report.text import clean

    def say(text: str, style: str = "") -> None:
        app.out.print(clean(text), style=style, markup=False, highlight=False)

    if seen.lines:
        app.out.print(_table(seen))
        app.out.print()
    else:
        say("No listing of yours yet. Import one: playlist import FILE, or try one that ships: playlist list")
    for line in seen.lines:
        if line.error:
            say(line.error, "red")
    for text in _mend(seen):
        say(text)
    if seen.service != "demo":
        say(_quota_words(seen))
    if seen.paused_until:
        say(f"The service asked for a pause until {_moment(seen.paused_until, seen.now)}; nothing is sent before.")
    say(_login_words(seen), "yellow" if seen.warning else "")
    for remark in seen.remarks:
        say(remark, "yellow")


def _table(seen: Overview) -> Any:
    from rich.table import Table
    from rich.text import Text

    from playlist_builder.report.text import clean

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    shows_next = any(line.next_run for line in seen.lines)
    headings = ("Listing", "Playlist", "State", "Needs you", "Last run", *(("Next run",) if shows_next else ()))
    for heading in headings:
        table.add_column(heading, overflow="fold", justify="right" if heading == "Needs you" else "left")
    for line in seen.lines:
        good = line.standing == "in sync" and not line.needs_person
        cells = [
            Text(clean(line.name)),
            Text(clean(line.playlist or "–")),
            Text(_state_words(line, seen.now), "green" if good else "yellow"),
            Text(str(line.needs_person or "–")),
            Text(_run_words(line.last_run, seen.now)),
        ]
        if shows_next:
            cells.append(Text(_moment(line.next_run, seen.now) if line.next_run else "–"))
        table.add_row(*cells)
    return table


def _state_words(line: Line, now: datetime) -> str:
    asof = _moment(line.synced_at, now) if line.synced_at else ""
    match line.standing:
        case "new":
            return "not synced yet"
        case "in sync":
            return (
                f"in sync, {asof}"
                + (f"; {line.unsearched} not searched yet" if line.unsearched else "")
                + (f"; {line.grey} cannot be played here" if line.grey else "")
            )
        case "differs":
            parts = [f"{line.add} to add"] if line.add else []
            parts += [f"{line.remove} to remove"] if line.remove else []
            return f"listing changed: {', '.join(parts) or 'the order'}"
        case "changed":
            return f"changed in the app since {asof}"
        case "gone":
            return "no longer in the library"
        case "held":
            return "held since an undo"
        case "cut off":
            return "a write was cut off; the next sync mends it"
        case _:
            return "cannot be read"


def _run_words(run: LastRun | None, now: datetime) -> str:
    if run is None:
        return "–"
    return f"{_moment(run.at, now)}, {'undone' if run.kind == 'undo' else CODES.get(run.code, 'failed')}"


def _moment(moment: datetime, now: datetime) -> str:
    """A time in this machine's zone, short: the day is left out where it is today's, the year where it is near."""
    local, today = moment.astimezone(), now.astimezone()
    if local.date() == today.date():
        return f"today {local:%H:%M}"
    return f"{local:%b %d %H:%M}" if abs((local - today).days) < 300 else f"{local:%Y-%m-%d}"


def _mend(seen: Overview) -> list[str]:
    """What to do, a line each: the command that mends it."""
    option = "" if seen.service == "spotify" else f" --service {seen.service}"
    found = []
    for line in seen.lines:
        name = _word(line.name)
        if line.needs_person:
            parts = [f"{line.review} to review"] if line.review else []
            parts += [f"{line.missing} missing"] if line.missing else []
            found.append(f"{line.name}, {' and '.join(parts)}: playlist review {name}{option}")
        if line.standing == "held":
            found.append(f"{line.name} is left alone since an undo. To go on: playlist sync {name}{option}")
        elif line.standing == "gone":
            found.append(f"{line.name}, to make a new playlist: playlist unlink {name}{option}, then sync it")
        elif line.standing in ("differs", "changed", "cut off") and line.next_run is None:
            found.append(f"{line.name}, to bring it up to date: playlist sync {name}{option}")
        run = line.last_run
        if run is not None and run.code in (1, 2, 3) and run.message:
            found.append(f"{line.name}, the last run failed: {run.message}")
    return found


def _quota_words(seen: Overview) -> str:
    limit = f" of {seen.limit}" if seen.limit else ""
    return (
        f"Last 24 hours: {seen.spent}{limit} catalogue requests, {seen.sent} requests in all, by this login; "
        "the service counts everything that its developer account's apps send."
    )


def _login_words(seen: Overview) -> str:
    if seen.service == "demo":
        return "The demo needs no login; nothing leaves this machine."
    if seen.account is None:
        return "Not logged in: playlist login"
    if seen.warning:
        return f"Logged in as {seen.account.name}. {seen.warning}"
    ends = seen.account.expires_at
    until = f" until {ends.astimezone():%Y-%m-%d}; to renew it: playlist login" if ends else ""
    return f"Logged in as {seen.account.name}{until}"


def _word(name: str) -> str:
    import shlex

    return shlex.quote(name)


# --- For a program. ---


def _object(seen: Overview) -> dict[str, Any]:
    from playlist_builder.report.json import error_object

    account = seen.account if seen.service != "demo" else None
    made: dict[str, Any] = {
        "version": 1,
        "service": seen.service,
        "checked": seen.checked,
        "listings": [_line_object(line) for line in seen.lines],
        "quota": {
            "catalogue": seen.spent,
            "sent": seen.sent,
            "limit": seen.limit or None,
            "left": max(0, seen.limit - seen.spent) if seen.limit else None,
            "paused_until": _iso(seen.paused_until),
        },
        "login": None
        if account is None
        else {
            "name": _clean(account.name),
            "logged_in_at": _iso(account.logged_in_at),
            "expires_at": _iso(account.expires_at),
            "warning": seen.warning,
        },
        "remarks": [_clean(remark) for remark in seen.remarks],
    }
    if seen.error is not None:
        made["error"] = error_object(seen.error)
    return made


def _line_object(line: Line) -> dict[str, Any]:
    run = line.last_run
    playlist = None
    if line.playlist_id is not None:
        playlist = {"id": line.playlist_id, "name": _clean(line.playlist or ""), "url": line.url}
    return {
        "name": _clean(line.name),
        "state": line.standing,
        "playlist": playlist,
        "synced_at": _iso(line.synced_at),
        "differs": {"add": line.add, "remove": line.remove},
        "needs_person": {"review": line.review, "missing": line.missing},
        "unsearched": line.unsearched,
        "unplayable": line.grey,
        "held": line.held,
        "last_run": None
        if run is None
        else {"at": _iso(run.at), "kind": run.kind, "code": run.code, "message": _clean(run.message) or None},
        "next_run": _iso(line.next_run),
        "error": _clean(line.error) if line.error else None,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _clean(text: str) -> str:
    from playlist_builder.report.text import clean

    return clean(text)
