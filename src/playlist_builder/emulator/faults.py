"""The request log, and answers that go wrong on purpose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

JSON_TYPE = "application/json; charset=utf-8"
TEXT_TYPE = "text/plain; charset=utf-8"
NOT_REGISTERED = "Check settings on developer.spotify.com/dashboard, the user may not be registered."

Kind = Literal[
    "500",
    "502",
    "503",
    "504",
    "drop",
    "timeout",
    "401",
    "404",
    "429-short",
    "429-quota",
    "429-no-header",
    "429-zero",
    "429-text",
    "text-403",
    "json-403",
    "empty-403",
]


@dataclass(slots=True, kw_only=True)
class LoggedRequest:
    """One request as it arrived, and how it was answered. No token, code or verifier is kept."""

    number: int  # from 1
    method: str
    path: str  # as sent, without the query
    template: str  # "/playlists/{id}/items"; the path itself where none fits
    query: Mapping[str, str]
    body: Any  # parsed JSON, the fields of a form, or text; None for none
    headers: Mapping[str, str]  # Authorization only as "Bearer …"
    at: datetime
    user: str | None = None
    status: int | None = None  # None: no answer was sent
    fault: str | None = None

    @property
    def is_write(self) -> bool:
        """Whether it asks for a change of the account."""
        return self.method not in ("GET", "HEAD", "OPTIONS") and self.path.startswith("/v1/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back. `body` is JSON unless it is text or bytes; None for an empty one."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str | None = None


def failure(status: int, message: str, reason: str | None = None, **headers: str) -> Answer:
    """An error as the API words it (reference, "API calls": status, message and since July 2026 a reason)."""
    error: dict[str, Any] = {"status": status, "message": message}
    if reason is not None:
        error["reason"] = reason
    return Answer(status=status, body={"error": error}, headers={k.replace("_", "-"): v for k, v in headers.items()})


@dataclass(slots=True)
class Fault:
    """Answers a matching request with a failure, `times` times.

    `match`: a predicate, "METHOD /template" (`*` for any method), or the number that a request has in the log, from
    which on it fails. The first `skip` matching requests pass. `when="after"`: the request takes effect first. "drop"
    closes the connection without an answer, "timeout" does so after `delay_s` real seconds.
    """

    match: Callable[[LoggedRequest], bool] | str | int
    kind: Kind
    when: Literal["before", "after"] = "before"
    times: int = 1
    retry_after: int | None = None
    delay_s: float = 0.5
    skip: int = 0

    def meets(self, request: LoggedRequest) -> bool:
        """Whether this request fails; counts down `skip`, then `times`."""
        if self.times <= 0:
            return False
        if callable(self.match):
            hit = self.match(request)
        elif isinstance(self.match, int):
            hit = request.number >= self.match
        else:
            method, _, template = self.match.partition(" ")
            hit = method in ("*", request.method) and template == request.template
        if not hit:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1
        return True

    def answer(self) -> Answer | None:
        """The failure; None where the connection just ends."""
        match self.kind:
            case "drop" | "timeout":
                return None
            case "500":
                return failure(500, "Server error")
            case "502" | "503" | "504":
                text = "upstream connect error or disconnect/reset before headers. reset reason: overflow"
                return Answer(status=int(self.kind), body=text, content_type=TEXT_TYPE)
            case "401":
                return failure(401, "The access token expired")
            case "404":
                return failure(404, "Resource not found")
            case "text-403":
                return Answer(status=403, body=NOT_REGISTERED, content_type=TEXT_TYPE)
            case "json-403":
                return failure(403, NOT_REGISTERED)
            case "empty-403":
                return Answer(status=403)
            case "429-quota":
                wait = 48925 if self.retry_after is None else self.retry_after
                return failure(429, "Too many requests", "QUOTA_EXCEEDED", Retry_After=str(wait))
            case "429-short":
                wait = 2 if self.retry_after is None else self.retry_after
                return failure(429, "API rate limit exceeded", Retry_After=str(wait))
            case "429-zero":
                return failure(429, "API rate limit exceeded", Retry_After="0")
            case "429-no-header":
                return failure(429, "API rate limit exceeded")
            case "429-text":
                return Answer(status=429, body="Too many requests", content_type=TEXT_TYPE)
