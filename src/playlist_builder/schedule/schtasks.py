"""A task of the Windows Task Scheduler: as the logged-on user, without a window, on battery too, catching up.

The element names, their order and their types follow MS-TSCH, section 2.5 ("XML Task Definition Format"): only a
trigger's elements are a sequence, the rest may stand in any order.
"""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from playlist_builder.clock import SystemClock
from playlist_builder.errors import ConfigError, UsageError
from playlist_builder.schedule.backend import (
    TIME_LIMIT_S,
    Answer,
    Installed,
    Ran,
    call,
    delay_minutes,
)
from playlist_builder.schedule.job import Job, JobKey, job_of, problems
from playlist_builder.schedule.times import MONTHS, WEEKDAYS, cron_text, is_cron

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
PREFIX = "playlist-"
START = "2026-01-01"  # the day from which a trigger counts; any day in the past
MONTH_NAMES = dict(
    zip(
        MONTHS,
        ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
         "November", "December"),
        strict=True,
    )
)  # fmt: skip
BUILTIN = (("Enabled", "true"), ("Hidden", "false"), ("AllowStartOnDemand", "true"), ("Priority", "7"))


class Schtasks:
    """Tasks of the user's own, driven by `schtasks`."""

    name = "schtasks"
    title = "Task Scheduler"

    def available(self) -> bool:
        return sys.platform == "win32"

    def files(self, job: Job) -> dict[str, str]:
        return {f"{task_name(job.key)}.xml": task_xml(job)}

    def install(self, job: Job) -> bool:
        if any(entry.job.record() == job.record() for entry in self.installed()):
            return False
        handle, name = tempfile.mkstemp(suffix=".xml")
        path = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(task_xml(job).encode("utf-16"))
            call("schtasks", "/Create", "/TN", task_name(job.key), "/XML", str(path), "/F")
        finally:
            path.unlink(missing_ok=True)
        return True

    def remove(self, key: JobKey) -> bool:
        if not any(entry.job.key == key for entry in self.installed()):
            return False
        call("schtasks", "/End", "/TN", task_name(key), check=False)
        call("schtasks", "/Delete", "/TN", task_name(key), "/F")
        return True

    def installed(self) -> list[Installed]:
        answer = call("schtasks", "/Query", "/XML", "ONE", check=False)
        found = []
        for job, enabled in jobs_in(answer.out):
            problem = "; ".join(problems(job)) or (None if enabled else "its task is disabled")
            found.append(Installed(job=job, where=task_name(job.key), problem=problem))
        return sorted(found, key=lambda entry: entry.where)

    def run_now(self, key: JobKey) -> Ran:
        """Its exit code stays unknown: the windowless console host always answers 0."""
        call("schtasks", "/Run", "/TN", task_name(key))
        clock = SystemClock()
        ends = clock.now() + timedelta(seconds=TIME_LIMIT_S + 60)
        while clock.now() < ends:
            clock.sleep(1)
            if _task_state(key).out.strip() != "Running":
                return Ran(code=None)
        return Ran(code=None, words="It is still running.")

    def notes(self, job: Job) -> list[str]:
        return [
            f"Runs while you are logged on, on battery too, without a window, up to {delay_minutes(job)} minutes late. "
            "A run that was missed is made up for when the computer is on again. It starts through "
            "`conhost --headless`, which opens no window but always reports 0x0 to the Task Scheduler: "
            "`playlist schedule list` has the real outcome."
        ]


def task_name(key: JobKey) -> str:
    """The task's name, in the scheduler's root folder so that no empty folder is left behind."""
    return f"{PREFIX}{key.file_name}"


def task_xml(job: Job) -> str:
    """The task's definition; to be stored as UTF-16, as it says."""
    task = Element("Task", {"version": "1.2", "xmlns": NAMESPACE})
    about = SubElement(task, "RegistrationInfo")
    _add(about, "Author", "playlist-builder")
    _add(about, "Description", f"Keeps the playlist in order: {job.key.label}")
    _add(about, "Documentation", job.record())
    _trigger(SubElement(task, "Triggers"), job)
    principal = SubElement(SubElement(task, "Principals"), "Principal", {"id": "Author"})
    user = _user()
    if user:
        _add(principal, "UserId", user)
    _add(principal, "LogonType", "InteractiveToken")
    _add(principal, "RunLevel", "LeastPrivilege")
    _settings(SubElement(task, "Settings"))
    action = SubElement(SubElement(task, "Actions", {"Context": "Author"}), "Exec")
    # A console program started by the Task Scheduler opens a window; conhost, told to be headless, opens none.
    _add(action, "Command", r"%SystemRoot%\System32\conhost.exe")
    _add(action, "Arguments", subprocess.list2cmdline(["--headless", *job.program, *_arguments(job)]))
    _add(action, "WorkingDirectory", str(job.directory))
    ElementTree.indent(task)
    return f'<?xml version="1.0" encoding="UTF-16"?>\n{ElementTree.tostring(task, encoding="unicode")}\n'


def jobs_in(answer: str) -> list[tuple[Job, bool]]:
    """Our jobs among all tasks of `schtasks /Query /XML ONE`, each with whether it is enabled.

    The declaration says UTF-16 whatever the encoding is, so it is cut off. Raises `ConfigError` if it is no XML.
    """
    start = answer.find("<Tasks")
    if start < 0:
        return []
    try:
        tasks = ElementTree.fromstring(answer[start:])
    except ElementTree.ParseError as error:
        raise ConfigError(
            f"schtasks answered what is no XML ({error}). Look into the Task Scheduler itself."
        ) from error
    spaces = {"t": NAMESPACE}
    found = []
    for task in tasks.iterfind("t:Task", spaces):
        if task.findtext("t:RegistrationInfo/t:Author", "", spaces) != "playlist-builder":
            continue
        job = job_of(task.findtext("t:RegistrationInfo/t:Documentation", "", spaces))
        if job is not None:
            found.append((job, task.findtext("t:Settings/t:Enabled", "true", spaces) != "false"))
    return found


def _arguments(job: Job) -> list[str]:
    """A task has no environment of its own: what it needs goes in as options of the hidden kind."""
    first, second, *rest = job.arguments
    given = [word for name, value in job.environment.items() for word in ("--set", f"{name}={value}")]
    return [first, second, *given, *rest]


def _trigger(triggers: Element, job: Job) -> None:
    if is_cron(job):
        raise UsageError(
            "The Task Scheduler takes no CRON text. Use --every hour, day, week or month, with --at HH:MM."
        )
    minute, hour, day, _, weekday = cron_text(job).split()
    trigger = SubElement(triggers, "CalendarTrigger")
    # A sequence: these elements must stand in this order.
    _add(trigger, "Enabled", "true")
    _add(trigger, "StartBoundary", f"{START}T{int(hour) if hour != '*' else 0:02}:{int(minute):02}:00")
    if job.every == "hour":
        repetition = SubElement(trigger, "Repetition")
        _add(repetition, "Interval", "PT1H")
        _add(repetition, "Duration", "P1D")
    _add(trigger, "RandomDelay", f"PT{delay_minutes(job)}M")
    if job.every == "week":
        by = SubElement(trigger, "ScheduleByWeek")
        _add(by, "WeeksInterval", "1")
        SubElement(SubElement(by, "DaysOfWeek"), WEEKDAYS[int(weekday)])
    elif job.every == "month":
        by = SubElement(trigger, "ScheduleByMonth")
        _add(SubElement(by, "DaysOfMonth"), "Day", day)
        months = SubElement(by, "Months")
        for name in MONTH_NAMES.values():
            SubElement(months, name)
    else:
        _add(SubElement(trigger, "ScheduleByDay"), "DaysInterval", "1")


def _settings(settings: Element) -> None:
    for name, text in (
        ("MultipleInstancesPolicy", "IgnoreNew"),
        ("DisallowStartIfOnBatteries", "false"),
        ("StopIfGoingOnBatteries", "false"),
        ("StartWhenAvailable", "true"),
        ("RunOnlyIfNetworkAvailable", "true"),
        ("ExecutionTimeLimit", f"PT{TIME_LIMIT_S // 60 + 5}M"),
        *BUILTIN,
    ):
        _add(settings, name, text)


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def _user() -> str | None:
    """The logged-on user with the domain, as Windows writes it; None: the one who registers the task."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        return None
    domain = os.environ.get("USERDOMAIN")
    return f"{domain}\\{user}" if domain else user


def _task_state(key: JobKey) -> Answer:
    """The task's state in English on every Windows; the name is quoted for PowerShell."""
    name = task_name(key).replace("'", "''")
    script = f"(Get-ScheduledTask -TaskPath '\\' -TaskName '{name}').State.ToString()"
    return call("powershell", "-NoProfile", "-NonInteractive", "-Command", script, check=False)
