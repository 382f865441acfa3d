"""What every scheduler is given, checked with that scheduler's own tools or rules, on this system."""

from __future__ import annotations

import json
import plistlib
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from xml.etree import ElementTree

import pytest

from playlist_builder.errors import ConfigError, UsageError
from playlist_builder.schedule import BACKENDS, scheduler
from playlist_builder.schedule.job import Job, JobKey, job_of
from playlist_builder.schedule.launchd import guarded
from playlist_builder.schedule.schtasks import NAMESPACE, jobs_in, task_xml
from playlist_builder.schedule.systemd import unit_name

MakeJob = Callable[..., Job]
NAMES = ("rocky-iv", "Rocky IV – Musik für 100 % & \"mehr\" 'ja' $HOME `x` #1", "-all", "音楽", None)
EVERY = ("hour", "day", "week", "month")


def files(name: str, job: Job) -> dict[str, str]:
    return scheduler(name).files(job)


@pytest.mark.parametrize("name", NAMES)
def test_a_job_is_read_back_from_its_record(make_job: MakeJob, name: str | None) -> None:
    job = make_job(name=name, every="30 7 * * 1", service="demo")
    assert job_of(job.record()) == job
    assert job.record().isascii()
    assert not set("%\n") & set(job.record())
    assert "--" not in job.record()
    assert job_of("{}") is job_of("nonsense") is None


def test_no_two_keys_share_a_file() -> None:
    names = ("a", "a+demo", "@all", "a%2Bdemo", None, "a:demo", "x" * 250, "x" * 251, "a::p")
    keys = [JobKey(name=name, service=s, profile=p) for name in names for s in ("spotify", "demo") for p in (None, "p")]
    assert len({key.file_name for key in keys}) == len(keys)
    assert len({unit_name(key) for key in keys}) == len(keys)
    assert all(len(f"{unit_name(key)}.service") <= 255 and len(key.file_name) <= 150 for key in keys)
    assert all(re.fullmatch(r"[\w.~%+@-]+", key.file_name, re.ASCII) for key in keys)


# --- systemd ---


def test_units_say_what_an_unattended_run_needs(make_job: MakeJob) -> None:
    service, timer = files("systemd", make_job()).values()
    for line in ("Type=oneshot", "SuccessExitStatus=4 6", "NoNewPrivileges=yes", "ProtectSystem=strict"):
        assert line in service.splitlines()
    for line in ("Persistent=true", "RandomizedDelaySec=15min", "WantedBy=timers.target"):
        assert line in timer.splitlines()
    assert re.search(r"^TimeoutStartSec=\d+min$", service, re.MULTILINE)


def test_a_job_that_needs_tmp_keeps_it(make_job: MakeJob) -> None:
    job = make_job(directory=Path("/srv/x"), program=("/usr/bin/playlist",), writable=(Path("/srv/x"),))
    assert "PrivateTmp=yes" in next(iter(files("systemd", job).values()))
    assert "PrivateTmp" not in next(iter(files("systemd", make_job(directory=Path("/tmp/x"))).values()))


@pytest.mark.skipif(not shutil.which("systemd-escape"), reason="systemd-escape is not installed")
@pytest.mark.parametrize("name", ["rocky iv", "Müsik", "a%b\\c", "x.y_z", "音"])
def test_unit_names_are_escaped_as_systemd_does(name: str) -> None:
    escaped = subprocess.run(["systemd-escape", name], capture_output=True, text=True, check=True).stdout.strip()
    assert unit_name(JobKey(name=name)) == f"playlist-{escaped}"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_verifies_the_units(make_job: MakeJob, tmp_path: Path) -> None:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    paths = []
    for number, (name, every) in enumerate(product(NAMES, [*EVERY, "30 7 * * mon-fri"])):
        units = tmp_path / f"units {number}"
        units.mkdir()
        for path, text in files("systemd", make_job(name=name, every=every)).items():
            paths.append(units / Path(path).name.replace("playlist", f"playlist{number}", 1))
            paths[-1].write_text(text, encoding="utf-8")
    answer = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", *map(str, paths)],
        capture_output=True,
        text=True,
        check=False,
        env={"XDG_RUNTIME_DIR": str(runtime), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )
    assert (answer.returncode, answer.stderr) == (0, "")


# --- launchd ---


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("every", EVERY)
def test_the_property_list_says_the_job(make_job: MakeJob, name: str | None, every: str) -> None:
    job = make_job(name=name, every=every)
    ((path, text),) = files("launchd", job).items()
    agent = plistlib.loads(text.encode())
    assert path.endswith(f"/Library/LaunchAgents/{agent['Label']}.plist")
    assert agent["ProgramArguments"] == list(job.command)
    assert agent["EnvironmentVariables"] == dict(job.environment)
    assert agent["WorkingDirectory"] == str(job.directory)
    wanted = {"hour": {"Minute"}, "day": {"Minute", "Hour"}, "week": {"Minute", "Hour", "Weekday"}}
    assert set(agent["StartCalendarInterval"]) == wanted.get(every, {"Minute", "Hour", "Day"})


def test_folders_that_launchd_may_not_read_are_named(make_job: MakeJob) -> None:
    home = Path.home()
    job = make_job(
        directory=home / "Documents" / "music",
        writable=(home / "Library/Mobile Documents/x", Path("/Volumes/disk/y"), home / "Playlists"),
    )
    assert [folder for _, folder in guarded(job)] == [
        "your Documents folder",
        "iCloud Drive",
        "an external or network volume",
    ]
    assert any("Move it to" in line for line in scheduler("launchd").notes(job))


# --- cron ---


@pytest.mark.parametrize("name", NAMES)
def test_a_cron_line_is_run_by_the_shell_as_it_was_meant(make_job: MakeJob, name: str | None) -> None:
    job = make_job(name=name)
    ((_, text),) = files("cron", job).items()
    assert text.count("\n") == 1
    assert not re.search(r"(?<!\\)%", text)
    command = text.rstrip("\n").split(None, 5)[5].replace("\\%", "%")
    subprocess.run(["/bin/sh", "-c", command], check=True, env={"PATH": "/usr/bin:/bin"})
    home = Path(job.environment["PLAYLIST_HOME"])
    ran = (home / "ran").read_text(encoding="utf-8")
    assert ran == f"{job.directory}|{home}|{' '.join(job.arguments)}\n"


def test_a_line_too_long_for_cron_is_refused(make_job: MakeJob) -> None:
    with pytest.raises(ConfigError, match="longer than cron takes"):
        files("cron", make_job(environment={"NO_PROXY": "x" * 900}))


# --- Task Scheduler ---

# MS-TSCH 2.5: the elements of each part. A tuple is a sequence, a set may stand in any order; no element twice.
SCHEMA: dict[str, tuple[str, ...] | set[str]] = {
    "Task": {"RegistrationInfo", "Triggers", "Settings", "Data", "Principals", "Actions"},
    "RegistrationInfo": {"URI", "SecurityDescriptor", "Source", "Date", "Author", "Version", "Description",
                         "Documentation"},
    "Triggers": {"CalendarTrigger"},
    "CalendarTrigger": ("Enabled", "StartBoundary", "EndBoundary", "Repetition", "ExecutionTimeLimit", "RandomDelay",
                        "ScheduleByDay", "ScheduleByWeek", "ScheduleByMonth"),
    "Repetition": {"Interval", "Duration", "StopAtDurationEnd"},
    "ScheduleByDay": {"DaysInterval"},
    "ScheduleByWeek": {"WeeksInterval", "DaysOfWeek"},
    "ScheduleByMonth": {"DaysOfMonth", "Months"},
    "DaysOfWeek": {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
    "DaysOfMonth": {"Day"},
    "Months": {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
               "November", "December"},
    "Principals": {"Principal"},
    "Principal": {"UserId", "LogonType", "GroupId", "DisplayName", "RunLevel"},
    "Settings": {"AllowStartOnDemand", "RestartOnFailure", "MultipleInstancesPolicy", "DisallowStartIfOnBatteries",
                 "StopIfGoingOnBatteries", "AllowHardTerminate", "StartWhenAvailable", "NetworkProfileName",
                 "RunOnlyIfNetworkAvailable", "WakeToRun", "Enabled", "Hidden", "DeleteExpiredTaskAfter",
                 "IdleSettings", "NetworkSettings", "ExecutionTimeLimit", "Priority", "RunOnlyIfIdle"},
    "Actions": {"Exec"},
    "Exec": {"Command", "Arguments", "WorkingDirectory"},
}  # fmt: skip
DURATION = re.compile(r"P(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?")
TYPES = {
    "boolean": (re.compile("true|false"), {"Enabled", "Hidden", "AllowStartOnDemand", "DisallowStartIfOnBatteries",
                "StopIfGoingOnBatteries", "StartWhenAvailable", "RunOnlyIfNetworkAvailable"}),
    "duration": (DURATION, {"Interval", "Duration", "RandomDelay", "ExecutionTimeLimit"}),
    "dateTime": (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"), {"StartBoundary"}),
    "policy": (re.compile("Parallel|Queue|IgnoreNew|StopExisting"), {"MultipleInstancesPolicy"}),
    "logon": (re.compile("S4U|Password|InteractiveToken|InteractiveTokenOrPassword"), {"LogonType"}),
    "level": (re.compile("LeastPrivilege|HighestAvailable"), {"RunLevel"}),
    "priority": (re.compile("[0-9]|10"), {"Priority"}),
    "day": (re.compile("[1-9]|[12][0-9]|3[01]|Last"), {"Day"}),
}  # fmt: skip


def check_element(element: ElementTree.Element) -> None:
    name = element.tag.removeprefix(f"{{{NAMESPACE}}}")
    children = [child.tag.removeprefix(f"{{{NAMESPACE}}}") for child in element]
    if children:
        assert len(set(children)) == len(children)
        assert set(children) <= set(SCHEMA[name]), name
        rule = SCHEMA[name]
        if isinstance(rule, tuple):
            assert children == [child for child in rule if child in children]
    for pattern, names in TYPES.values():
        if name in names:
            assert pattern.fullmatch(element.text or ""), (name, element.text)
    for child in element:
        check_element(child)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("every", EVERY)
def test_the_task_follows_the_rules_of_its_schema(make_job: MakeJob, name: str | None, every: str) -> None:
    job = make_job(name=name, every=every)
    text = task_xml(job)
    task = ElementTree.fromstring(text.encode("utf-16"))
    assert (task.tag, task.get("version")) == (f"{{{NAMESPACE}}}Task", "1.2")
    check_element(task)
    assert jobs_in(f"<?xml ?><Tasks>{text.partition('?>')[2]}</Tasks>") == [(job, True)]


def test_the_task_runs_on_battery_without_window_and_catches_up(make_job: MakeJob) -> None:
    text = task_xml(make_job(name="a b", program=("C:\\Program Files\\x\\playlist.exe",)))
    for part in (
        "<DisallowStartIfOnBatteries>false<",
        "<StopIfGoingOnBatteries>false<",
        "<StartWhenAvailable>true<",
        "<LogonType>InteractiveToken<",
        "conhost.exe<",
        '--headless "C:\\Program Files\\x\\playlist.exe" schedule run --set PLAYLIST_HOME=',
    ):
        assert part in text
    assert text.split("<Arguments>")[1].split("</")[0].endswith('"a b"')


def test_other_tasks_in_the_answer_of_schtasks_are_not_ours(make_job: MakeJob) -> None:
    other = f"<Task xmlns='{NAMESPACE}'><RegistrationInfo><Author>Microsoft</Author></RegistrationInfo></Task>"
    assert jobs_in(f"<Tasks>{other}</Tasks>") == []
    assert jobs_in("") == []
    with pytest.raises(ConfigError, match="no XML"):
        jobs_in("<Tasks><Task></Tasks>")


# --- GitHub Actions ---


def test_the_workflow_is_one(make_job: MakeJob, tmp_path: Path) -> None:
    paths = []
    for number, (name, every) in enumerate(product(NAMES, [*EVERY, "30 7 * * mon-fri"])):
        ((_, text),) = files("github-actions", make_job(name=name, every=every)).items()
        paths.append(tmp_path / f"{number}.yml")
        paths[-1].write_text(text, encoding="utf-8")
        line = next(line for line in text.splitlines() if "playlist sync" in line)
        words = shlex.split(line.split(" || ")[0])
        assert words == ["playlist", "sync", "--locked", *(["--all"] if name is None else ["--", name])]
        assert "${{ secrets.PLAYLIST_TOKEN }}" in text
    checker = shutil.which("check-jsonschema") or str(Path(sys.executable).parent / "check-jsonschema")
    answer = subprocess.run(
        [checker, "--builtin-schema", "vendor.github-workflows", *map(str, paths)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_an_expression_in_a_name_reaches_no_workflow(make_job: MakeJob) -> None:
    with pytest.raises(UsageError, match="expression"):
        files("github-actions", make_job(name="${{ secrets.PLAYLIST_TOKEN }}"))


# --- all of them ---


@pytest.mark.parametrize("backend", ["launchd", "schtasks"])
def test_cron_text_is_refused_where_it_is_not_spoken(make_job: MakeJob, backend: str) -> None:
    with pytest.raises(UsageError, match="takes no CRON text"):
        files(backend, make_job(every="30 7 * * 1"))


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_same_job_gives_the_same_bytes(make_job: MakeJob, backend: str) -> None:
    assert json.dumps(files(backend, make_job())) == json.dumps(files(backend, make_job()))


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_scheduler_says_what_a_person_should_know(make_job: MakeJob, backend: str) -> None:
    assert all(
        line.endswith((".", "enable-linger", "cron", "secret.")) for line in scheduler(backend).notes(make_job())
    )
