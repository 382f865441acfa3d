"""A computer for tests: an empty home, the installed `playlist` command, and an emulated Spotify to talk to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playlist_builder.emulator import Emulator

SCRIPT = Path(sys.executable).with_name("playlist")
CLIENT_ID = "0123456789abcdef0123456789abcdef"


@dataclass
class Ran:
    """What a command left: its exit code, stdout and stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Machine:
    """One home directory and one working directory; `run` starts the installed command there."""

    home: Path
    work: Path
    emulator: Emulator | None = None
    extra: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        (self.work / "playlists").mkdir(parents=True, exist_ok=True)

    @property
    def environment(self) -> dict[str, str]:
        made = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "PLAYLIST_HOME": str(self.home / "state"),
            "PLAYLIST_REQUEST_INTERVAL": "0",
            "COLUMNS": "80",
        }
        if self.emulator is not None:
            made |= {
                "SPOTIPY_CLIENT_ID": CLIENT_ID,
                "SPOTIPY_REDIRECT_URI": "http://127.0.0.1/callback",
                "SPOTIFY_API_URL": self.emulator.api_url,
                "SPOTIFY_ACCOUNTS_URL": self.emulator.accounts_url,
            }
        return made | self.extra

    def run(self, *args: str, stdin: str | None = None, check: int | None = None, **extra: str) -> Ran:
        """Runs `playlist ARGS`; with `check` the exit code must be that."""
        done = subprocess.run(
            [str(SCRIPT), *args],
            cwd=self.work,
            env=self.environment | extra,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )
        ran = Ran(done.returncode, done.stdout, done.stderr)
        if check is not None:
            assert ran.code == check, f"exit {ran.code}\n{ran.out}\n{ran.err}"
        return ran

    def log_in(self) -> None:
        """`playlist login --no-browser`, its address followed as a browser would."""
        with subprocess.Popen(
            [str(SCRIPT), "login", "--no-browser", "--timeout", "30"],
            cwd=self.work,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            errors: list[str] = []
            stderr = process.stderr
            reader = threading.Thread(target=lambda: errors.append(stderr.read()))
            reader.start()
            address = process.stdout.readline().strip()
            if address:
                with suppress(OSError), urllib.request.urlopen(address, timeout=20) as answer:
                    answer.read()
            rest = process.stdout.read()
            reader.join()
        assert process.returncode == 0, f"{address}\n{rest}\n{errors}"

    def listing(self, name: str, rows: Sequence[tuple[str, str]], **head: Any) -> Path:
        """Writes a listing of (artist, title) rows."""
        lines = [f"title = {json.dumps(head.pop('title', name))}"]
        lines += [f"{key} = {json.dumps(value)}" for key, value in head.items()]
        for artist, title in rows:
            lines.append("\n[[track]]")
            lines += [f"artist = {json.dumps(artist, ensure_ascii=False)}"] if artist else []
            lines.append(f"title = {json.dumps(title, ensure_ascii=False)}")
        path = self.work / "playlists" / f"{name}.toml"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path
