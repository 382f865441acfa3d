"""Every setting, and where it came from. The only place that reads the environment and `.env`."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values, find_dotenv, set_key
from platformdirs import user_data_path

from playlist_builder.errors import ConfigError
from playlist_builder.store.files import private_directory

SPOTIFY_API = "https://api.spotify.com/v1"
SPOTIFY_ACCOUNTS = "https://accounts.spotify.com"
REDIRECT_URI = "http://127.0.0.1:8888/callback"

# May come from a `.env` in the working directory or above.
FOLDER_KEYS = (
    "SPOTIPY_CLIENT_ID",
    "SPOTIPY_REDIRECT_URI",
    "PLAYLISTS_DIR",
    "PLAYLIST_SERVICE",
    "PLAYLIST_PROFILE",
    "PLAYLIST_DAILY_REQUESTS",
    "PLAYLIST_REQUEST_INTERVAL",
)
# From the real environment or our own settings file only: a `.env` that came with a folder must not redirect a login.
OWN_KEYS = ("PLAYLIST_HOME", "PLAYLIST_TOKEN", "PLAYLIST_NOTIFY", "SPOTIFY_API_URL", "SPOTIFY_ACCOUNTS_URL")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings in force. `sources` says for each name that was set where it was found."""

    home: Path
    client_id: str | None = None
    redirect_uri: str = REDIRECT_URI
    playlists_dir: Path | None = None
    service: str = "spotify"
    profile: str | None = None
    daily_requests: int = 500  # catalogue requests in a rolling 24 hours; 0: no limit of our own
    request_interval_s: float = 0.2
    token: str | None = field(default=None, repr=False)
    notify: tuple[str, ...] = field(default=(), repr=False)
    api_url: str = SPOTIFY_API
    accounts_url: str = SPOTIFY_ACCOUNTS
    sources: Mapping[str, str] = field(default_factory=dict)
    # Not for the environment: what the service is given to answer.
    read_timeout_s: float = 15.0
    write_timeout_s: float = 60.0

    @property
    def settings_file(self) -> Path:
        """Where the guided set-up keeps its answers."""
        return settings_file()

    def data_path(self, service: str) -> Path:
        """Where a service's state, token and cache are: apart for the demo and for each profile."""
        path = self.home
        if self.profile:
            path = path / "profiles" / self.profile
        return path / "demo" if service == "demo" else path

    def data_dir(self, service: str) -> Path:
        """The same directory, private and made if needed."""
        private_directory(self.home)
        return private_directory(self.data_path(service))

    @property
    def address_key(self) -> str:
        """A short hash of the service's addresses, loopback ports left out: a token goes to no other."""
        parts = []
        for url in (self.api_url, self.accounts_url):
            split = urlsplit(url)
            host = split.hostname or ""
            parts.append(f"{split.scheme}://{host}{'' if host in LOOPBACK else f':{split.port}'}{split.path}")
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]


LOOPBACK = ("127.0.0.1", "::1")


def settings_file() -> Path:
    """The settings file: in `PLAYLIST_HOME` of the real environment, else in the platform's own directory."""
    return default_home() / "settings.env"


def default_home() -> Path:
    home = os.environ.get("PLAYLIST_HOME")
    return Path(home).expanduser() if home else user_data_path("playlist-builder", appauthor=False)


def load_settings() -> Settings:
    """The settings from the environment, a `.env` in the working directory or above, and the settings file.

    The environment wins, then `.env`, then the settings file. Raises `ConfigError` naming the setting, its source and
    what it should be.
    """
    found: dict[str, tuple[str, str]] = {}
    own_file = settings_file()
    if own_file.is_file():
        _take(found, dotenv_values(own_file, interpolate=False), FOLDER_KEYS + OWN_KEYS, str(own_file))
    dot_env = find_dotenv(usecwd=True)
    if dot_env:
        _take(found, dotenv_values(dot_env, interpolate=False), FOLDER_KEYS, dot_env)
    _take(found, os.environ, FOLDER_KEYS + OWN_KEYS, "environment")

    def text(name: str) -> str | None:
        return found[name][0] if name in found else None

    profile = text("PLAYLIST_PROFILE")
    if profile is not None and not re.fullmatch(r"[\w][\w.-]{0,63}", profile):
        raise ConfigError(_wrong(found, "PLAYLIST_PROFILE", "a short name of letters, digits, '-', '_' and '.'"))
    home = Path(text("PLAYLIST_HOME") or default_home()).expanduser().absolute()
    directory = text("PLAYLISTS_DIR")
    return Settings(
        home=home,
        client_id=text("SPOTIPY_CLIENT_ID"),
        redirect_uri=text("SPOTIPY_REDIRECT_URI") or REDIRECT_URI,
        playlists_dir=Path(directory).expanduser().absolute() if directory else None,
        service=text("PLAYLIST_SERVICE") or "spotify",
        profile=profile,
        daily_requests=int(_number(found, "PLAYLIST_DAILY_REQUESTS", 500, whole=True)),
        request_interval_s=_number(found, "PLAYLIST_REQUEST_INTERVAL", 0.2),
        token=text("PLAYLIST_TOKEN"),
        notify=tuple((text("PLAYLIST_NOTIFY") or "").split()),
        api_url=(text("SPOTIFY_API_URL") or SPOTIFY_API).rstrip("/"),
        accounts_url=(text("SPOTIFY_ACCOUNTS_URL") or SPOTIFY_ACCOUNTS).rstrip("/"),
        sources={name: source for name, (_, source) in found.items()},
    )


def ignored() -> dict[str, str]:
    """Settings that stand in a `.env` of a folder and are not taken from there, each with that file."""
    dot_env = find_dotenv(usecwd=True)
    if not dot_env or Path(dot_env).absolute() == settings_file().absolute():
        return {}
    return {
        name: dot_env for name, value in dotenv_values(dot_env, interpolate=False).items() if name in OWN_KEYS and value
    }


def remember(name: str, value: str) -> Path:
    """Keeps one setting in the settings file (mode 0600 in a private directory); the file's path."""
    path = settings_file()
    private_directory(path.parent)
    if not path.exists():
        path.touch(mode=0o600)
    set_key(path, name, value, quote_mode="auto")
    path.chmod(0o600)
    return path


def check_addresses(settings: Settings) -> None:
    """Raises `ConfigError` unless both addresses are https, or http on a literal loopback address; no user part."""
    for name, url in (("SPOTIFY_API_URL", settings.api_url), ("SPOTIFY_ACCOUNTS_URL", settings.accounts_url)):
        split = urlsplit(url)
        try:
            host, _ = split.hostname, split.port
        except ValueError:
            host = None
        loopback = split.scheme == "http" and host in LOOPBACK
        if (
            not host
            or "@" in split.netloc
            or split.query
            or split.fragment
            or not (split.scheme == "https" or loopback)
        ):
            where = settings.sources.get(name, "default")
            raise ConfigError(
                f"{name} ({where}) must be an https:// address, or http://127.0.0.1 or http://[::1], "
                f"without a user part. Correct or remove it."
            )


def _take(
    found: dict[str, tuple[str, str]], values: Mapping[str, str | None], names: tuple[str, ...], source: str
) -> None:
    for name in names:
        value = values.get(name)
        if value is not None and value.strip():
            found[name] = (value.strip(), source)


def _number(found: Mapping[str, tuple[str, str]], name: str, default: float, whole: bool = False) -> float:
    if name not in found:
        return default
    try:
        value = int(found[name][0]) if whole else float(found[name][0])
    except ValueError:
        value = -1
    if not 0 <= value < 1e9:
        raise ConfigError(_wrong(found, name, "a whole number from 0" if whole else "a number of seconds from 0"))
    return value


def _wrong(found: Mapping[str, tuple[str, str]], name: str, wanted: str) -> str:
    value, source = found[name]
    return f"{name} is {value!r} (from {source}) and should be {wanted}. Correct it there, or remove it."
