"""What is to run, when, and with what: one value that every scheduler turns into its own files."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from playlist_builder.errors import ConfigError, ListingError, UsageError
from playlist_builder.store.settings import Settings

DEFAULT_SERVICE = "spotify"
EVERY = ("hour", "day", "week", "month")

# What a run needs of the environment that it was added from. Never PLAYLIST_TOKEN or PLAYLIST_NOTIFY: entries of a
# scheduler are readable by others; secrets stay in the settings file.
KEPT = (
    "PLAYLIST_HOME",
    "PLAYLISTS_DIR",
    "PLAYLIST_DAILY_REQUESTS",
    "PLAYLIST_REQUEST_INTERVAL",
    "SPOTIPY_CLIENT_ID",
    "SPOTIPY_REDIRECT_URI",
    "SPOTIFY_API_URL",
    "SPOTIFY_ACCOUNTS_URL",
)
SECRETS = ("PLAYLIST_TOKEN", "PLAYLIST_NOTIFY")
PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
NETWORK = (*PROXIES, "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
ALLOWED = (*KEPT, "PLAYLIST_PROFILE", "XDG_DATA_HOME", *NETWORK)

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKey:
    """Which entry of a scheduler: one for each listing (or all of them), service and profile."""

    name: str | None  # None: every listing of the user's
    service: str = DEFAULT_SERVICE
    profile: str | None = None

    @property
    def extras(self) -> tuple[str, ...]:
        """What tells it from the same listing's other entries, usually nothing."""
        service = () if self.service == DEFAULT_SERVICE else (self.service,)
        return (*service, *((f"profile {self.profile}",) if self.profile else ()))

    @property
    def label(self) -> str:
        """How it is called in messages."""
        what = "all listings" if self.name is None else self.name
        return f"{what} ({', '.join(self.extras)})" if self.extras else what

    @property
    def file_name(self) -> str:
        """Letters, digits and `-_.~%+@`: unlike any other key's, and valid as a file or task name everywhere."""
        name = "@all" if self.name is None else quote(self.name, safe="")
        service = "" if self.service == DEFAULT_SERVICE else f"+{quote(self.service, safe='')}"
        profile = f"+@{quote(self.profile, safe='')}" if self.profile else ""
        return shortened(f"{name}{service}{profile}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One periodic run of `playlist schedule run`. `at` is local time; None: a time of its own, spread by its name."""

    name: str | None  # None: --all
    every: str  # hour, day, week, month, or CRON text
    at: str | None = None  # HH:MM
    program: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: Path
    service: str = DEFAULT_SERVICE
    writable: tuple[Path, ...] = ()  # the directories that it must be able to write

    @property
    def key(self) -> JobKey:
        return JobKey(name=self.name, service=self.service, profile=self.environment.get("PLAYLIST_PROFILE"))

    @property
    def arguments(self) -> tuple[str, ...]:
        """What is run, without the program itself."""
        service = () if self.service == DEFAULT_SERVICE else ("--service", self.service)
        what = ("--all",) if self.name is None else ("--", self.name) if self.name.startswith("-") else (self.name,)
        return ("schedule", "run", *service, *what)

    @property
    def command(self) -> tuple[str, ...]:
        return (*self.program, *self.arguments)

    def record(self) -> str:
        """The job as one line of ASCII JSON, kept inside an entry so that it can be read back; `-` and `%` escaped."""
        fields = {
            "name": self.name,
            "every": self.every,
            "at": self.at,
            "program": list(self.program),
            "environment": dict(sorted(self.environment.items())),
            "directory": str(self.directory),
            "service": self.service,
            "writable": [str(path) for path in self.writable],
        }
        return json.dumps(fields).replace("-", "\\u002d").replace("%", "\\u0025")


def job_of(record: str) -> Job | None:
    """The job that `record` describes, or None where it cannot be read (edited by hand, or by a newer version)."""
    try:
        fields = json.loads(record)
        return Job(
            name=fields["name"],
            every=fields["every"],
            at=fields["at"],
            program=tuple(fields["program"]),
            environment=dict(fields["environment"]),
            directory=Path(fields["directory"]),
            service=fields["service"],
            writable=tuple(Path(path) for path in fields["writable"]),
        )
    except (ValueError, KeyError, TypeError):
        return None


def make_job(
    name: str | None,
    every: str,
    at: str | None,
    *,
    settings: Settings,
    service: str,
    listings: Path,
    environ: Mapping[str, str],
    directory: Path,
    program: tuple[str, ...] | None = None,
) -> Job:
    """The checked job for the command line's words, run as now: same settings, same listings.

    `listings` is the directory where the listings lie, `directory` the current one. Raises `UsageError` for a time
    that is none, `ListingError` for an impossible name.
    """
    from playlist_builder.schedule.times import check_times

    if name is not None:
        check_name(name)
    job = Job(
        name=name,
        every=" ".join(every.split()),
        at=check_at(at),
        program=program or installed_program(),
        environment=environment_for(settings, environ),
        directory=working_directory(settings, directory),
        service=service,
        writable=writable_paths(settings.home, listings, name),
    )
    check_times(job)
    for text in (*job.command, *job.environment.values(), str(job.directory), *map(str, job.writable)):
        if _CONTROL.search(text):
            raise ConfigError(f"{text!r} has a line break or control character; no scheduler takes it. Rename it.")
    return job


def check_name(name: str) -> str:
    """`name`, if a listing can be called so; raises `ListingError`."""
    if not name.strip() or _CONTROL.search(name) or re.search(r"[/\\]|\.\.|^[A-Za-z]:", name):
        raise ListingError(f"{name!r} cannot be a listing's name: give the name alone, without folder or suffix.")
    return name


def check_at(at: str | None) -> str | None:
    """`at` as HH:MM; raises `UsageError`."""
    if at is None:
        return None
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", at.strip(), re.ASCII)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise UsageError(f"--at {at!r} should be a time of day from 00:00 to 23:59, such as 07:30.")
    return f"{int(found[1]):02}:{found[2]}"


def installed_program(argv0: str | None = None) -> tuple[str, ...]:
    """The installed `playlist` script as an absolute path, links not followed: an upgrade leaves it where it is.

    The one that was called, else the one beside this Python, else the one on the PATH; where there is none, this
    Python with `-m playlist_builder`.
    """
    called = Path(sys.argv[0] if argv0 is None else argv0)
    beside = Path(sys.executable).absolute().parent / "playlist"
    for path in (called, called.with_name(f"{called.name}.exe"), beside, beside.with_suffix(".exe")):
        if path.stem.lower() == "playlist" and path.is_file() and os.access(path, os.X_OK):
            return (str(Path(os.path.abspath(path))),)  # noqa: PTH100 - resolve() would follow the link
    found = shutil.which("playlist")
    return (os.path.abspath(found),) if found else (sys.executable, "-m", "playlist_builder")  # noqa: PTH100


def environment_for(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """What of the real environment must stand in the entry so that a run finds the same settings; never a secret.

    Settings from `.env` or the settings file are not copied: the run reads them again, in their newest state.
    """
    kept = {
        name: _absolute(name, environ[name])
        for name in KEPT
        if settings.sources.get(name) == "environment" and environ.get(name)
    }
    if settings.profile:
        kept["PLAYLIST_PROFILE"] = settings.profile
    if "PLAYLIST_HOME" not in kept and environ.get("XDG_DATA_HOME"):
        kept["XDG_DATA_HOME"] = environ["XDG_DATA_HOME"]
    kept.update({name: environ[name] for name in NETWORK if environ.get(name) and not _has_password(environ[name])})
    return dict(sorted(kept.items()))


def left_out(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    """A sentence for each thing that this environment has and an unattended run will not have."""
    found = [name for name in SECRETS if settings.sources.get(name) == "environment"]
    lines = [
        f"{name} is set in this terminal only. It is a secret and is not written into a schedule: "
        f"put it into {settings.settings_file} if unattended runs should use it."
        for name in found
    ]
    proxies = sorted({name.upper() for name in PROXIES if _has_password(environ.get(name, ""))})
    lines += [
        f"{name} has a password in it and is not written into a schedule: runs go without that proxy."
        for name in proxies
    ]
    return lines


def working_directory(settings: Settings, current: Path) -> Path:
    """Where a run must start to find the listings and the `.env` that are found now."""
    if settings.playlists_dir is None and (current / "playlists").is_dir():
        return current
    dot_env = next((source for source in settings.sources.values() if Path(source).name == ".env"), None)
    return Path(dot_env).absolute().parent if dot_env else settings.home


def writable_paths(home: Path, listings: Path, name: str | None) -> tuple[Path, ...]:
    """Where a run writes: its own directory, the listings, and what listings that are links lead to."""
    found = {Path(os.path.realpath(home)), Path(os.path.realpath(listings))}
    if listings.is_dir():
        links = (path for path in listings.iterdir() if path.is_symlink())
        found |= {
            Path(os.path.realpath(path)).parent for path in links if name is None or path.name.startswith(f"{name}.")
        }
    return tuple(sorted(found))


def problems(job: Job) -> list[str]:
    """Why this job cannot work (any more), a sentence each: its program or a folder is gone."""
    found = []
    program = Path(job.program[0])
    if not program.is_file():
        found.append(f"its program {program} is gone; add the schedule again")
    elif any(part.startswith("archive-v") or part == ".cache" for part in program.parts):
        found.append(f"its program {program} lies in a cache and will vanish; install playlist-builder for good")
    if not job.directory.is_dir():
        found.append(f"its folder {job.directory} is gone; add the schedule again from where the listings are")
    return found


def shortened(text: str, longest: int = 150) -> str:
    """`text`, or where it is too long for a file name, its beginning and a hash of all of it."""
    if len(text) <= longest:
        return text
    import hashlib

    return f"{text[: longest - 17]}~{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def words_of(values: Sequence[str]) -> str:
    """`values` as one readable list: `a, b and c`."""
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} and {values[-1]}" if values else ""


def _absolute(name: str, value: str) -> str:
    paths = ("PLAYLIST_HOME", "PLAYLISTS_DIR")
    return str(Path(value.strip()).expanduser().absolute()) if name in paths else value.strip()


def _has_password(url: str) -> bool:
    try:
        return "@" in urlsplit(url if "://" in url else f"http://{url}").netloc
    except ValueError:
        return True
