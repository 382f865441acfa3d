"""What a job takes along from the terminal that it was added from: what it needs, and no secret."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from playlist_builder.errors import ConfigError, ListingError, UsageError
from playlist_builder.schedule import BACKENDS, scheduler
from playlist_builder.schedule.job import (
    Job,
    check_at,
    environment_for,
    installed_program,
    left_out,
    make_job,
    problems,
    working_directory,
    writable_paths,
)
from playlist_builder.store.settings import load_settings, remember

SECRET = "BQDsecretsecretsecret"


def made(monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]) -> Job:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    return make_job(
        "rocky-iv",
        "week",
        None,
        settings=settings,
        service="spotify",
        listings=Path.cwd() / "playlists",
        environ=environ,
        directory=Path.cwd(),
        program=("/usr/bin/playlist",),
    )


def test_no_secret_stands_in_any_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environ = {
        "PLAYLIST_TOKEN": SECRET,
        "PLAYLIST_NOTIFY": f"ntfy://{SECRET}",
        "SPOTIPY_CLIENT_SECRET": SECRET,
        "HTTPS_PROXY": f"http://me:{SECRET}@proxy:3128",
        "http_proxy": f"me:{SECRET}@proxy:3128",
        "NO_PROXY": "localhost",
        "PLAYLIST_HOME": str(tmp_path / "home"),
        "PLAYLISTS_DIR": "relative",
        "PLAYLIST_PROFILE": "second",
        "AWS_SECRET_ACCESS_KEY": SECRET,
    }
    job = made(monkeypatch, environ)
    for name in BACKENDS:
        for path, text in scheduler(name).files(job).items():
            assert SECRET not in path + text
    assert dict(job.environment) == {
        "NO_PROXY": "localhost",
        "PLAYLISTS_DIR": str(Path("relative").absolute()),
        "PLAYLIST_HOME": str(tmp_path / "home"),
        "PLAYLIST_PROFILE": "second",
    }
    said = " ".join(left_out(load_settings(), environ))
    assert all(name in said for name in ("PLAYLIST_TOKEN", "PLAYLIST_NOTIFY", "HTTPS_PROXY", "HTTP_PROXY"))
    assert SECRET not in said


def test_settings_from_files_are_read_again_by_the_run_and_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    remember("SPOTIPY_CLIENT_ID", "id-of-file")
    Path(".env").write_text("PLAYLISTS_DIR=/from/dot-env\n", encoding="utf-8")
    settings = load_settings()
    assert environment_for(settings, {}) == {}
    assert working_directory(settings, Path("/somewhere/else")) == Path.cwd()


def test_the_run_starts_where_the_listings_are_found() -> None:
    settings = load_settings()
    assert working_directory(settings, Path.cwd()) == settings.home
    Path("playlists").mkdir()
    assert working_directory(settings, Path.cwd()) == Path.cwd()


def test_listings_that_are_links_can_be_written_where_they_lead(tmp_path: Path) -> None:
    listings, elsewhere, third = (tmp_path / name for name in ("playlists", "dotfiles", "third"))
    for path in (listings, elsewhere, third):
        path.mkdir()
    (listings / "rocky-iv.toml").symlink_to(elsewhere / "rocky.toml")
    (listings / "other.toml").symlink_to(third / "other.toml")
    home = tmp_path / "data"
    assert writable_paths(home, listings, "rocky-iv") == (home, elsewhere, listings)
    assert writable_paths(home, listings, None) == (home, elsewhere, listings, third)


def test_the_installed_script_is_called_and_links_are_not_followed(tmp_path: Path) -> None:
    real = tmp_path / "venv-3.11" / "bin" / "playlist"
    real.parent.mkdir(parents=True)
    real.write_text("#!/bin/sh\n", encoding="utf-8")
    real.chmod(real.stat().st_mode | stat.S_IXUSR)
    link = tmp_path / "bin" / "playlist"
    link.parent.mkdir()
    link.symlink_to(real)
    assert installed_program(str(link)) == (str(link),)
    beside = installed_program("/x/playlist_builder/__main__.py")
    assert Path(beside[0]).name in ("playlist", "playlist.exe") or beside[1:] == ("-m", "playlist_builder")


def test_a_program_in_a_cache_is_a_problem(tmp_path: Path) -> None:
    program = tmp_path / ".cache" / "uv" / "archive-v0" / "x" / "bin" / "playlist"
    program.parent.mkdir(parents=True)
    program.touch()
    job = Job(name="x", every="day", program=(str(program),), directory=tmp_path)
    assert "will vanish" in problems(job)[0]


@pytest.mark.parametrize("at", ["24:00", "7", "07:60", "7.30", "٠٧:٣٠", "-1:00"])
def test_times_of_day_that_are_none(at: str) -> None:
    with pytest.raises(UsageError, match="07:30"):
        check_at(at)


def test_times_of_day_are_brought_to_one_form() -> None:
    assert (check_at("7:05"), check_at(" 23:59 "), check_at(None)) == ("07:05", "23:59", None)


@pytest.mark.parametrize("name", ["a/b", "..", "C:x", "a\nb", "", "a\\b"])
def test_impossible_names_are_refused(name: str) -> None:
    with pytest.raises(ListingError):
        make_job(
            name,
            "day",
            None,
            settings=load_settings(),
            service="spotify",
            listings=Path("x"),
            environ={},
            directory=Path.cwd(),
        )


def test_a_line_break_in_a_path_reaches_no_scheduler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="line break"):
        made(monkeypatch, {"PLAYLIST_HOME": f"{tmp_path}/a\nExecStart=evil"})
