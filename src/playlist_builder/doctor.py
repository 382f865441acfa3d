"""Is everything in order, and what to do where it is not: settings, directories, files, login, schedules, the service.

Each check looks without changing anything; none of them sends a request but `service_checks`' caller.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from playlist_builder.errors import PlaylistError
from playlist_builder.model import Account
from playlist_builder.notices import login_warning
from playlist_builder.services import Probe
from playlist_builder.store.settings import FOLDER_KEYS, OWN_KEYS, Settings

Level = Literal["ok", "warning", "problem"]
SECRET = ("PLAYLIST_TOKEN", "PLAYLIST_NOTIFY")
SKEW, BAD_SKEW = timedelta(minutes=2), timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line. `cure`: what to do, where something is to be done."""

    area: str
    level: Level
    text: str
    cure: str = ""


def ok(area: str, text: str) -> Check:
    return Check(area=area, level="ok", text=text)


def warning(area: str, text: str, cure: str = "") -> Check:
    return Check(area=area, level="warning", text=text, cure=cure)


def problem(area: str, text: str, cure: str = "") -> Check:
    return Check(area=area, level="problem", text=text, cure=cure)


def guarded(area: str, checks: Callable[[], Iterable[Check]]) -> list[Check]:
    """The checks; a check that fails is a problem itself, and the others go on."""
    found: list[Check] = []
    try:
        found.extend(checks())
    except PlaylistError as error:
        found.append(problem(area, error.message))
    except (OSError, sqlite3.Error, ValueError) as error:
        found.append(problem(area, f"could not be checked: {error}"))
    return found


# --- Settings. ---


def setting_checks(settings: Settings, ignored: Mapping[str, str], environ: Mapping[str, str]) -> Iterator[Check]:
    """Every setting that is set, with its source; secrets are not shown."""
    for name in (*FOLDER_KEYS, *OWN_KEYS):
        if name in settings.sources:
            yield ok("settings", f"{name} = {_shown(settings, name)} (from {settings.sources[name]})")
    if not settings.sources:
        yield ok("settings", "none is set; the defaults are used")
    for name, source in ignored.items():
        yield warning(
            "settings",
            f"{name} in {source} is ignored: it is never read from a .env in a folder",
            f"put it into the environment or into {settings.settings_file}",
        )
    if environ.get("SPOTIPY_CLIENT_SECRET"):
        yield ok("settings", "SPOTIPY_CLIENT_SECRET is set; it is not needed and not used")


def _shown(settings: Settings, name: str) -> str:
    if name in SECRET:
        return "set, not shown"
    if name == "SPOTIPY_CLIENT_ID":
        return f"{(settings.client_id or '')[:4]}…"
    value = {
        "SPOTIPY_REDIRECT_URI": settings.redirect_uri,
        "PLAYLISTS_DIR": settings.playlists_dir,
        "PLAYLIST_SERVICE": settings.service,
        "PLAYLIST_PROFILE": settings.profile,
        "PLAYLIST_DAILY_REQUESTS": settings.daily_requests,
        "PLAYLIST_REQUEST_INTERVAL": settings.request_interval_s,
        "PLAYLIST_HOME": settings.home,
        "SPOTIFY_API_URL": settings.api_url,
        "SPOTIFY_ACCOUNTS_URL": settings.accounts_url,
    }[name]
    return str(value)


# --- Directories and files. ---


def directory_checks(settings: Settings, service: str, listings: Path) -> Iterator[Check]:
    """The directories there are, who may read them, and whether they can be written."""
    path = settings.data_path(service)
    if not path.exists():
        yield ok("directories", f"{path} is made when it is needed")
    elif not path.is_dir() or not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        yield problem("directories", f"{path} cannot be written", f"make it yours: chown -R {_user()} {path}")
    elif _mode(path) & 0o077 and os.name == "posix":
        yield warning("directories", f"{path} can be read by others", f"chmod 700 {path}")
    else:
        yield ok("directories", f"{path} (state, login, cache; yours alone)")
    for name in ("token.json", "settings.env"):
        file = (path if name == "token.json" else settings.settings_file.parent) / name
        if file.exists() and _mode(file) & 0o077 and os.name == "posix":
            yield problem("directories", f"{file} holds secrets and can be read by others", f"chmod 600 {file}")
    if not listings.is_dir():
        yield ok("directories", f"{listings} does not exist; it is made for your first listing")
    elif not os.access(listings, os.W_OK):
        yield problem("directories", f"{listings} (listings) cannot be written, so locks cannot be kept")
    else:
        yield ok("directories", f"{listings} (listings)")


def database_checks(directory: Path) -> Iterator[Check]:
    """Every database of a login, read without changing it."""
    paths = sorted(directory.glob("*.sqlite3")) if directory.is_dir() else []
    for path in paths:
        name = "cache" if path.name.startswith("cache-") else path.name.partition(".")[0]
        said = _integrity(path)
        size = f"{path.stat().st_size / 1024:,.0f} KB"
        if said == "ok":
            yield ok("files", f"{name}: {path.name}, {size}")
        else:
            cure = "nothing: the next command sets it aside and begins a new one"
            if name == "state":
                cure += "; the mark in each playlist's description leads back to it"
            yield problem("files", f"{name}: {path} is damaged ({said})", cure)
    for path in sorted(directory.glob("*.damaged")) if directory.is_dir() else ():
        yield warning("files", f"{path} was damaged and set aside", "delete it")
    if not paths:
        yield ok("files", "no state, ledger or cache yet")


def _integrity(path: Path) -> str:
    """ "ok", or what is wrong with the database."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)) as database:
            return str(database.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.Error as error:
        return str(error)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _user() -> str:
    return os.environ.get("USER") or os.environ.get("USERNAME") or "you"


# --- The login. ---


def login_checks(account: Account | None, needed: Iterable[str], now: datetime) -> Iterator[Check]:
    """Whose login it is, how old, until when, and what it may do."""
    if account is None:
        yield problem("login", "there is none", "playlist login")
        return
    ends = login_warning(account.expires_at, now)
    if account.expires_at is None:
        yield ok("login", f"{account.name}; when it was made is not known, so neither is its end")
    elif account.expires_at <= now:
        yield problem("login", f"{account.name}: the login has ended, six months after it was made", "playlist login")
    else:
        age = (now - account.logged_in_at).days if account.logged_in_at else 0
        text = f"{account.name}, {age} {'day' if age == 1 else 'days'} old, until {account.expires_at:%Y-%m-%d}"
        yield warning("login", text, "renew it soon: playlist login") if ends else ok("login", text)
    lacking = [scope for scope in needed if scope not in account.scopes] if account.scopes else []
    if lacking:
        yield problem("login", f"it lacks the permission {', '.join(lacking)}", "playlist login")
    else:
        yield ok("login", f"permissions: {' '.join(account.scopes) or 'not known'}")


# --- The service, the network. ---


def service_checks(probe: Probe, sent: int) -> Iterator[Check]:
    """What a look at the service found."""
    if probe.error is not None:
        yield problem("service", probe.error.message)
    else:
        mode = {
            True: "as before February 2026 (an older app, or one with extended quota)",
            False: "as since February 2026 (Development Mode)",
            None: "in a shape that does not show yet, as the library is empty",
        }[probe.old_shapes]
        yield ok("service", f"answers {mode}; {probe.playlists} playlists in the library; {sent} requests sent")
    if probe.said_at is not None and probe.asked_at is not None:
        yield _skew_check(abs(probe.asked_at - probe.said_at))


def _skew_check(skew: timedelta) -> Check:
    seconds = round(skew.total_seconds())
    if skew < SKEW:
        return ok("clock", f"right to {max(seconds, 1)} s")
    text = f"this machine's clock differs from the service's by {seconds // 60} minutes"
    cure = "let the system set it (timedatectl set-ntp true); pauses and the login's end are reckoned by it"
    return problem("clock", text, cure) if skew >= BAD_SKEW else warning("clock", text, cure)


def proxy_checks(proxies: Mapping[str, str], mask: Callable[[str], str]) -> Iterator[Check]:
    """The proxies that requests go through."""
    used = {name: url for name, url in proxies.items() if name in ("http", "https", "all")}
    if not used:
        yield ok("network", "no proxy")
    for name, url in sorted(used.items()):
        yield ok("network", f"{name} goes through the proxy {mask(url)}")


# --- Optional programs. ---


def program_checks(settings: Settings) -> Iterator[Check]:
    """What is not needed but used where it is there."""
    has_apprise = importlib.util.find_spec("apprise") is not None
    if settings.notify and not has_apprise:
        cure = "pip install 'playlist-builder[apprise]'"
        yield warning("programs", "PLAYLIST_NOTIFY is set, but apprise, which sends to it, is missing", cure)
    elif settings.notify:
        yield ok("programs", "notices go out through apprise")
    elif sys.platform not in ("darwin", "win32") and not shutil.which("notify-send"):
        yield ok("programs", "no desktop notices (notify-send is missing); notices wait for the next command")
    else:
        yield ok("programs", "notices go to the desktop")
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    yield ok("programs", f"editor: {editor or 'the system’s own'}")
