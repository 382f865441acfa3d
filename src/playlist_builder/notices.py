"""Messages to a person: sent when something newly needs one, and kept until the next command on a terminal.

The ways, in this order: the addresses of PLAYLIST_NOTIFY through apprise, an optional extra; without addresses, the
desktop's own notification where there is one. Whatever becomes of that, the message waits in a small file. Nothing here
raises: a notice that cannot be sent must not stop a sync.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from playlist_builder.clock import Clock
from playlist_builder.report.text import clean
from playlist_builder.store.files import private_directory, replace_file

AGAIN = timedelta(days=7)  # what was shown and still waits is shown again after this
LOGIN_STAGES = ((0, "ended"), (7, "7 days"), (30, "30 days"))  # days before its end from which it is warned about
TITLE = "playlist"
NO_APPRISE = (
    "PLAYLIST_NOTIFY is set, but the package that sends to it is missing: pip install 'playlist-builder[apprise]'"
)

LOG = logging.getLogger("playlist_builder.notices")

Send = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One thing that waits for a person. `items`: what it is about, so that only a new one is told again."""

    text: str
    items: tuple[str, ...]
    since: str
    sent: bool = False
    seen: str | None = None
    once: bool = False  # news: gone when it was seen


class Notices:
    """The waiting list in `path`, and the ways to a person. `send(title, text)` says whether a message went out."""

    def __init__(self, path: Path, clock: Clock, urls: tuple[str, ...] = (), send: Send | None = None) -> None:
        self._path = path
        self._clock = clock
        self._urls = urls
        self._send = send or self._by_any_way

    def tell(self, key: str, text: str, items: Iterable[str] = (), *, quiet: bool = False) -> bool:
        """Says that a person is needed, unless everything in `items` was said before; whether it was sent.

        `key` names the thing (`review rocky-iv`), `items` its state. Fewer items than before are not news: the text
        that waits is then brought up to date in silence. A message that could not be sent is tried again next time.
        `quiet`: it waits for the next command on a terminal and is not sent.
        """
        about = tuple(sorted({clean(item) for item in items})) or (clean(text),)
        return self._tell(key, Waiting(text=text, items=about, since=self._clock.now().isoformat(), sent=quiet))

    def news(self, key: str, text: str) -> bool:
        """Says something that needs nobody: sent once, shown once."""
        since = self._clock.now().isoformat()
        return self._tell(key, Waiting(text=text, items=(clean(text),), since=since, once=True))

    def settle(self, key: str) -> None:
        """The thing is in order (again): it no longer waits, and would be told anew."""
        state = self._load()
        if state["waiting"].pop(key, None) is not None:
            self._save(state)

    def failed(self, key: str) -> tuple[int, timedelta]:
        """Counts a failure; how many there have been in a row, and for how long."""
        state, now = self._load(), self._clock.now()
        row = state["failures"].get(key)
        if not isinstance(row, dict):
            row = {"count": 0, "since": now.isoformat()}
        row["count"] += 1
        state["failures"][key] = row
        self._save(state)
        return row["count"], now - _moment(row["since"], now)

    def worked(self, key: str) -> None:
        """Ends a row of failures, and what was told about it."""
        state = self._load()
        failed, told = state["failures"].pop(key, None), state["waiting"].pop(key, None)
        if failed is not None or told is not None:
            self._save(state)

    def waiting(self) -> list[str]:
        """One line for each thing to show now, oldest first: not seen yet, or seen a week ago and still waiting."""
        now = self._clock.now()
        entries = _entries(self._load()).values()
        due = [entry for entry in entries if entry.seen is None or _moment(entry.seen, now) <= now - AGAIN]
        return [clean(entry.text) for entry in sorted(due, key=lambda entry: entry.since)]

    def seen(self) -> None:
        """What `waiting` gave was shown on a terminal."""
        state = self._load()
        now = self._clock.now()
        kept = {}
        for key, entry in _entries(state).items():
            due = entry.seen is None or _moment(entry.seen, now) <= now - AGAIN
            if not (due and entry.once):
                kept[key] = replace(entry, seen=now.isoformat()) if due else entry
        if kept != _entries(state):
            state["waiting"] = {key: _object(entry) for key, entry in kept.items()}
            self._save(state)

    def login_ends(self, ends: datetime | None, command: str = "playlist login") -> None:
        """Tells that the login will end, or has ended, at `ends` (aware): at 30 days before, at 7, and when it is over.

        None, or an end further away, settles it.
        """
        line = login_warning(ends, self._clock.now(), command)
        if line is None or ends is None:
            self.settle("login ends")
            return
        left = (ends - self._clock.now()).total_seconds() / 86400
        stages = tuple(name for days, name in LOGIN_STAGES if left <= days or name == "30 days")
        self.tell("login ends", line, stages)

    def _tell(self, key: str, entry: Waiting) -> bool:
        state = self._load()
        old = _entries(state).get(key)
        known = old is not None and set(entry.items) <= set(old.items)
        if old is not None and known:
            entry = replace(entry, since=old.since, seen=old.seen, sent=old.sent)
        if entry != old:
            state["waiting"][key] = _object(entry)
            self._save(state)  # before it is sent: a kill in between must not lose it
        if entry.sent or not self._sent(entry.text):
            return False
        state = self._load()
        state["waiting"][key] = _object(replace(entry, sent=True))
        self._save(state)
        return True

    def _sent(self, text: str) -> bool:
        try:
            return self._send(TITLE, clean(text))
        except Exception:
            LOG.warning("a notice could not be sent", exc_info=True)
            return False

    def _by_any_way(self, title: str, text: str) -> bool:
        if not self._urls:
            return send_to_desktop(title, text)
        if importlib.util.find_spec("apprise") is None:
            self._say_once_that_apprise_is_missing()
            return send_to_desktop(title, text)
        return send_by_apprise(self._urls, title, text)

    def _say_once_that_apprise_is_missing(self) -> None:
        state = self._load()
        if "apprise" not in state["waiting"]:
            now = self._clock.now().isoformat()
            entry = Waiting(text=NO_APPRISE, items=(NO_APPRISE,), since=now, sent=True)
            state["waiting"]["apprise"] = _object(entry)
            self._save(state)
            LOG.warning(NO_APPRISE)

    def _load(self) -> dict[str, Any]:
        """The file's content, or an empty state where there is none that can be read."""
        try:
            state = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            state = None
        if not isinstance(state, dict) or state.get("version") != 1:
            return {"version": 1, "waiting": {}, "failures": {}}
        for part in ("waiting", "failures"):
            if not isinstance(state.get(part), dict):
                state[part] = {}
        return state

    def _save(self, state: dict[str, Any]) -> None:
        text = json.dumps(state, ensure_ascii=False, indent=1)
        try:
            private_directory(self._path.parent)
            replace_file(self._path, f"{text}\n".encode("utf-8", "replace"), mode=0o600)
        except OSError:
            LOG.warning("the waiting list %s cannot be written", self._path, exc_info=True)


def login_warning(ends: datetime | None, now: datetime, command: str = "playlist login") -> str | None:
    """One line from 30 days before a login's end on, with the command that mends it; else None."""
    if ends is None or ends - now > timedelta(days=30):
        return None
    if ends <= now:
        return f"The login ended on {ends.astimezone():%Y-%m-%d}: {command}"
    days = (ends - now).days
    when = "in less than a day" if days < 1 else f"in {days} {'day' if days == 1 else 'days'}"
    return (
        f"The login ends {when}, on {ends.astimezone():%Y-%m-%d}; until then nothing is missing. To renew it: {command}"
    )


def send_by_apprise(urls: tuple[str, ...], title: str, text: str) -> bool:
    """Sends to every address; whether all took it. Never raises, and never logs an address: they hold secrets."""
    try:
        import apprise
    except ImportError:
        return False
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    try:
        sender = apprise.Apprise()
        added = [bool(sender.add(url)) for url in urls]
        sent = bool(sender.notify(title=title, body=text)) if any(added) else False
    except Exception as error:
        LOG.warning("a notice could not be sent through apprise (%s)", type(error).__name__)
        return False
    if not (sent and all(added)):
        LOG.warning("a notice did not reach every address of PLAYLIST_NOTIFY")
    return sent


def send_to_desktop(title: str, text: str) -> bool:
    """Shows the desktop's own notification; False where there is no desktop or it does not answer. Never raises."""
    command = _desktop_command(title, text)
    if command is None:
        return False
    words, environment = command
    try:
        done = subprocess.run(
            words,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=15,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def _desktop_command(title: str, text: str) -> tuple[list[str], dict[str, str]] | None:
    """The program that shows a notification, and its environment; texts never become part of a script."""
    if sys.platform == "darwin":
        script = ("on run argv", "display notification (item 2 of argv) with title (item 1 of argv)", "end run")
        words = ["osascript", *(word for line in script for word in ("-e", line)), title, text]
        return words, {}
    if sys.platform == "win32":
        words = ["powershell", "-NoProfile", "-NonInteractive", "-WindowStyle", "Hidden", "-Command", TOAST]
        return words, {"PLAYLIST_TOAST_TITLE": title, "PLAYLIST_TOAST_TEXT": text}
    bus = os.environ.get("DBUS_SESSION_BUS_ADDRESS") or (Path(f"/run/user/{os.getuid()}") / "bus").exists()
    program = shutil.which("notify-send")
    if not program or not bus:
        return None
    body = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    found = {} if os.environ.get("DBUS_SESSION_BUS_ADDRESS") else {"XDG_RUNTIME_DIR": f"/run/user/{os.getuid()}"}
    return [program, "--app-name=playlist", "--", title, body], found


# Windows PowerShell 5 has the types of the notification platform; the texts come in through the environment.
TOAST = """
$null = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$kind = [Windows.UI.Notifications.ToastTemplateType]::ToastText02
$xml = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent($kind)
$lines = $xml.GetElementsByTagName('text')
$null = $lines.Item(0).AppendChild($xml.CreateTextNode($env:PLAYLIST_TOAST_TITLE))
$null = $lines.Item(1).AppendChild($xml.CreateTextNode($env:PLAYLIST_TOAST_TEXT))
$app = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\WindowsPowerShell\\v1.0\\powershell.exe'
$toast = [Windows.UI.Notifications.ToastNotification]::new($xml)
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($app).Show($toast)
"""


def _entries(state: dict[str, Any]) -> dict[str, Waiting]:
    """The waiting list; entries that cannot be read are left out."""
    found = {}
    for key, value in state["waiting"].items():
        try:
            found[key] = Waiting(**{**value, "items": tuple(value["items"])})
        except (TypeError, KeyError):
            continue
    return found


def _object(entry: Waiting) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in Waiting.__slots__}


def _moment(text: str, now: datetime) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return now
