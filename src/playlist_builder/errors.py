"""The error family. The message is for the user: what, where, and what to do next.

`code` is the exit code and `kind` the JSON kind of the command-line contract. A track without a match is a result,
not an error.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

FIRST_CODES = (1, 5, 3, 6, 2, 4, 0)  # of several listings or sources: the first of these that occurred


class PlaylistError(Exception):
    """Anything that stops a command and that a person can mend."""

    code: ClassVar[int] = 3
    kind: ClassVar[str] = "service"
    retry_at: datetime | None = None

    @property
    def message(self) -> str:
        return str(self)


class UsageError(PlaylistError):
    """The command line asks for something that does not go together."""

    code = 2
    kind = "usage"


class ConfigError(PlaylistError):
    """A setting, or a file that the program keeps for itself, is wrong."""

    kind = "settings"


class ListingError(PlaylistError):
    """A listing or lock cannot be read, found or written. The message starts with file and line where there are any."""

    kind = "listing"


class UnsafePlan(PlaylistError):
    """The plan would do what nobody should do by accident; the message says which option insists."""

    kind = "unsafe"


class ServiceError(PlaylistError):
    """The service refused, failed or answered what nobody expects. Definite: the request had no effect."""


class NotFound(ServiceError):
    """The service does not know that id (any more)."""


class Ambiguous(ServiceError):
    """A write whose effect is unknown: 5xx, timeout or a dropped connection. Read before anything is sent again."""


class NotApplied(ServiceError):
    """The playlist did not become what was planned, after reading and planning again."""


class AuthError(ServiceError):
    """Login needed, or a scope is missing."""

    code = 5
    kind = "login"


class RateLimited(ServiceError):
    """The service, or our own ledger (`own`), says: not before `retry_at` (aware, UTC)."""

    code = 6
    kind = "quota"

    def __init__(self, message: str, *, retry_at: datetime | None = None, own: bool = False) -> None:
        super().__init__(message)
        self.retry_at = retry_at
        self.own = own
