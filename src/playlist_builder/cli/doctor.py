"""`playlist doctor`: what is in order, what is not, and what to do about it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from playlist_builder.cli.options import app_of, json_option, service_option
from playlist_builder.errors import AuthError, ConfigError, PlaylistError

if TYPE_CHECKING:
    from playlist_builder.cli.app import App
    from playlist_builder.doctor import Check
    from playlist_builder.store.settings import Settings

SIGNS = {"ok": ("✓", "ok", "green"), "warning": ("!", "!", "yellow"), "problem": ("✗", "!!", "red")}


@click.command("doctor", epilog="Example: playlist doctor")
@service_option
@json_option
@click.pass_context
def command(ctx: click.Context, service: str | None, as_json: bool) -> int:
    """Check settings, login, network, files and schedules; three requests at most, none of them a search.

    Exit code 3 where something is wrong.
    """
    from playlist_builder.report.text import clean

    app = app_of(ctx)
    checks = [replace(one, text=clean(one.text), cure=clean(one.cure)) for one in examine(app, service)]
    problems = sum(one.level == "problem" for one in checks)
    if as_json:
        objects = [{"area": c.area, "level": c.level, "text": c.text, "cure": c.cure or None} for c in checks]
        made = {"version": 1, "problems": problems, "checks": objects}
        click.echo(json.dumps(made, ensure_ascii=False, indent=2))
    else:
        _show(app, checks, problems)
    return 3 if problems else 0


def examine(app: App, service: str | None) -> list[Check]:
    """Every check. Nothing of what is broken keeps the others from being made."""
    from playlist_builder import doctor
    from playlist_builder.store import settings as store

    found: list[Check] = []
    try:
        settings = app.settings
    except ConfigError as error:
        found.append(doctor.problem("settings", error.message))
        settings = store.Settings(home=store.default_home().absolute())
        app = _with(app, settings)
    name = service or settings.service
    found += doctor.guarded("settings", lambda: doctor.setting_checks(settings, store.ignored(), os.environ))
    found += doctor.guarded("directories", lambda: _directories(settings, name))
    found += doctor.guarded("listings", lambda: _listings(app, name))
    found += doctor.guarded("files", lambda: doctor.database_checks(settings.data_path(name)))
    damaged = any(one.area == "files" and one.level == "problem" and "ledger" in one.text for one in found)
    found += doctor.guarded("network", lambda: _proxies(settings))
    found += doctor.guarded("login", lambda: _login(app, name))
    found += doctor.guarded("service", lambda: () if damaged else _service(app, name))
    if not damaged:
        found += doctor.guarded("quota", lambda: _quota(app, name))
    found += doctor.guarded("schedules", _schedules)
    found += doctor.guarded("programs", lambda: doctor.program_checks(settings))
    return found


def _with(app: App, settings: Settings) -> App:
    from playlist_builder.cli.app import App

    return App(verbosity=app.verbosity, color=app.color, clock=app.clock, settings=settings)


def _directories(settings: Settings, service: str) -> Iterator[Check]:
    from playlist_builder import doctor
    from playlist_builder.store.listings import Listings

    return doctor.directory_checks(settings, service, Listings(settings).directory)


def _listings(app: App, service: str) -> Iterator[Check]:
    from playlist_builder import doctor
    from playlist_builder.cli.run import load
    from playlist_builder.store.listings import Listings

    own, good = Listings(app.settings).own(), 0
    for item in own:
        try:
            load(app, service, item, adopt=False)
            good += 1
        except PlaylistError as error:
            yield doctor.problem("listings", error.message, f"playlist edit {item.name}")
    if good or not own:
        yield doctor.ok("listings", f"{good} of yours, with their locks" if good else "none of yours yet")


def _proxies(settings: Settings) -> Iterator[Check]:
    from urllib.request import getproxies

    from playlist_builder import doctor
    from playlist_builder.schedule.log import masked

    return doctor.proxy_checks(getproxies(), masked)


def _login(app: App, service: str) -> Iterator[Check]:
    from playlist_builder import doctor
    from playlist_builder.services import stored_account
    from playlist_builder.services.spotify.login import SCOPES
    from playlist_builder.services.spotify.token import Tokens
    from playlist_builder.store.settings import check_addresses

    if service == "demo":
        yield doctor.ok("login", "the demo needs none")
        return
    check_addresses(app.settings)
    try:
        login = Tokens(app.settings, service, app.clock).stored() if app.settings.data_path(service).is_dir() else None
    except AuthError as error:
        yield doctor.problem("login", error.message)
        return
    account = stored_account(app.settings, service)
    if login is not None and account is None:
        yield doctor.ok("login", "there is one; whose it is, is asked with the first request")
        return
    yield from doctor.login_checks(account, SCOPES, app.clock.now())


def _service(app: App, service: str) -> Iterator[Check]:
    """Asks the service, unless there is nothing to ask with, or it wants silence."""
    from playlist_builder import doctor

    if service != "demo" and not app.settings.token and not (app.settings.data_path(service) / "token.json").exists():
        yield doctor.warning("service", "not asked, as there is no login")
        return
    with app.open_service(service, wait_s=0) as opened:
        probe = opened.probe()
        yield from doctor.service_checks(probe, opened.requests().sent)


def _quota(app: App, service: str) -> Iterator[Check]:
    import contextlib

    from playlist_builder import doctor

    if not app.settings.data_path(service).is_dir():
        return
    with contextlib.closing(app.ledger(service)) as ledger:
        limit = f" of {ledger.limit}" if ledger.limit else ""
        text = f"{ledger.spent()}{limit} catalogue requests, {ledger.sent()} in all, in the last 24 hours"
        until, room_at = ledger.paused_until(), ledger.room_at()
    if until is not None:
        text += f"; the service asked for a pause until {until.astimezone():%Y-%m-%d %H:%M}"
        yield doctor.warning("quota", text, "wait; runs go on by themselves then")
    elif room_at is not None:
        text += f"; the next at {room_at.astimezone():%Y-%m-%d %H:%M}"
        yield doctor.warning("quota", text, "wait, or raise PLAYLIST_DAILY_REQUESTS")
    else:
        yield doctor.ok("quota", text)


def _schedules() -> Iterator[Check]:
    from playlist_builder import doctor, schedule

    count = 0
    for name in schedule.BACKENDS:
        try:
            backend = schedule.scheduler(name)
            entries = backend.installed() if backend.available() else []
        except ConfigError as error:
            yield doctor.warning("schedules", error.message)
            continue
        for entry in entries:
            count += 1
            label = entry.job.key.label
            if entry.problem:
                cure = f"add it again (playlist schedule add), or: playlist schedule remove {entry.job.name or '--all'}"
                yield doctor.problem("schedules", f"{label} ({backend.title}): {entry.problem}", cure)
            else:
                yield doctor.ok("schedules", f"{label} ({backend.title}), {schedule.in_words(entry.job)}")
    if not count:
        yield doctor.ok("schedules", "none")


def _show(app: App, checks: list[Check], problems: int) -> None:
    from rich.padding import Padding
    from rich.text import Text

    area = ""
    for one in checks:
        if one.area != area:
            area = one.area
            app.out.print(Text(area.capitalize(), "bold"))
        sign, plain, color = SIGNS[one.level]
        shown = sign if (app.out.encoding or "utf-8").lower().startswith("utf") else plain
        app.out.print(Padding(Text.assemble((shown, color), f" {one.text}"), (0, 0, 0, 2), expand=False))
        if one.cure:
            app.out.print(Padding(Text(f"→ {one.cure}", color), (0, 0, 0, 4), expand=False))
    warnings = sum(one.level == "warning" for one in checks)
    if problems or warnings:
        app.out.print(Text(f"\n{problems} to mend, {warnings} to look at.", "red" if problems else "yellow"))
    else:
        app.out.print(Text("\nEverything is in order.", "green"))
