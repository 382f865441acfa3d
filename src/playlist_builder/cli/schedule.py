"""`playlist schedule`: periodic runs through the system's own scheduler."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from playlist_builder.cli.app import App
from playlist_builder.cli.options import F, complete_names, json_option, service_option
from playlist_builder.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from playlist_builder.notices import Notices
    from playlist_builder.schedule import Backend, Installed, Job, JobKey, Ran
    from playlist_builder.schedule.unattended import Outcome, Synced

STATE = "state.sqlite3"  # as `App.state` calls it
BACKEND_NAMES = ("systemd", "launchd", "cron", "schtasks", "github-actions")
CODES = {
    0: "done",
    1: "a bug; the log has its traceback",
    2: "the command line was wrong",
    3: "failed",
    4: "done, but tracks need you",
    5: "a login is needed: playlist login",
    6: "stopped by the service's limit or the day's quota; it goes on by itself",
}


# --- What the rest of the program knows: each of these is the one place to connect it. ---


def check_listing(app: App, name: str) -> None:
    """Raises `ListingError` where there is no listing of that name."""
    from playlist_builder.store.listings import Listings

    Listings(app.settings).find(name)


def listings_directory(app: App) -> Path:
    """Where the user's listings lie, as the command line finds them from here."""
    from playlist_builder.store.listings import Listings

    return Listings(app.settings).directory


def login_ends(app: App, service: str) -> datetime | None:
    """When the login of that service will end (aware); None: not known, or never."""
    from playlist_builder.services import stored_account

    account = stored_account(app.settings, service) if service != "demo" else None
    return account.expires_at if account else None


def last_outcome(app: App, key: JobKey) -> Outcome | None:
    """How the job's last unattended run ended, or None."""
    from playlist_builder.schedule.unattended import Outcome
    from playlist_builder.store import outcomes

    ending = outcomes.last(_state_file(app, key), key.service).get(key.name)
    if ending is None:
        return None
    return Outcome(
        listing=ending.listing,
        service=ending.service,
        profile=key.profile,
        started=ending.started,
        ended=ending.ended,
        code=ending.code,
        message=ending.message,
    )


def record_outcome(app: App, outcome: Outcome) -> None:
    """Keeps an outcome. May be called from another thread: opens what it needs itself."""
    from playlist_builder.store import outcomes

    ending = outcomes.Ending(
        listing=outcome.listing,
        service=outcome.service,
        started=outcome.started,
        ended=outcome.ended,
        code=outcome.code,
        message=outcome.message,
    )
    outcomes.keep(app.settings.data_dir(outcome.service) / STATE, ending)


def sync_listings(app: App, names: tuple[str, ...] | None, service: str) -> Sequence[Synced]:
    """Syncs these listings (None: all of the user's), asking nothing; an answer for each."""
    from playlist_builder.cli.scheduled import sync_all

    ends = login_ends(app, service)
    over = ends is not None and ends <= app.clock.now()  # that it has ended is told by the run that fails for it
    notices(app, service).login_ends(None if over else ends)
    return sync_all(app, names, service)


def _state_file(app: App, key: JobKey) -> Path:
    """The state of the login that the job runs with."""
    return replace(app.settings, profile=key.profile).data_path(key.service) / STATE


# --- The commands. ---


@click.group("schedule", epilog="Example: playlist schedule add rocky-iv --every week")
def command() -> None:
    """Keep playlists in order through the system's own scheduler."""


def _what(all_help: str) -> Callable[[F], F]:
    """NAME or --all, and --service."""

    def options(function: F) -> F:
        function = click.option("--all", "everything", is_flag=True, help=all_help)(service_option(function))
        return click.argument("name", required=False, metavar="NAME | --all", shell_complete=complete_names)(function)

    return options


@command.command(
    "add",
    short_help="Let the system sync NAME every so often.",
    epilog="Example: playlist schedule add rocky-iv --every week --at 19:30",
)
@_what("Every listing of yours.")
@click.option(
    "--every", required=True, metavar="hour|day|week|month|CRON", help="How often; CRON: five fields, quoted."
)
@click.option("--at", metavar="HH:MM", help="At what time of day (default: one of its own between 9 and 21 h).")
@click.option(
    "--backend",
    type=click.Choice(BACKEND_NAMES),
    metavar="B",
    help=f"{', '.join(BACKEND_NAMES)} (default: the system's own).",
)
@click.option(
    "--print", "only_print", is_flag=True, help="Show the files instead of installing; works for any scheduler."
)
@click.pass_obj
def add(
    app: App,
    name: str | None,
    everything: bool,
    service: str | None,
    every: str,
    at: str | None,
    backend: str | None,
    only_print: bool,
) -> None:
    """Let the system sync NAME, or all listings, every so often.

    Adding it again changes it; adding the same again changes nothing.
    """
    from playlist_builder import schedule
    from playlist_builder.store.files import private_directory

    name = _name(name, everything)
    chosen = schedule.scheduler(backend) if backend else None
    job = _job(app, name, every, at, app.service_name(service))
    if only_print:
        _print_files((chosen or schedule.default_backend()).files(job))
        return
    chosen = chosen or schedule.default_backend()
    if chosen.name == "github-actions":
        raise UsageError("A workflow belongs into a repository: add --print, and store what it shows there.")
    if not chosen.available():
        raise ConfigError(f"{chosen.title} is not on this system, or does not answer. --print shows its files.")
    if name is not None:
        check_listing(app, name)
    private_directory(app.settings.home)  # where a run may start; it must be there before the first one
    changed = chosen.install(job)
    _say_added(app, chosen, job, changed)
    _remove_elsewhere(app, chosen, job)
    if changed and app.interactive and app.verbosity >= 0:
        _offer_run(app, chosen, job)


@command.command(
    "list", short_help="What is scheduled, when it runs next, how it went.", epilog="Example: playlist schedule list"
)
@json_option
@click.pass_obj
def list_(app: App, as_json: bool) -> None:
    """Show what is scheduled, when it runs next, and how its last run ended."""
    from playlist_builder.schedule import all_installed

    rows = [_row(app, backend, entry) for backend, entry in all_installed()]
    if as_json:
        click.echo(json.dumps({"version": 1, "schedules": rows}, ensure_ascii=False, indent=2))
    elif not rows:
        app.out.print("Nothing is scheduled. For example: playlist schedule add NAME --every week", markup=False)
    else:
        _print_table(app, rows)


@command.command("remove", short_help="Take a schedule away.", epilog="Example: playlist schedule remove rocky-iv")
@_what("Every schedule of this program.")
@click.pass_obj
def remove(app: App, name: str | None, everything: bool, service: str | None) -> None:
    """Take NAME's schedule away; with --all every schedule of this program. Playlists and listings stay."""
    from playlist_builder.schedule import all_installed

    name = _name(name, everything)
    found = all_installed()
    if name is not None:
        found = [(backend, entry) for backend, entry in found if entry.job.name == name]
        found = [(backend, entry) for backend, entry in found if entry.job.key.profile == app.settings.profile]
    if service is not None:
        found = [(backend, entry) for backend, entry in found if entry.job.service == service]
    if not found:
        what = "Nothing" if name is None else f"{_shown(name)} is not scheduled; nothing"
        app.out.print(f"{what} was removed.", markup=False)
    for backend, entry in found:
        backend.remove(entry.job.key)
        _forget(app, entry.job.key)
        app.out.print(f"Removed: {_shown(entry.job.key.label)} ({backend.title}).", markup=False)


@command.command("run", short_help="Sync as the scheduler does.", epilog="Example: playlist schedule run rocky-iv")
@_what("Every listing of yours.")
@click.option("--set", "assignments", multiple=True, hidden=True, help="NAME=VALUE: a setting of the scheduled run.")
@click.pass_obj
def run(app: App, name: str | None, everything: bool, service: str | None, assignments: tuple[str, ...]) -> int:
    """Sync NAME, or all listings, as the scheduler does: no question, a time limit, a log, a notice when needed."""
    from playlist_builder.schedule.unattended import run_unattended

    name = _name(name, everything)
    _set(assignments)
    app.verbosity = -1  # a scheduler mails or logs whatever is said; all of it stands in the log
    ended = run_unattended(_run(app, name, app.service_name(service)))
    if app.interactive or ended.code not in (0, 4, 6):
        _say(app, ended.message, err=True)
    return ended.code


# --- Their parts. ---


def entries_of(app: App, service: str, name: str | None = None) -> list[tuple[Backend, Installed]]:
    """The entries of this login and this PLAYLIST_HOME, of one listing or of all; raises `ConfigError`."""
    from playlist_builder.schedule import all_installed

    given = app.settings.sources.get("PLAYLIST_HOME") == "environment"
    home = str(app.settings.home) if given else None
    return [
        (backend, entry)
        for backend, entry in all_installed()
        if (entry.job.service, entry.job.key.profile) == (service, app.settings.profile)
        and entry.job.environment.get("PLAYLIST_HOME") == home
        and name in (None, entry.job.name)
    ]


def remove_entries(app: App, service: str, name: str) -> list[str]:
    """Takes the listing's schedules away, with what their runs left; the schedulers that had one."""
    from playlist_builder.schedule import JobKey

    found = entries_of(app, service, name)
    for backend, entry in found:
        backend.remove(entry.job.key)
    _forget(app, JobKey(name=name, service=service, profile=app.settings.profile))  # also of runs without an entry
    return [backend.title for backend, _ in found]


def _name(name: str | None, everything: bool) -> str | None:
    if (name is None) == (not everything):
        raise UsageError("Give the NAME of one listing, or --all.")
    if name is not None:
        from playlist_builder.schedule.job import check_name

        check_name(name)
    return name


def _job(app: App, name: str | None, every: str, at: str | None, service: str) -> Job:
    from playlist_builder.schedule import make_job

    return make_job(
        name,
        every,
        at,
        settings=app.settings,
        service=service,
        listings=listings_directory(app),
        environ=os.environ,
        directory=Path.cwd(),
    )


def _run(app: App, name: str | None, service: str) -> Any:
    from playlist_builder.schedule.job import JobKey
    from playlist_builder.schedule.unattended import Run

    def paused_until() -> datetime | None:
        ledger = app.ledger(service)
        try:
            return ledger.paused_until()
        finally:
            ledger.close()

    secrets = (app.settings.token, *app.settings.notify)
    return Run(
        key=JobKey(name=name, service=service, profile=app.settings.profile),
        data_dir=app.settings.data_dir(service),
        clock=app.clock,
        sync=lambda names: sync_listings(app, names, service),
        record=lambda outcome: record_outcome(app, outcome),
        notices=notices(app, service),
        paused_until=paused_until,
        secrets=tuple(secret for secret in secrets if secret),
    )


def notices(app: App, service: str) -> Notices:
    """The messages to a person of one login."""
    from playlist_builder.notices import Notices

    return Notices(app.settings.data_dir(service) / "notices.json", app.clock, app.settings.notify)


def _set(assignments: tuple[str, ...]) -> None:
    """What a scheduler without an environment hands over; only what an entry may hold."""
    from playlist_builder.schedule.job import ALLOWED

    for text in assignments:
        name, equals, value = text.partition("=")
        if not equals or name not in ALLOWED:
            raise UsageError(f"--set {name!r} is no setting that a schedule may hold.")
        os.environ[name] = value


def _print_files(files: dict[str, str]) -> None:
    """One file alone, to be redirected; several with a line before each."""
    for path, text in files.items():
        if len(files) > 1:
            click.echo(f"# {path}")
        else:
            click.echo(f"# {path}", err=True)
        click.echo(text, nl=not text.endswith("\n"))


def _say_added(app: App, backend: Backend, job: Job, changed: bool) -> None:
    from playlist_builder.notices import login_warning
    from playlist_builder.schedule import in_words, next_run, problems
    from playlist_builder.schedule.job import left_out

    label = _shown(job.key.label)
    if not changed:
        _say(app, f"{label} is scheduled like that already; nothing was changed.")
    else:
        _say(app, f"{label} will be kept in order by {backend.title}, {in_words(job)}.")
        for path in backend.files(job):
            app.out.print(f"  {_shown(path)}", markup=False, soft_wrap=True)
    _say(app, f"Next run: {next_run(job, app.clock.now()):%A, %Y-%m-%d %H:%M}.")
    for line in backend.notes(job):
        _say(app, line)
    warning = login_warning(login_ends(app, job.service), app.clock.now())
    warnings = [f"{label}: {problem}." for problem in problems(job)] + left_out(app.settings, os.environ)
    for line in (*([warning] if warning else []), *warnings):
        _say(app, f"Warning: {line}", err=True)


def _remove_elsewhere(app: App, chosen: Backend, job: Job) -> None:
    """One listing is run by one scheduler; and says where --all runs it too."""
    from playlist_builder.schedule import all_installed

    for backend, entry in all_installed():
        same_login = (entry.job.service, entry.job.key.profile) == (job.service, job.key.profile)
        if backend.name != chosen.name and entry.job.key == job.key:
            backend.remove(job.key)
            _say(app, f"Its earlier entry ({backend.title}) was removed.")
        elif same_login and job.name is not None and entry.job.name is None:
            _say(app, "All listings are scheduled as well, this one among them; it will be synced by both.")


def _offer_run(app: App, backend: Backend, job: Job) -> None:
    """One run through the scheduler itself shows that the entry works."""
    if not click.confirm("Run it once now through the scheduler, to see that it works?", default=True, err=True):
        return
    with app.err.status("Running; this may take some minutes …"):
        started = app.clock.now()
        ran = backend.run_now(job.key)
    _say_ran(app, job, ran, started)


def _say_ran(app: App, job: Job, ran: Ran, started: datetime) -> None:
    from playlist_builder.schedule.log import last_lines

    outcome = last_outcome(app, job.key)
    fresh = outcome if outcome is not None and outcome.started >= started else None
    code = fresh.code if fresh else ran.code
    if code is None:
        _say(app, ran.words or "The scheduler started it, and does not tell how it ended. The log's last lines:")
    else:
        _say(app, f"It ran: {CODES.get(code, f'the program ended with {code}')}.")
    if ran.words and code is not None:
        _say(app, ran.words)
    if fresh:
        _say(app, fresh.message)
    elif code != 0:
        for line in last_lines(app.settings.data_dir(job.service)):
            app.out.print(f"  {line}", markup=False, soft_wrap=True)


def _forget(app: App, job: JobKey) -> None:
    """What its runs left: their lock, their last outcome, and what they had to say."""
    import sqlite3

    from playlist_builder.notices import Notices
    from playlist_builder.schedule.unattended import forget
    from playlist_builder.store import outcomes

    settings = replace(app.settings, profile=job.profile)
    if not settings.data_path(job.service).is_dir():
        return
    with suppress(OSError, sqlite3.Error):
        forget(settings.data_path(job.service), job)
        outcomes.forget(_state_file(app, job), job.name, job.service)
    for key in (f"run {job.label}", f"run {job.name}", f"review {job.name}"):
        Notices(settings.data_path(job.service) / "notices.json", app.clock).settle(key)


def _row(app: App, backend: Backend, entry: Installed) -> dict[str, Any]:
    """One schedule, as JSON shows it."""
    from playlist_builder.schedule import in_words, next_run

    job, outcome = entry.job, last_outcome(app, entry.job.key)
    return {
        "name": None if job.name is None else _shown(job.name),
        "all": job.name is None,
        "service": _shown(job.service),
        "profile": job.key.profile,
        "every": job.every,
        "at": job.at,
        "runs": in_words(job),
        "backend": backend.name,
        "where": _shown(entry.where),
        "next_run": None if entry.problem else next_run(job, app.clock.now()).isoformat(),
        "last_run": outcome.started.isoformat() if outcome else None,
        "last_code": outcome.code if outcome else None,
        "last_message": _shown(outcome.message) if outcome else None,
        "problem": _shown(entry.problem) if entry.problem else None,
    }


def _print_table(app: App, rows: list[dict[str, Any]]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for title in ("Listing", "Runs", "Next run", "Last run"):
        table.add_column(title, overflow="fold")
    for row in rows:
        label = _row_label(row)
        next_run = f"{datetime.fromisoformat(row['next_run']):%a %Y-%m-%d %H:%M}" if row["next_run"] else "–"
        table.add_row(Text(label), Text(f"{row['runs']} ({row['backend']})"), Text(next_run), Text(_last(row)))
    app.out.print(table)
    for row in rows:
        if row["problem"]:
            _say(app, f"{_row_label(row)}: {row['problem']}.", err=True)


def _row_label(row: dict[str, Any]) -> str:
    from playlist_builder.schedule import JobKey

    return _shown(JobKey(name=row["name"], service=row["service"], profile=row["profile"]).label)


def _last(row: dict[str, Any]) -> str:
    if row["last_run"] is None:
        return "none yet"
    when = f"{datetime.fromisoformat(row['last_run']).astimezone():%a %Y-%m-%d %H:%M}"
    return f"{when}: {CODES.get(row['last_code'], row['last_message'])}"


def _say(app: App, line: str, *, err: bool = False) -> None:
    """One sentence, wrapped at words; several lines stay lines."""
    console = app.err if err else app.out
    from playlist_builder.report.text import clean

    console.print(clean(line, newlines=True), markup=False, highlight=False)


def _shown(text: str) -> str:
    from playlist_builder.report.text import clean

    return clean(text)
