"""Consent, codes, tokens and scopes."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import spotipy  # type: ignore[import-untyped]
from spotipy.oauth2 import SpotifyPKCE  # type: ignore[import-untyped]

from playlist_builder.clock import MovableClock
from playlist_builder.emulator import Emulator
from playlist_builder.emulator.accounts import challenge_of, redirect_allowed, six_months_after

if TYPE_CHECKING:
    from tests.emulator.conftest import Caller, Start

REDIRECT = "http://127.0.0.1:8888/callback"
VERIFIER = "v" * 64
ASK = {
    "client_id": "mine",
    "response_type": "code",
    "redirect_uri": REDIRECT,
    "scope": "playlist-modify-public playlist-read-private",
    "state": "s1",
    "code_challenge_method": "S256",
    "code_challenge": challenge_of(VERIFIER),
}


def ask(emulator: Emulator, **changes: str | None) -> requests.Response:
    """The answer of `/authorize`, not followed."""
    query = {name: value for name, value in {**ASK, **changes}.items() if value is not None}
    return requests.get(f"{emulator.accounts_url}/authorize", params=query, allow_redirects=False, timeout=5)


def sent_back(answer: requests.Response) -> dict[str, str]:
    """What the redirect of an answer says."""
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(REDIRECT + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def post(emulator: Emulator, headers: dict[str, str] | None = None, **form: str) -> requests.Response:
    """The answer of the token endpoint."""
    return requests.post(f"{emulator.accounts_url}/api/token", data=form, headers=headers, timeout=5)


def exchange(emulator: Emulator, code: str, **changes: str) -> requests.Response:
    """A code for a token."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "client_id": "mine",
        "code_verifier": VERIFIER,
    }
    return post(emulator, None, **{**form, **changes})


def refresh(emulator: Emulator, token: str, client_id: str = "mine") -> requests.Response:
    """A fresh token for a refresh token."""
    return post(emulator, grant_type="refresh_token", refresh_token=token, client_id=client_id)


def login(emulator: Emulator) -> dict[str, Any]:
    """What a whole login gives."""
    said: dict[str, Any] = exchange(emulator, sent_back(ask(emulator))["code"]).json()
    return said


def test_a_login_gives_what_was_asked_for(emulator: Emulator) -> None:
    said = login(emulator)
    assert (said["token_type"], said["expires_in"], said["scope"]) == ("Bearer", 3600, ASK["scope"])
    answer = requests.get(
        f"{emulator.api_url}/me", headers={"Authorization": f"Bearer {said['access_token']}"}, timeout=5
    )
    assert answer.json()["id"] == "listener"
    assert answer.json()["account_id"]


def test_spotipy_logs_in_and_refreshes(emulator: Emulator, clock: MovableClock) -> None:
    """Its own PKCE manager gets through, and a refresh keeps scope and refresh token."""
    with requests.Session() as session:
        cache = spotipy.MemoryCacheHandler()
        manager = SpotifyPKCE(
            client_id="mine",
            redirect_uri=REDIRECT,
            scope="playlist-modify-public",
            state="s2",
            cache_handler=cache,
            open_browser=False,
            requests_session=session,
            requests_timeout=5,
        )
        manager.OAUTH_AUTHORIZE_URL = f"{emulator.accounts_url}/authorize"
        manager.OAUTH_TOKEN_URL = f"{emulator.accounts_url}/api/token"
        back = session.get(manager.get_authorize_url(), allow_redirects=False, timeout=5).headers["Location"]
        state, code = manager.parse_auth_response_url(back)
        assert state == "s2"
        manager.get_access_token(code, check_cache=False)
        first = cache.get_cached_token()
        second = manager.refresh_access_token(first["refresh_token"])
        assert second["access_token"] != first["access_token"]
        assert second["refresh_token"] == first["refresh_token"]
        assert second["scope"] == first["scope"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"client_id": ""}, "INVALID_CLIENT: Invalid client"),
        ({"redirect_uri": "http://localhost:8888/callback"}, "INVALID_CLIENT: Insecure redirect URI"),
        ({"redirect_uri": "http://example.org/callback"}, "INVALID_CLIENT: Insecure redirect URI"),
        ({"redirect_uri": "nonsense"}, "INVALID_CLIENT: Invalid redirect URI"),
        ({"response_type": "token"}, "response_type must be code"),
        ({"code_challenge_method": "plain"}, "code_challenge_method must be S256"),
        ({"scope": "playlist-modify-everything"}, "INVALID_SCOPE: Invalid scope"),
    ],
)
def test_mistakes_of_the_application_never_redirect(emulator: Emulator, changes: dict[str, str], words: str) -> None:
    answer = ask(emulator, **changes)
    assert answer.status_code == 400
    assert words in answer.text


@pytest.mark.parametrize(
    ("uri", "registered", "allowed"),
    [
        ("http://127.0.0.1:8888/callback", ["http://127.0.0.1:8888/callback"], True),
        ("http://127.0.0.1:8889/callback", ["http://127.0.0.1:8888/callback"], False),
        ("http://127.0.0.1:8888/callback/", ["http://127.0.0.1:8888/callback"], False),
        ("http://127.0.0.1:41234/callback", ["http://127.0.0.1/callback"], True),
        ("http://[::1]:41234/callback", ["http://[::1]/callback"], True),
        ("http://127.0.0.1:41234/other", ["http://127.0.0.1/callback"], False),
        ("https://example.org:444/callback", ["https://example.org/callback"], False),
        ("https://example.org/callback", None, True),
        ("http://localhost:8888/callback", ["http://localhost:8888/callback"], False),
    ],
)
def test_redirect_rules(uri: str, registered: list[str] | None, allowed: bool) -> None:
    """Exact, but for the port of a loopback address registered without one."""
    assert (redirect_allowed(uri, registered) is None) == allowed


def test_the_consent_page_asks(start: Start) -> None:
    """Agree gives a code, Cancel `access_denied`; a page works once, and shows what was asked for, escaped."""
    emulator = start(options={"consent": "page"})
    page = ask(emulator, client_id="<b>mine</b>")
    assert page.status_code == 200
    assert "&lt;b&gt;mine&lt;/b&gt;" in page.text
    assert "<li>playlist-modify-public</li>" in page.text

    def press(text: str, decision: str) -> requests.Response:
        name = re.search(r'name="request" value="([^"]+)"', text)
        assert name is not None
        form = {"request": name[1], "decision": decision}
        url = f"{emulator.accounts_url}/authorize/decision"
        return requests.post(url, data=form, allow_redirects=False, timeout=5)

    page = ask(emulator)
    said = sent_back(press(page.text, "agree"))
    assert said["state"] == "s1"
    assert press(page.text, "agree").status_code == 400
    assert exchange(emulator, said["code"]).status_code == 200
    assert sent_back(press(ask(emulator).text, "cancel")) == {"error": "access_denied", "state": "s1"}


def test_a_refused_consent(start: Start) -> None:
    assert sent_back(ask(start(options={"consent": "deny"}), state=None)) == {"error": "access_denied"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code": "wrong"}, "invalid_grant"),
        ({"code_verifier": "w" * 64}, "invalid_grant"),
        ({"code_verifier": "short"}, "invalid_grant"),
        ({"redirect_uri": REDIRECT + "/"}, "invalid_grant"),
        ({"client_id": "other"}, "invalid_grant"),
        ({"client_id": ""}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_code_is_checked(emulator: Emulator, changes: dict[str, str], error: str) -> None:
    code = sent_back(ask(emulator))["code"]
    answer = exchange(emulator, **{"code": code, **changes})
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.json()["error_description"]


def test_a_code_works_once_and_for_ten_minutes(emulator: Emulator, clock: MovableClock) -> None:
    code = sent_back(ask(emulator))["code"]
    assert exchange(emulator, code).status_code == 200
    assert exchange(emulator, code).json()["error"] == "invalid_grant"
    code = sent_back(ask(emulator))["code"]
    clock.move(timedelta(minutes=10))
    assert exchange(emulator, code).json()["error"] == "invalid_grant"


def test_a_code_without_challenge_needs_the_secret(start: Start) -> None:
    emulator = start(options={"client_secret": "hush", "client_ids": ("mine",)})
    code = sent_back(ask(emulator, code_challenge=None, code_challenge_method=None))["code"]
    assert exchange(emulator, code).json()["error"] == "invalid_client"
    code = sent_back(ask(emulator, code_challenge=None, code_challenge_method=None))["code"]
    basic = {"Authorization": "Basic " + base64.b64encode(b"mine:hush").decode()}
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    assert post(emulator, basic, **form).status_code == 200
    wrong = {"Authorization": "Basic " + base64.b64encode(b"mine:loud").decode()}
    assert post(emulator, wrong, grant_type="client_credentials").json()["error"] == "invalid_client"
    said = post(emulator, basic, grant_type="client_credentials").json()
    assert "refresh_token" not in said
    bearer = {"Authorization": f"Bearer {said['access_token']}"}
    assert requests.get(f"{emulator.api_url}/me", headers=bearer, timeout=5).status_code == 401
    assert requests.get(f"{emulator.api_url}/search?q=Song&type=track", headers=bearer, timeout=5).status_code == 200


def test_tokens_expire(emulator: Emulator, clock: MovableClock) -> None:
    """Access after an hour; refresh six months after the login, however often it was used."""
    said = login(emulator)
    bearer = {"Authorization": f"Bearer {said['access_token']}"}
    clock.move(timedelta(seconds=3599))
    assert requests.get(f"{emulator.api_url}/me", headers=bearer, timeout=5).status_code == 200
    clock.move(timedelta(seconds=1))
    answer = requests.get(f"{emulator.api_url}/me", headers=bearer, timeout=5)
    assert (answer.status_code, answer.json()) == (
        401,
        {"error": {"status": 401, "message": "The access token expired"}},
    )
    clock.move(timedelta(days=100))
    again = refresh(emulator, said["refresh_token"])
    assert again.json()["scope"] == ASK["scope"]
    assert "refresh_token" not in again.json()
    assert refresh(emulator, said["refresh_token"], "other").json()["error"] == "invalid_grant"
    clock.move(timedelta(days=81))
    answer = refresh(emulator, said["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_rotation_gives_a_new_refresh_token_of_the_same_age(start: Start, clock: MovableClock) -> None:
    emulator = start(options={"rotate_refresh_tokens": True})
    old = login(emulator)["refresh_token"]
    clock.move(timedelta(days=100))
    new = refresh(emulator, old).json()["refresh_token"]
    assert new != old
    assert refresh(emulator, old).json() == {
        "error": "invalid_grant",
        "error_description": "Refresh token revoked",
    }
    clock.move(timedelta(days=81))
    assert refresh(emulator, new).json()["error"] == "invalid_grant"


def test_half_a_year() -> None:
    """The same day six months on, or the last of a shorter month."""
    assert six_months_after(datetime(2026, 8, 31, tzinfo=UTC)) == datetime(2027, 2, 28, tzinfo=UTC)
    assert six_months_after(datetime(2026, 11, 25, tzinfo=UTC)) == datetime(2027, 5, 25, tzinfo=UTC)


def test_an_issued_token_refreshes_for_its_client(emulator: Emulator) -> None:
    said = emulator.issue_token(["playlist-read-private"], client_id="mine")
    assert refresh(emulator, said["refresh_token"], "other").status_code == 400
    assert refresh(emulator, said["refresh_token"]).json()["scope"] == "playlist-read-private"


def test_tokens_can_be_ended(emulator: Emulator, call: Caller) -> None:
    assert call("GET", "/me").status_code == 200
    emulator.accounts.expire_access()
    assert call("GET", "/me").json()["error"]["message"] == "The access token expired"
    emulator.accounts.revoke()
    assert call("GET", "/me").json()["error"]["message"] == "Invalid access token"


def test_a_missing_token_is_told_from_a_wrong_one(emulator: Emulator) -> None:
    url = f"{emulator.api_url}/me"
    assert requests.get(url, timeout=5).json()["error"] == {"status": 401, "message": "No token provided"}
    wrong = {"Authorization": "Bearer " + secrets.token_hex(8)}
    assert requests.get(url, headers=wrong, timeout=5).json()["error"]["message"] == "Invalid access token"
    assert requests.get(url, headers={"Authorization": "Basic eDp5"}, timeout=5).status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "body", "scope"),
    [
        ("GET", "/me/playlists", None, "playlist-read-private"),
        ("GET", "/playlists/{id}/items", None, "playlist-read-private"),
        ("POST", "/me/playlists", {"name": "N"}, "playlist-modify-public"),
        ("POST", "/me/playlists", {"name": "N", "public": False}, "playlist-modify-private"),
        ("PUT", "/playlists/{id}", {"name": "N"}, "playlist-modify-public"),
        ("PUT", "/playlists/{id}/items", {"uris": []}, "playlist-modify-public"),
        ("DELETE", "/me/library?uris=spotify:playlist:{id}", None, "playlist-modify-public"),
        ("GET", "/me/library/contains?uris=spotify:playlist:{id}", None, "playlist-read-private"),
    ],
)
def test_each_endpoint_needs_its_scope(
    emulator: Emulator, caller: Callable[..., Caller], method: str, path: str, body: object, scope: str
) -> None:
    path = path.replace("{id}", emulator.account.create("P").id)
    refused = caller(emulator, scopes=[])(method, path, json=body)
    assert (refused.status_code, refused.json()["error"]["message"]) == (403, "Insufficient client scope")
    assert caller(emulator, scopes=[scope])(method, path, json=body).status_code in (200, 201)


def test_a_cover_without_its_scope_is_unauthorized(emulator: Emulator, caller: Callable[..., Caller]) -> None:
    playlist = emulator.account.create("P")
    call = caller(emulator, scopes=["playlist-modify-public"])
    answer = call("PUT", f"/playlists/{playlist.id}/images", data=b"x", headers={"Content-Type": "image/jpeg"})
    assert (answer.status_code, answer.json()["error"]["message"]) == (401, "Unauthorized.")


def test_users_off_the_list_and_owners_without_premium_get_plain_text(
    emulator: Emulator, caller: Callable[..., Caller]
) -> None:
    """The login works, every call fails."""
    call = caller(emulator, user="guest")
    assert call("GET", "/me").json()["id"] == "guest"
    emulator.change_options(allow_list=("listener",))
    answer = call("GET", "/me")
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "text/plain; charset=utf-8")
    assert "may not be registered" in answer.text
    emulator.change_options(premium=False)
    assert call("GET", "/me").text.startswith("Active premium subscription required")


def test_no_secret_is_in_the_log(emulator: Emulator) -> None:
    """Tokens, codes and verifiers leave no trace."""
    said = login(emulator)
    refresh(emulator, said["refresh_token"])
    bearer = {"Authorization": f"Bearer {said['access_token']}"}
    requests.get(f"{emulator.api_url}/me", headers=bearer, timeout=5)
    log = repr(emulator.requests)
    assert len(emulator.requests) == 4
    assert said["access_token"] not in log
    assert said["refresh_token"] not in log
    assert VERIFIER not in log
    assert emulator.requests[-1].headers["authorization"] == "Bearer …"
