"""`playlist review`: rows that need a person, in the terminal or on a local page."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from playlist_builder.cli.options import app_of, name_argument, service_option
from playlist_builder.errors import UsageError
from playlist_builder.report.text import command_line

if TYPE_CHECKING:
    from playlist_builder.cli.app import App
    from playlist_builder.review.session import Session


@click.command("review", epilog="Example: playlist review rocky-iv --web")
@name_argument
@click.option("--all", "everything", is_flag=True, help="Also go through rows that are matched, to overrule one.")
@click.option("--web", is_flag=True, help="On a page of this machine, in the browser.")
@click.option("--no-browser", is_flag=True, help="With --web: print the page's address, open nothing.")
@service_option
@click.pass_context
def command(ctx: click.Context, name: str, everything: bool, web: bool, no_browser: bool, service: str | None) -> int:
    """Settle doubtful and missing tracks: choose, search again, paste a link, leave out or keep looking."""
    app = app_of(ctx)
    where = app.service_name(service)
    if no_browser and not web:
        raise UsageError("--no-browser goes with --web.")
    if not web and not app.interactive:
        raise UsageError(
            f"A review needs a terminal. On a page instead: {command_line('review', name, where, '--web')}. "
            f"For scripts: {command_line('pin', name, where, 'ROW', 'URI')}, and skip, later, unpin."
        )
    with open_session(app, name, where, wait_s=5.0 if web else 60.0) as session:
        if session.is_new:
            first = command_line("sync", name, where)
            app.err.print("No row was searched yet; a sync finds most of them:", style="yellow")
            app.err.print(f"  {first}", style="yellow", markup=False, soft_wrap=True)
        if web:
            from playlist_builder.review.web import Page, serve

            return serve(Page(app, session), browse=not no_browser)
        return _in_terminal(app, session, name, where, everything)


@contextlib.contextmanager
def open_session(app: App, name: str, where: str, wait_s: float) -> Iterator[Session]:
    """A review of the listing called `name`; raises `ListingError`. `wait_s`: longest wait for a rate limit."""
    from playlist_builder.builder import Loaded
    from playlist_builder.cli.run import load
    from playlist_builder.review.session import Session
    from playlist_builder.services import stored_account
    from playlist_builder.store.listings import Listings

    def read() -> Loaded:
        return load(app, where, Listings(app.settings).find(name), adopt=True)

    account = stored_account(app.settings, where)
    with contextlib.closing(app.state(where)) as state:
        yield Session(
            read(),
            where,
            state,
            account.id if account else "",
            reload=read,
            open_service=lambda: app.open_service(where, wait_s=wait_s),
        )


def _in_terminal(app: App, session: Session, name: str, where: str, everything: bool) -> int:
    from playlist_builder.review.terminal import Review

    if session.is_done and not everything:
        app.err.print(f"Nothing of {name} needs a person. --all goes through every row.", markup=False, soft_wrap=True)
        return 0
    Review(session, app.err, read_line, everything=everything).run()
    if session.answers:
        if click.confirm("Sync now?", default=True, err=True):
            from playlist_builder.builder import Options, sync
            from playlist_builder.cli.run import run_listings
            from playlist_builder.store.listings import Listings

            return run_listings(app, where, [Listings(app.settings).find(name)], Options(), sync)
        app.err.print(f"Next: {command_line('sync', name, where)}", markup=False, soft_wrap=True)
    return 0 if session.is_done else 4


def read_line(prompt: str) -> str:
    """A line from the terminal; the prompt goes to stderr. Raises `EOFError` at the end of input."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 - line editing where the system has it
    click.echo(prompt.rstrip(), nl=False, err=True)
    return input(" " if sys.stdout.isatty() else "")
