"""The accounts service: consent, codes and tokens.

Rules: RFC 6749 and 7636; Spotify's pages on redirect URIs and on refreshing tokens (loopback addresses by number only;
a refresh token ends six months after the authorisation); for the rest, what clients report.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
import re
import secrets
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from playlist_builder.clock import Clock
from playlist_builder.emulator.faults import Answer
from playlist_builder.emulator.library import Refused
from playlist_builder.emulator.options import ALL_SCOPES, Options

ACCESS_S = 3600
CODE_S = 600
REFRESH_MONTHS = 6
LOOPBACK = ("127.0.0.1", "::1")
HTML_TYPE = "text/html; charset=utf-8"

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 30rem; margin: 4rem auto; padding: 0 1rem }}
button {{ font: inherit; padding: .6rem 1.6rem; border-radius: 2rem; border: 1px solid #767676; cursor: pointer }}
button[value=agree] {{ background: #117a37; border-color: #117a37; color: #fff }}
@media (prefers-color-scheme: dark) {{ body {{ background: #121212; color: #eee }} }}
</style></head>
<body><main>
{body}
</main></body></html>
"""


def six_months_after(moment: datetime) -> datetime:
    """The same day half a year on, or the last of that month."""
    year, month = divmod(moment.month - 1 + REFRESH_MONTHS, 12)
    year, month = moment.year + year, month + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def challenge_of(verifier: str) -> str:
    """The S256 code challenge of a verifier (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def redirect_allowed(uri: str, registered: Iterable[str] | None) -> str | None:
    """None where `uri` may be redirected to, else the service's complaint.

    HTTPS, or HTTP on a literal loopback address; `localhost` is refused. The match is exact, except that a loopback
    address registered without a port accepts any.
    """
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return "INVALID_CLIENT: Invalid redirect URI"
    loopback = parts.hostname in LOOPBACK
    if parts.fragment or not parts.hostname:
        return "INVALID_CLIENT: Invalid redirect URI"
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
        return "INVALID_CLIENT: Insecure redirect URI"
    if registered is None or uri in registered:
        return None
    if loopback and port is not None:
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
        if urlunsplit(parts._replace(netloc=host)) in registered:
            return None
    return "INVALID_CLIENT: Invalid redirect URI"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token stands for. `user` is None for client credentials."""

    client_id: str
    user: str | None
    scopes: tuple[str, ...]
    authorised_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Asked:
    """A consent asked for, then the code given for it."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    challenge: str | None
    expires_at: datetime


class TokenError(Exception):
    """A refusal of the token endpoint; `error` is the key to switch on (RFC 6749, 5.2)."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.answer = Answer(status=status, body={"error": error, "error_description": description})


def _hidden(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Accounts:
    """Grants and checks tokens. Of a token it keeps the hash alone."""

    def __init__(self, clock: Clock, options: Options, user: str) -> None:
        self._clock = clock
        self.options = options
        self._user = user  # who consents
        self._access: dict[str, Grant] = {}
        self._refresh: dict[str, Grant] = {}
        self._asked: dict[str, _Asked] = {}
        self._codes: dict[str, _Asked] = {}
        self._spent: set[str] = set()

    # -- tokens --------------------------------------------------------------------------------------------------------

    def issue(
        self, client_id: str, user: str | None, scopes: Iterable[str], authorised_at: datetime | None = None
    ) -> dict[str, Any]:
        """A new access token, and for a user a refresh token, as `/api/token` answers."""
        now = self._clock.now()
        started = authorised_at or now
        granted = tuple(dict.fromkeys(scopes))
        access = "BQ" + secrets.token_urlsafe(60)
        self._access[_hidden(access)] = Grant(client_id, user, granted, started, now + timedelta(seconds=ACCESS_S))
        said: dict[str, Any] = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": ACCESS_S,
            "scope": " ".join(granted),
        }
        if user is not None:
            refresh = "AQ" + secrets.token_urlsafe(90)
            self._refresh[_hidden(refresh)] = Grant(client_id, user, granted, started, six_months_after(started))
            said["refresh_token"] = refresh
        return said

    def check(self, authorization: str | None) -> Grant:
        """What the bearer may do; raises `Refused` (401, or 400 for another kind of credentials)."""
        if not authorization:
            raise Refused(401, "No token provided")
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise Refused(400, "Only valid bearer authentication supported")
        grant = self._access.get(_hidden(token.strip()))
        if grant is None:
            raise Refused(401, "Invalid access token")
        if self._clock.now() >= grant.expires_at:
            raise Refused(401, "The access token expired")
        return grant

    def revoke(self) -> None:
        """Ends every token, as the user does on the page of connected applications."""
        self._access.clear()
        self._refresh.clear()

    def expire_access(self) -> None:
        """Ends every access token; refreshing works on."""
        now = self._clock.now()
        self._access = {
            key: Grant(grant.client_id, grant.user, grant.scopes, grant.authorised_at, now)
            for key, grant in self._access.items()
        }

    # -- consent -------------------------------------------------------------------------------------------------------

    def authorize(self, query: Mapping[str, str]) -> Answer:
        """`GET /authorize`: the consent page, or at once what follows it. Mistakes of the application show a page
        and never redirect."""
        client_id = query.get("client_id", "")
        if not client_id or (self.options.client_ids is not None and client_id not in self.options.client_ids):
            return self._complaint("INVALID_CLIENT: Invalid client")
        redirect_uri = query.get("redirect_uri", "")
        complaint = redirect_allowed(redirect_uri, self.options.redirect_uris)
        if complaint is not None:
            return self._complaint(complaint)
        state = query.get("state")
        if query.get("response_type") != "code":  # the implicit flow ended in November 2025
            return self._complaint("response_type must be code")
        challenge = query.get("code_challenge")
        if challenge is not None and (
            query.get("code_challenge_method") != "S256" or not re.fullmatch(r"[A-Za-z0-9_-]{43}", challenge)
        ):
            return self._complaint("code_challenge_method must be S256")
        scopes = tuple(query.get("scope", "").split())
        if any(scope not in ALL_SCOPES for scope in scopes):
            return self._complaint("INVALID_SCOPE: Invalid scope")
        expires_at = self._clock.now() + timedelta(seconds=CODE_S)
        asked = _Asked(client_id, redirect_uri, scopes, state, challenge, expires_at)
        if self.options.consent == "auto":
            return self._agreed(asked)
        if self.options.consent == "deny":
            return self._sent_back(asked, error="access_denied")
        name = secrets.token_urlsafe(24)
        self._asked[name] = asked
        return self._page(name, asked)

    def decide(self, form: Mapping[str, str]) -> Answer:
        """`POST /authorize/decision`: the button that was pressed on the consent page."""
        asked = self._asked.pop(form.get("request", ""), None)
        if asked is None or self._clock.now() >= asked.expires_at:
            return self._complaint("This page is no longer valid. Start again from the application.")
        if form.get("decision") == "agree":
            return self._agreed(asked)
        return self._sent_back(asked, error="access_denied")

    def _agreed(self, asked: _Asked) -> Answer:
        code = "AQ" + secrets.token_urlsafe(90)
        self._codes[code] = asked
        return self._sent_back(asked, code=code)

    def _sent_back(self, asked: _Asked, **said: str) -> Answer:
        if asked.state is not None:
            said["state"] = asked.state
        parts = urlsplit(asked.redirect_uri)
        query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *said.items()])
        return Answer(status=303, headers={"Location": urlunsplit(parts._replace(query=query))})

    def _page(self, name: str, asked: _Asked) -> Answer:
        wants = "".join(f"<li>{html.escape(scope)}</li>" for scope in asked.scopes) or "<li>your public profile</li>"
        body = (
            f"<h1>Agree?</h1><p>The application <b>{html.escape(asked.client_id)}</b> asks "
            f"<b>{html.escape(self._user)}</b> for:</p><ul>{wants}</ul>"
            f'<form method="post" action="/authorize/decision">'
            f'<input type="hidden" name="request" value="{html.escape(name)}">'
            '<p><button type="submit" name="decision" value="agree">Agree</button> '
            '<button type="submit" name="decision" value="cancel">Cancel</button></p></form>'
            "<p><small>This is the local emulator. Nothing leaves this machine.</small></p>"
        )
        return self._html(200, "Agree?", body)

    def _complaint(self, message: str) -> Answer:
        return self._html(400, "Something is wrong", f"<p>{html.escape(message)}</p>")

    @staticmethod
    def _html(status: int, title: str, body: str) -> Answer:
        headers = {"Cache-Control": "no-store", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer"}
        return Answer(status=status, body=_PAGE.format(title=title, body=body), headers=headers, content_type=HTML_TYPE)

    # -- the token endpoint --------------------------------------------------------------------------------------------

    def token(self, form: Mapping[str, str], authorization: str | None) -> Answer:
        """`POST /api/token`."""
        try:
            client_id, has_secret = self._client(form, authorization)
            match form.get("grant_type"):
                case "authorization_code":
                    said = self._exchange(form, client_id, has_secret)
                case "refresh_token":
                    said = self._refreshed(form, client_id)
                case "client_credentials":
                    if not has_secret:
                        raise TokenError("invalid_client", "Invalid client secret")
                    said = self.issue(client_id, None, ())
                case _:
                    raise TokenError("unsupported_grant_type", "grant_type is missing or unknown")
        except TokenError as error:
            return error.answer
        return Answer(body=said, headers={"Cache-Control": "no-store"})

    def _client(self, form: Mapping[str, str], authorization: str | None) -> tuple[str, bool]:
        client_id, secret = form.get("client_id", ""), form.get("client_secret")
        if authorization is not None and authorization.startswith("Basic "):
            try:
                client_id, _, secret = base64.b64decode(authorization[6:], validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError) as error:
                raise TokenError("invalid_client", "Invalid client") from error
        known = self.options.client_ids
        if not client_id or (known is not None and client_id not in known):
            raise TokenError("invalid_client", "Invalid client")
        if secret is not None and (
            not secret or (self.options.client_secret is not None and secret != self.options.client_secret)
        ):
            raise TokenError("invalid_client", "Invalid client secret")
        return client_id, secret is not None

    def _exchange(self, form: Mapping[str, str], client_id: str, has_secret: bool) -> dict[str, Any]:
        asked = self._codes.pop(form.get("code", ""), None)
        if asked is None or asked.client_id != client_id:
            raise TokenError("invalid_grant", "Invalid authorization code")
        if self._clock.now() >= asked.expires_at:
            raise TokenError("invalid_grant", "Authorization code expired")
        if form.get("redirect_uri") != asked.redirect_uri:
            raise TokenError("invalid_grant", "Invalid redirect URI")
        if asked.challenge is None:
            if not has_secret:
                raise TokenError("invalid_client", "Invalid client secret")
        else:
            verifier = form.get("code_verifier", "")
            if not re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier) or challenge_of(verifier) != asked.challenge:
                raise TokenError("invalid_grant", "code_verifier was incorrect")
        return self.issue(client_id, self._user, asked.scopes)

    def _refreshed(self, form: Mapping[str, str], client_id: str) -> dict[str, Any]:
        key = _hidden(form.get("refresh_token", ""))
        grant = self._refresh.get(key)
        if grant is None or grant.client_id != client_id:
            revoked = key in self._spent
            raise TokenError("invalid_grant", "Refresh token revoked" if revoked else "Invalid refresh token")
        if self._clock.now() >= grant.expires_at:
            raise TokenError("invalid_grant", "Refresh token expired")
        said = self.issue(client_id, grant.user, grant.scopes, grant.authorised_at)
        if self.options.rotate_refresh_tokens:
            del self._refresh[key]
            self._spent.add(key)
        else:
            del self._refresh[_hidden(said.pop("refresh_token"))]
        return said

    # -- the account file ----------------------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """The tokens that still work, by hash."""
        now = self._clock.now()

        def written(grants: Mapping[str, Grant]) -> dict[str, Any]:
            return {
                key: {
                    **asdict(grant),
                    "authorised_at": grant.authorised_at.isoformat(),
                    "expires_at": grant.expires_at.isoformat(),
                }
                for key, grant in grants.items()
                if grant.expires_at > now
            }

        return {"access": written(self._access), "refresh": written(self._refresh)}

    def restore(self, said: Mapping[str, Any]) -> None:
        """Takes back what `to_json` wrote down."""

        def read(grants: Mapping[str, Any]) -> dict[str, Grant]:
            return {
                key: Grant(
                    grant["client_id"],
                    grant["user"],
                    tuple(grant["scopes"]),
                    datetime.fromisoformat(grant["authorised_at"]),
                    datetime.fromisoformat(grant["expires_at"]),
                )
                for key, grant in grants.items()
            }

        self._access = read(said["access"])
        self._refresh = read(said["refresh"])
