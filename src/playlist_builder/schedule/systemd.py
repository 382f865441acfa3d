"""A systemd user timer: catches up after a pause, starts at a random moment, runs the program in a narrow sandbox."""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import shutil
from pathlib import Path

from playlist_builder.errors import ConfigError
from playlist_builder.schedule.backend import (
    TIME_LIMIT_S,
    Installed,
    Ran,
    call,
    delay_minutes,
    record_in,
    unlink_all,
    write_changed,
)
from playlist_builder.schedule.job import DEFAULT_SERVICE, Job, JobKey, job_of, problems, shortened
from playlist_builder.schedule.times import on_calendar

RECORD = "# playlist: "
NAMESPACE = 226  # systemd's code where it could not set up a sandbox (systemd.exec(5), "Process exit codes")


class Systemd:
    """Units in the user's own directory, driven by `systemctl --user`."""

    name = "systemd"
    title = "systemd user timer"

    def available(self) -> bool:
        if os.name != "posix" or not shutil.which("systemctl"):
            return False
        try:
            return call("systemctl", "--user", "show", "--property=Version", timeout_s=10, check=False).code == 0
        except ConfigError:
            return False

    def files(self, job: Job) -> dict[str, str]:
        unit = unit_name(job.key)
        return {
            str(unit_directory() / f"{unit}.service"): _service(job),
            str(unit_directory() / f"{unit}.timer"): _timer(job),
        }

    def install(self, job: Job) -> bool:
        timer = f"{unit_name(job.key)}.timer"
        files = self.files(job)
        _make_writable(job)
        changed = write_changed(files)
        if changed:
            call("systemctl", "--user", "daemon-reload")
        enabled = call("systemctl", "--user", "is-enabled", "--quiet", timer, check=False).code == 0
        active = call("systemctl", "--user", "is-active", "--quiet", timer, check=False).code == 0
        if not enabled or not active:
            call("systemctl", "--user", "enable", "--now", timer)
        elif changed:
            call("systemctl", "--user", "restart", timer)
        return changed or not enabled or not active

    def remove(self, key: JobKey) -> bool:
        unit = unit_name(key)
        paths = [unit_directory() / f"{unit}.{kind}" for kind in ("timer", "service")]
        if not any(path.exists() for path in paths):
            return False
        with contextlib.suppress(ConfigError):  # the files go even where no systemd answers
            call("systemctl", "--user", "disable", "--now", f"{unit}.timer", check=False)
        wants = unit_directory() / "timers.target.wants"
        unlink_all([*paths, wants / f"{unit}.timer", _stamp(f"{unit}.timer")])
        with contextlib.suppress(ConfigError):
            call("systemctl", "--user", "daemon-reload", check=False)
            call("systemctl", "--user", "reset-failed", f"{unit}.service", f"{unit}.timer", check=False)
        for directory in (wants, unit_directory()):
            with contextlib.suppress(OSError):
                directory.rmdir()  # only where it is empty
        return True

    def installed(self) -> list[Installed]:
        found = []
        for path in sorted(unit_directory().glob("playlist*.timer")):
            job = _job_in(path.with_suffix(".service"))
            if job is not None and unit_name(job.key) == path.stem:
                found.append(Installed(job=job, where=str(path), problem=self._problem(path.name, job)))
        return found

    def run_now(self, key: JobKey) -> Ran:
        service = f"{unit_name(key)}.service"
        call("systemctl", "--user", "start", service, timeout_s=TIME_LIMIT_S + 600, check=False)
        shown = call("systemctl", "--user", "show", service, "--property=ExecMainStatus,Result").out
        answers = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)
        status = answers.get("ExecMainStatus", "")
        code = int(status) if status.isdigit() else None
        if code == NAMESPACE:
            return Ran(
                code=code, words=f"This system refuses a sandbox to user services. Run\n{_without_sandbox(service)}"
            )
        result = answers.get("Result", "success")
        words = "" if result == "success" else f"systemd says: {result}. `journalctl --user -u '{service}'` has more."
        return Ran(code=code, words=words)

    def notes(self, job: Job) -> list[str]:
        lines = [
            f"Starts up to {delay_minutes(job)} minutes late, so that not everybody asks at once. "
            "A run that was missed while the machine was off or asleep is made up for afterwards.",
        ]
        if not _lingers():
            lines.append(
                "Runs while you are logged in; what was missed is made up for at the next login. To run without a "
                "login as well (a server, say): loginctl enable-linger"
            )
        return lines

    def _problem(self, timer: str, job: Job) -> str | None:
        broken = problems(job)
        if broken:
            return "; ".join(broken)
        if call("systemctl", "--user", "is-active", "--quiet", timer, check=False).code != 0:
            return f"its timer is stopped; start it with: systemctl --user enable --now '{timer}'"
        return None


def unit_name(key: JobKey) -> str:
    """The units' name without suffix: `playlist-rocky-iv`; `playlist` alone for all listings.

    Escaped as systemd-escape(1) does, byte by byte as `\\xNN`, but for the hyphen: it stands for `/` there, which no
    name has. The colon is escaped too, and sets off service and profile.
    """
    name = "" if key.name is None else f"-{escaped(key.name)}"
    service = "" if key.service == DEFAULT_SERVICE else f":{escaped(key.service)}"
    profile = f"::{escaped(key.profile)}" if key.profile else ""
    return shortened(f"playlist{name}{service}{profile}", 200).replace("~", "_")


def escaped(text: str) -> str:
    """`text` as part of a unit's name."""
    return "".join(
        char if re.fullmatch(r"[A-Za-z0-9_.-]", char) else "".join(f"\\x{byte:02x}" for byte in char.encode())
        for char in text
    )


def unit_directory() -> Path:
    """Where the user's own units lie."""
    config = os.environ.get("XDG_CONFIG_HOME")
    return (Path(config) if config else Path.home() / ".config") / "systemd" / "user"


def _stamp(timer: str) -> Path:
    """The file in which systemd remembers when a persistent timer ran last."""
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "systemd" / "timers" / f"stamp-{timer}"


def _service(job: Job) -> str:
    command = f":{' '.join(map(_quoted, _startable(job.command)))}"
    environment = "".join(f"Environment={_quoted(f'{name}={value}')}\n" for name, value in job.environment.items())
    writable = "".join(f"ReadWritePaths={_quoted(f'-{path}')}\n" for path in job.writable)
    own_tmp = "" if any(_in_tmp(path) for path in _paths(job)) else "PrivateTmp=yes\n"
    return f"""{RECORD}{job.record()}
[Unit]
Description=Keeps the playlist in order: {_plain(job.key.label)}

[Service]
Type=oneshot
# The colon: no variable is expanded in what follows.
ExecStart={command}
WorkingDirectory={str(job.directory).replace("%", "%%")}
{environment}StandardInput=null
# 4: tracks need a person; 6: stopped by the day's quota, goes on next time. Neither is a failure of the service.
SuccessExitStatus=4 6
TimeoutStartSec={TIME_LIMIT_S // 60 + 5}min
Nice=10
UMask=0077
# It may write its own directory and the listings, and nothing else.
NoNewPrivileges=yes
ProtectSystem=strict
{writable}{own_tmp}LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
"""


def _timer(job: Job) -> str:
    return f"""[Unit]
Description=When the playlist is kept in order: {_plain(job.key.label)}

[Timer]
OnCalendar={on_calendar(job)}
RandomizedDelaySec={delay_minutes(job)}min
AccuracySec=1min
Persistent=true

[Install]
WantedBy=timers.target
"""


def _startable(command: tuple[str, ...]) -> tuple[str, ...]:
    """`command`, through the shell where systemd refuses the program's path for its quotes or backslashes."""
    return ("/bin/sh", "-c", 'exec "$@"', "sh", *command) if set("\"'\\") & set(command[0]) else command


def _quoted(text: str) -> str:
    """`text` as one word of a unit file: quotes, backslashes and specifiers escaped (systemd.syntax(7))."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") + '"'


def _plain(text: str) -> str:
    """`text` as a description: no specifier, no line continued."""
    return text.replace("%", "%%").replace("\\", "/")


def _paths(job: Job) -> tuple[Path, ...]:
    return (Path(job.program[0]), job.directory, *job.writable)


def _in_tmp(path: Path) -> bool:
    return any(path.is_relative_to(tmp) for tmp in ("/tmp", "/var/tmp"))


def _make_writable(job: Job) -> None:
    """A directory that does not exist when the service starts could not be made inside the sandbox."""
    for path in job.writable:
        with contextlib.suppress(OSError):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)


def _job_in(service: Path) -> Job | None:
    try:
        record = record_in(service.read_text(encoding="utf-8"), RECORD, "\n")
    except (OSError, UnicodeDecodeError):
        return None
    return job_of(record) if record else None


def _lingers() -> bool:
    try:
        answer = call("loginctl", "show-user", getpass.getuser(), "--property=Linger", "--value", check=False)
    except (ConfigError, OSError, KeyError):
        return False
    return answer.out.strip() == "yes"


def _without_sandbox(service: str) -> str:
    return (
        f"  systemctl --user edit '{service}'\nand write there\n"
        "  [Service]\n  ProtectSystem=no\n  PrivateTmp=no\n  RestrictNamespaces=no"
    )
