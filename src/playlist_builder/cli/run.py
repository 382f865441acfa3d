"""What `sync`, `lock` and scheduled runs share: several listings, one service, one report, one exit code."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from playlist_builder import builder
from playlist_builder.builder import Desk, Loaded, Options
from playlist_builder.cli.app import App
from playlist_builder.cli.reminders import settle
from playlist_builder.errors import FIRST_CODES, AuthError, ListingError, PlaylistError, RateLimited, UsageError
from playlist_builder.model import Account, Result
from playlist_builder.notices import login_warning
from playlist_builder.push import Ask
from playlist_builder.report.text import clean
from playlist_builder.report.words import plural
from playlist_builder.store.listings import ListingFile, Listings

UseCase = Callable[[Desk, Loaded, Options], Result]


@dataclass(frozen=True, slots=True)
class Unfound:
    """A name among several that is no listing's: told in its turn, the others are done all the same."""

    name: str
    error: ListingError


def choose(app: App, names: Sequence[str], all_: bool) -> list[ListingFile | Unfound]:
    """The listings that are meant; raises `UsageError`, and `ListingError` where there is not one."""
    listings = Listings(app.settings)
    if all_ and names:
        raise UsageError("Give names or --all, not both.")
    if all_:
        own = listings.own()
        if not own:
            ships = ", or sync one that ships: playlist list" if listings.shipped() else ""
            raise UsageError(
                f"There is no listing of yours in {listings.directory}. Import one: playlist import FILE{ships}"
            )
        return [*own]
    if not names:
        raise UsageError("Which listing? `playlist list` shows them; --all takes every one of yours.")
    found: list[ListingFile | Unfound] = []
    for name in dict.fromkeys(names):
        try:
            found.append(listings.find(name))
        except ListingError as error:
            found.append(Unfound(name, error))
    wrong = [item for item in found if isinstance(item, Unfound)]
    if len(wrong) == len(found):
        raise wrong[0].error
    return found


def lock_path(app: App, service: str, item: ListingFile) -> Path:
    """Where the lock of a listing is kept: beside it, or in the demo's own place."""
    from playlist_builder.store.files import private_directory
    from playlist_builder.store.lock import lock_path as beside

    if service == "demo":
        return private_directory(app.settings.data_dir("demo") / "locks") / f"{item.name}.lock.toml"
    return beside(item.path)


def load(app: App, service: str, item: ListingFile | Unfound, *, adopt: bool) -> Loaded:
    """A listing with its lock. A shipped one is copied to the user's own first where `adopt` (never by the demo)."""
    if isinstance(item, Unfound):
        raise item.error
    if adopt and item.shipped and service != "demo":
        item = Listings(app.settings).adopt(item)
        if app.verbosity >= 0:
            app.err.print(f"Copied the shipped listing to {item.path}", markup=False)
    return builder.load(item, lock_path(app, service, item))


def run_listings(
    app: App,
    service: str,
    items: Sequence[ListingFile | Unfound],
    options: Options,
    use_case: UseCase,
    *,
    as_json: bool = False,
    several: bool | None = None,
    wait_s: float = 60.0,
    max_requests: int | None = None,
    interactive: bool | None = None,
    on_result: Callable[[Result], None] = lambda result: None,
) -> int:
    """Runs the use case for each listing, prints each result, and returns the exit code."""
    objects: list[dict[str, Any]] = []
    codes: list[int] = []
    asks = app.interactive if interactive is None else interactive
    single = not several and len(items) == 1
    loaded: list[Loaded | PlaylistError] = []
    for item in items:
        try:
            loaded.append(load(app, service, item, adopt=not options.dry_run))
        except PlaylistError as error:
            loaded.append(error)
    if single and isinstance(loaded[0], PlaylistError):
        raise loaded[0]
    with (
        app.open_service(
            service,
            refresh=options.refresh,
            wait_s=wait_s,
            max_requests=max_requests,
            extra_scopes=scopes(loaded),
        ) as opened,
        contextlib.closing(app.state(service)) as state,
    ):
        say_account(app, opened.name, opened.account)
        for item, one in zip(items, loaded, strict=True):
            before = opened.requests()
            try:
                if isinstance(one, PlaylistError):
                    raise one
                waiting = contextlib.nullcontext() if options.dry_run else alone(app, service, item.name)
                with waiting, app.progress(one.tracklist.title, len(one.tracklist.tracks), as_json) as on_row:
                    one = builder.as_it_is_now(one)  # as the run before this one left it
                    desk = Desk(
                        service=opened,
                        state=state,
                        clock=app.clock,
                        on_row=on_row,
                        ask=_ask(app) if asks else Ask(),
                    )
                    say_price(app, desk, one, service, options)
                    result = use_case(desk, one, options)
                result = replace(result, requests=_since(before, result.requests))
            except (AuthError, RateLimited) as error:
                if single:
                    raise
                _one_failed(app, item.name, error, as_json, objects)
                codes.append(error.code)
                break
            except PlaylistError as error:
                if single:
                    raise
                _one_failed(app, item.name, error, as_json, objects)
                codes.append(error.code)
                continue
            settle(app, service, result)
            on_result(result)
            codes.append(result.code)
            if objects and not as_json and app.verbosity >= 0:
                app.out.print()
            objects.append(_shown(app, result, as_json, service))
            if result.error is not None and not as_json:
                app.err.print(f"Error: {clean(result.error.message)}", style="red", markup=False, soft_wrap=True)
            if isinstance(result.error, RateLimited) and not result.error.own:
                break
    if as_json:
        from playlist_builder.report.json import results_object

        click.echo(json.dumps(objects[0] if single else results_object(objects), ensure_ascii=False, indent=2))
    return next((code for code in FIRST_CODES if code in codes), max(codes, default=0))


def item_of(one: Loaded) -> ListingFile:
    """The listing's file again."""
    return ListingFile(name=one.name, path=one.path)


def alone(app: App, service: str, name: str) -> contextlib.AbstractContextManager[None]:
    """One run at a time for each listing and login: the second waits, then starts from what is there."""
    from playlist_builder.store import running

    def say() -> None:
        if app.verbosity >= 0:
            app.err.print(f"Another run is busy with {name}; waiting for it.", markup=False)

    return running.alone(app.settings.data_dir(service), name, say)


def scopes(loaded: Sequence[Loaded | PlaylistError]) -> tuple[str, ...]:
    """What these listings need to be allowed beyond what every login is."""
    covers = any(isinstance(one, Loaded) and one.tracklist.cover for one in loaded)
    return ("ugc-image-upload",) if covers else ()


def _since(before: Any, after: Any) -> Any:
    """The requests of one listing of several."""
    by_endpoint = {
        endpoint: count - before.by_endpoint.get(endpoint, 0)
        for endpoint, count in after.by_endpoint.items()
        if count > before.by_endpoint.get(endpoint, 0)
    }
    return replace(after, sent=after.sent - before.sent, cached=after.cached - before.cached, by_endpoint=by_endpoint)


def _shown(app: App, result: Result, as_json: bool, service: str) -> dict[str, Any]:
    if as_json:
        from playlist_builder.report.json import result_object

        return result_object(result)
    from playlist_builder.report.terminal import show

    with contextlib.closing(app.ledger(service)) as ledger:
        left = ledger.left() if service != "demo" else None
    show(result, app.out, quiet=app.verbosity < 0, detail=app.verbosity > 0, left=left)
    return {}


def _one_failed(app: App, name: str, error: PlaylistError, as_json: bool, objects: list[dict[str, Any]]) -> None:
    from playlist_builder.report.json import error_object

    objects.append({"version": 1, "listing": name, "error": error_object(error)})
    if not as_json:
        app.err.print(f"Error: {name}: {clean(error.message)}", style="red", markup=False, soft_wrap=True)


def _ask(app: App) -> Ask:
    def yes(question: str) -> bool:
        return click.confirm(clean(question), default=False, err=True)

    return Ask(recreate=yes, insist=yes)


def say_account(app: App, service: str, account: Account) -> None:
    """The first line of a sync: whose playlists these are; and the login's end, where that is near."""
    if service == "demo":
        return
    if app.verbosity >= 0 and account.name:
        profile = f" (profile {app.settings.profile})" if app.settings.profile else ""
        app.err.print(f"Logged in as {clean(account.name)}{profile}", style="dim", markup=False)
    warning = login_warning(account.expires_at, app.clock.now())
    if warning:
        app.err.print(f"Warning: {warning}", style="yellow", markup=False)


def say_price(app: App, desk: Desk, one: Loaded, service: str, options: Options) -> None:
    """What a run is about to cost, before it spends."""
    if app.verbosity < 0 or options.locked or service == "demo":
        return
    about = builder.price(desk, one, options)
    if not about:
        return
    with contextlib.closing(app.ledger(service)) as ledger:
        left = ledger.left()
    today = f"{about} of the {left} requests left today" if left is not None else plural(about, "catalogue request")
    app.err.print(f"{clean(one.name)}: about {today}", style="dim", markup=False)
