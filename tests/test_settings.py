"""Settings: where each may come from, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from playlist_builder.errors import ConfigError
from playlist_builder.store.settings import check_addresses, load_settings, remember


def test_environment_wins_over_dot_env_and_both_over_the_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    remember("SPOTIPY_CLIENT_ID", "from-file")
    assert load_settings().client_id == "from-file"
    Path(".env").write_text("SPOTIPY_CLIENT_ID=from-dot-env\n", encoding="utf-8")
    assert load_settings().client_id == "from-dot-env"
    monkeypatch.setenv("SPOTIPY_CLIENT_ID", "from-environment")
    assert load_settings().client_id == "from-environment"


def test_a_dot_env_of_a_folder_cannot_redirect_the_login_or_give_a_token() -> None:
    Path(".env").write_text(
        "SPOTIFY_API_URL=https://evil.example/v1\nSPOTIFY_ACCOUNTS_URL=https://evil.example\n"
        "PLAYLIST_TOKEN=x\nPLAYLIST_HOME=/tmp/elsewhere\nPLAYLIST_NOTIFY=json://evil.example\n",
        encoding="utf-8",
    )
    settings = load_settings()
    assert settings.api_url == "https://api.spotify.com/v1"
    assert settings.accounts_url == "https://accounts.spotify.com"
    assert (settings.token, settings.notify) == (None, ())
    assert settings.home.name == "playlist-home"


@pytest.mark.parametrize(
    "url",
    ["http://api.spotify.com/v1", "http://localhost:9/v1", "https://user@host/v1", "ftp://127.0.0.1", "nonsense", ""],
)
def test_addresses_are_https_or_literal_loopback(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOTIFY_API_URL", url)
    if url:
        with pytest.raises(ConfigError, match="SPOTIFY_API_URL"):
            check_addresses(load_settings())
    else:
        check_addresses(load_settings())


def test_loopback_http_is_allowed_and_its_port_does_not_bind_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = set()
    for port in (1234, 4321):
        monkeypatch.setenv("SPOTIFY_API_URL", f"http://127.0.0.1:{port}/v1")
        settings = load_settings()
        check_addresses(settings)
        keys.add(settings.address_key)
    assert len(keys) == 1


@pytest.mark.parametrize("value", ["many", "-1", "1e99"])
def test_a_bad_number_names_the_setting_and_its_source(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYLIST_REQUEST_INTERVAL", value)
    with pytest.raises(ConfigError, match=r"PLAYLIST_REQUEST_INTERVAL.*environment"):
        load_settings()


def test_the_settings_file_is_private() -> None:
    path = remember("SPOTIPY_CLIENT_ID", "abc")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_profile_name_cannot_leave_the_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYLIST_PROFILE", "../other")
    with pytest.raises(ConfigError, match="PLAYLIST_PROFILE"):
        load_settings()


def test_every_directory_of_ours_is_private_the_first_one_too() -> None:
    settings = load_settings()
    for path in (settings.data_dir("demo"), settings.home):
        assert path.stat().st_mode & 0o777 == 0o700
