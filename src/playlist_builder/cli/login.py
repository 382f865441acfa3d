"""`playlist login`: a login through the browser, with a guided set-up where there is no app yet."""

from __future__ import annotations

import dataclasses
import os
import re
import sys
import webbrowser
from typing import TYPE_CHECKING

import click

from playlist_builder.cli.options import Seconds, service_option
from playlist_builder.errors import AuthError, ConfigError, UsageError

if TYPE_CHECKING:
    from playlist_builder.cli.app import App
    from playlist_builder.model import Account

DASHBOARD = "https://developer.spotify.com/dashboard"
CLIENT_ID = re.compile(r"[0-9a-f]{32}")
TRIES = 3

STEPS = """\
Spotify lets only registered apps change playlists, and registering one is free. It is done once:

1. The account that makes the app needs Spotify Premium. Without it every request is refused.
2. Open {dashboard}, log in, and press "Create app". Enter:
     App name            anything, for example: playlist
     App description     anything
     Redirect URI        {redirect_uri}
                         exactly so, by number: Spotify does not accept the name localhost
     Which API           Web API
   Agree to the terms and save.
3. For another account than the app's own: in the app, Settings, User Management, add its name and e-mail address.
   An app serves up to five people.
4. In the app, Settings, copy the Client ID. The client secret is not needed: show it to nobody.
"""


@click.command(epilog="Example: playlist login --no-browser")
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening it.")
@click.option(
    "--timeout", "timeout_s", type=Seconds(1, 86_400), default=300.0, metavar="S",
    help="Seconds to wait for the browser (default: 300).",
)  # fmt: skip
@click.option(
    "--export", "exporting", is_flag=True, help="Print the stored login (a secret), to carry it to another machine."
)
@click.option("--import", "importing", is_flag=True, help="Read a login from standard input.")
@click.option("--cover", is_flag=True, hidden=True, help="Also ask for the permission to upload covers.")
@service_option
@click.pass_obj
def command(
    app: App, no_browser: bool, timeout_s: float, exporting: bool, importing: bool, cover: bool, service: str | None
) -> None:
    """Log in to the service, through the browser."""
    from playlist_builder.cli.reminders import settle_login
    from playlist_builder.store.settings import check_addresses

    name = app.service_name(service)
    if exporting and importing:
        raise UsageError("--export and --import do not go together.")
    if name == "demo":
        app.out.print("The demo needs no login.")
        return
    check_addresses(app.settings)
    if exporting:
        _export(app, name)
        return
    if app.settings.token:
        raise ConfigError("PLAYLIST_TOKEN is set, and is the login. Remove it to log in here.")
    if importing:
        _import(app, name)
    else:
        _through_the_browser(app, name, no_browser or not app.interactive, timeout_s, cover)
    with app.open_service(name) as opened:  # asks once whose login it is
        account = opened.account
    settle_login(app, name)
    app.out.print(greeting(account), markup=False, highlight=False, soft_wrap=True)


def greeting(account: Account) -> str:
    """As whom, and until when."""
    from playlist_builder.report.text import clean

    until = f", until {account.expires_at.astimezone():%d %B %Y}" if account.expires_at else ""
    return f"Logged in to Spotify as {clean(account.name)}{until}."


def _export(app: App, name: str) -> None:
    from playlist_builder.services.spotify.token import Tokens, written

    if sys.stdout.isatty():
        raise UsageError("--export prints a secret, and this is a terminal. Pipe it: playlist login --export > FILE")
    login = Tokens(app.settings, name, app.clock).stored()
    if login is None:
        raise AuthError("You are not logged in. Run: playlist login")
    click.echo(written(login))


def _import(app: App, name: str) -> None:
    from playlist_builder.services.spotify.login import take_over
    from playlist_builder.services.spotify.token import Tokens

    if app.interactive:
        app.err.print("Paste the login (what `playlist login --export` printed), then end the input.", markup=False)
    take_over(app.settings, Tokens(app.settings, name, app.clock), sys.stdin.read(65_536))


def _through_the_browser(app: App, name: str, only_print: bool, timeout_s: float, cover: bool) -> None:
    from playlist_builder.services.spotify.login import COVER_SCOPE, log_in
    from playlist_builder.services.spotify.token import Tokens

    if app.settings.client_id is None:
        _set_up(app, only_print)
    may_paste = only_print and app.interactive
    log_in(
        app.settings,
        Tokens(app.settings, name, app.clock),
        app.clock,
        show=lambda url: _show(app, url, only_print, timeout_s),
        pasted=_pasted if may_paste else None,
        timeout_s=timeout_s,
        extra_scopes=(COVER_SCOPE,) if cover else (),
    )


def _show(app: App, url: str, only_print: bool, timeout_s: float) -> None:
    """Brings a person to the address; printed, it stands alone on a line of stdout."""

    def say(text: str) -> None:
        app.err.print(text, markup=False, highlight=False, soft_wrap=True)

    if only_print:
        say("Open this address in a browser on this machine:")
        click.echo(url)
        if app.interactive:
            say("In a browser elsewhere: agree, then paste the address that it ends at (a page that does not load).")
    elif webbrowser.open(url):
        say("The browser asks for your agreement. If no page opened, run: playlist login --no-browser")
    else:
        say("No browser could be opened. Open this address:")
        click.echo(url)
    say(f"Waiting for the answer, {timeout_s:.0f} s at most …")


def _pasted() -> str:
    """The next line that is pasted, "" at the end. Past Python's buffer, whose lock would hold up the program's end."""
    return os.read(sys.stdin.fileno(), 65_536).decode("utf-8", "replace")


def _set_up(app: App, only_print: bool) -> None:
    """Leads through the making of an app, and keeps its client id; raises `ConfigError` where nobody can answer."""
    from playlist_builder.store.settings import remember

    if not app.interactive:
        raise ConfigError(
            "SPOTIPY_CLIENT_ID is not set. Run `playlist login` on a terminal to be led through the set-up, or make an "
            f"app at {DASHBOARD} with the redirect URI {app.settings.redirect_uri} and set SPOTIPY_CLIENT_ID to its "
            "client id."
        )
    steps = STEPS.format(dashboard=DASHBOARD, redirect_uri=app.settings.redirect_uri)
    app.err.print(steps, markup=False, highlight=False, soft_wrap=True)
    if not only_print:
        webbrowser.open(DASHBOARD)
    client_id = _asked_client_id()
    path = remember("SPOTIPY_CLIENT_ID", client_id)
    app.settings = dataclasses.replace(app.settings, client_id=client_id)
    app.err.print(f"Kept in {path}.", markup=False, highlight=False, soft_wrap=True)


def _asked_client_id() -> str:
    for _ in range(TRIES):
        said = str(click.prompt("Client ID", err=True)).strip().lower()
        if CLIENT_ID.fullmatch(said):
            return said
        click.echo("A client id has 32 characters, digits and the letters a to f. Copy it with the button.", err=True)
    raise ConfigError(f"No client id was entered. It stands in the app's Settings at {DASHBOARD}; then: playlist login")
