"""What a failed request was, and what it is called in our own words. Pure.

Bodies may be JSON, text or empty, whatever the status; the wordings matched here are those that clients report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from playlist_builder.errors import AuthError, NotFound, ServiceError
from playlist_builder.report.text import clean

DASHBOARD = "https://developer.spotify.com/dashboard"
MOST_RETRY_AFTER_S = 7 * 24 * 3600  # a longer silence is not believed
LOGIN = "Run: playlist login"

_SCOPES = {
    "GET /me/playlists": ("playlist-read-private",),
    "GET /playlists/{id}": ("playlist-read-private",),
    "GET /playlists/{id}/items": ("playlist-read-private",),
    "GET /playlists/{id}/tracks": ("playlist-read-private",),
    "PUT /playlists/{id}/images": ("ugc-image-upload", "playlist-modify-public", "playlist-modify-private"),
}
_MODIFY = ("playlist-modify-public", "playlist-modify-private")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A request that did not go well. `status` is None where no answer came; `unsent` where none could have."""

    status: int | None = None
    message: str = ""
    reason: str | None = None
    retry_after_s: int | None = None  # None: missing, 0 or senseless
    unsent: bool = False  # no connection was made: the request cannot have had an effect
    what: str = ""  # how the connection failed, in a word or two

    @property
    def is_transient(self) -> bool:
        """Whether the same request may well succeed a moment later, and may have taken effect: 5xx, a timeout, a
        dropped connection, an answer that is not JSON."""
        return self.status is None or self.status >= 500 or self.status in (200, 408)

    @property
    def is_quota(self) -> bool:
        """Whether the day's quota is spent (changelog of July 2026: `reason`)."""
        return self.status == 429 and self.reason == "QUOTA_EXCEEDED"


class Answered(Exception):
    """The cause of an error that a definite answer of the service has led to."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"{failure.status} {failure.message}".strip())
        self.failure = failure


def failure_behind(error: BaseException) -> Failure | None:
    """The answer that `error` was made from, if it was."""
    return error.__cause__.failure if isinstance(error.__cause__, Answered) else None


def failure_of(status: int, body: Any, said: str, headers: Mapping[str, str], now: datetime, hide: str) -> Failure:
    """The failure that an answer is. `body`: its JSON or None; `said`: its text; `hide`: a secret to leave out."""
    error = body.get("error") if isinstance(body, Mapping) else None
    reason = None
    if isinstance(error, Mapping):
        message, reason = error.get("message"), error.get("reason")
    else:
        message = error if isinstance(error, str) else said if body is None else None
    text = clean(message)[:300] if isinstance(message, str) else ""
    return Failure(
        status=status,
        message=text.replace(hide, "…") if hide else text,
        reason=reason if isinstance(reason, str) else None,
        retry_after_s=retry_after(headers.get("Retry-After"), now),
    )


def retry_after(value: str | None, now: datetime) -> int | None:
    """The seconds that a Retry-After header asks for (RFC 9110, 10.2.3: a number or a date); None where it is
    missing, 0 or senseless."""
    if value is None:
        return None
    value = value.strip()
    if re.fullmatch(r"\d{1,12}(\.\d*)?", value):
        seconds = float(value)
    else:
        try:
            moment = parsedate_to_datetime(value)
        except (TypeError, ValueError):
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (moment - now).total_seconds()
    return min(MOST_RETRY_AFTER_S, -int(-seconds // 1)) if seconds > 0 else None


def explained(failure: Failure, endpoint: str, granted: Iterable[str]) -> ServiceError:
    """The error for a definite refusal (4xx), with what to do about it."""
    match failure.status:
        case 401:
            return AuthError(f"Spotify no longer accepts the login. {LOGIN}")
        case 403:
            return _forbidden(failure, endpoint, frozenset(granted))
        case 404:
            return NotFound(f"Spotify does not know it: {endpoint} answered 404{_quoted(failure)}.")
        case 413:
            return ServiceError("Spotify says that the picture is too large. A cover may have 190 KB at most.")
    return ServiceError(f"Spotify refused {endpoint} with {failure.status}{_quoted(failure)}.")


def missing_scope(scopes: Iterable[str]) -> AuthError:
    """The error for a permission that the login does not have."""
    names = tuple(scopes)
    command = "playlist login --cover" if "ugc-image-upload" in names else "playlist login"
    return AuthError(f"The login lacks the permission {' or '.join(names)}. To grant it, run: {command}")


def unreachable(failure: Failure, endpoint: str, tries: int) -> ServiceError:
    """The error for a read that failed each time, or a write that could not be sent."""
    times = f" {tries} times" if tries > 1 else ""
    if failure.status is None:
        return ServiceError(
            f"Spotify could not be reached for {endpoint}{times} ({failure.what}). "
            "Check the connection (and proxy), then try again."
        )
    if failure.status == 200:
        return ServiceError(f"Spotify answered {endpoint}{times} with something that cannot be read. Try again later.")
    return ServiceError(
        f"Spotify failed{times} at {endpoint} ({failure.status}{_quoted(failure)}). Try again in a few minutes."
    )


def _forbidden(failure: Failure, endpoint: str, granted: frozenset[str]) -> ServiceError:
    said = failure.message.lower()
    if "scope" in said:
        needed = _SCOPES.get(endpoint, _MODIFY)
        return missing_scope([scope for scope in needed if scope not in granted] or needed)
    if "premium" in said:
        return ServiceError(
            "Spotify serves an app only while its owner has Premium. Check the subscription of the account that made "
            f"the app at {DASHBOARD}; after it is renewed, requests may be refused for a few hours more."
        )
    if "registered" in said or not said:
        return ServiceError(
            "Spotify does not let this app serve your account: it is not on the app's list of users. Open "
            f"{DASHBOARD}, choose the app, Settings, User Management, and add the e-mail address of your Spotify "
            "account. The login itself is kept: no new one is needed."
        )
    return ServiceError(
        f"Spotify does not allow {endpoint} (403{_quoted(failure)}): the playlist is not yours to read or change, or "
        "apps in Development Mode may not ask for this."
    )


def _quoted(failure: Failure) -> str:
    return f": {failure.message.rstrip('.')}" if failure.message else ""
