"""What the core needs of a music service, and the services there are."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Protocol, cast

from playlist_builder.clock import Clock
from playlist_builder.errors import PlaylistError, UsageError
from playlist_builder.matching.catalogue import Catalogue
from playlist_builder.model import Account, Entry, LibraryPage, Operation, PlaylistHead, RequestCount, Snapshot

if TYPE_CHECKING:
    from playlist_builder.store.ledger import Ledger
    from playlist_builder.store.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What a look at the service found, for `doctor`. None: not known."""

    said_at: datetime | None = None  # the service's clock …
    asked_at: datetime | None = None  # … and ours at that moment
    user_id: str | None = None
    playlists: int | None = None
    old_shapes: bool | None = None  # whether it answers as it did before February 2026
    error: PlaylistError | None = None  # what stopped the look


class Service(Catalogue, Protocol):
    """A music service with a login. Keeps order and duplicates; raises `ServiceError` only.

    Reads are tried at most 3 times. A write is sent once: a 4xx raises a definite `ServiceError` (it had no effect),
    anything that may have taken effect raises `Ambiguous`. 401 after one refresh, 404 right after a create and 429
    after its wait are sent again by the service itself.
    """

    name: str
    account: Account  # from the stored login: costs no request

    def library_page(self, offset: int) -> LibraryPage:
        """Up to 50 of the library's playlists from `offset`. One request; never from a cache, but the same page is
        not asked for twice in one run unless something was written in between."""
        ...

    def in_library(self, playlist_id: str) -> bool:
        """Whether the playlist is still in the account's library."""
        ...

    def read(self, playlist_id: str) -> Snapshot:
        """The whole playlist, all pages, never from a cache; raises `NotFound`."""
        ...

    def entries(self, playlist_id: str, offset: int) -> tuple[Entry, ...]:
        """Up to 50 of the playlist's entries from `offset`: one request, never from a cache."""
        ...

    def create(self, name: str, description: str, public: bool) -> PlaylistHead:
        """A new empty playlist."""
        ...

    def write(self, playlist_id: str, operation: Operation) -> str:
        """Sends one edit; the revision that the service answers with."""
        ...

    def change_details(
        self, playlist_id: str, *, name: str | None = None, description: str | None = None, public: bool | None = None
    ) -> None:
        """Changes what is not None."""
        ...

    def set_cover(self, playlist_id: str, jpeg: bytes) -> None:
        """Uploads a JPEG of at most 190 KB; raises `AuthError` where the scope for it was not granted."""
        ...

    def remove_from_library(self, playlist_id: str) -> None:
        """Takes the playlist out of the library (what people call deleting it)."""
        ...

    def add_to_library(self, playlist_id: str) -> None:
        """Puts the playlist back into the library."""
        ...

    def uri_of(self, text: str, kind: str = "track") -> str | None:
        """The URI that a pasted link, URI or id means, or None; `kind`: track, album, artist or playlist."""
        ...

    def url_of(self, uri: str) -> str | None:
        """A link that a person can open, or None where there is none (demo, local files)."""
        ...

    def probe(self) -> Probe:
        """A look at the account and its library: two requests at most, one more where the login was refused; none of
        them tried again. What goes wrong is in the answer."""
        ...

    def requests(self) -> RequestCount:
        """What this run has sent so far."""
        ...


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What a service is opened with."""

    settings: Settings
    clock: Clock
    ledger: Ledger
    refresh: bool = False  # ask past the cache
    wait_s: float = 60.0  # longest wait for a 429, in all
    max_requests: int | None = None  # catalogue requests that this run allows itself
    on_wait: Callable[[float, str], None] = lambda seconds, why: None  # told before each wait for a 429
    extra_scopes: tuple[str, ...] = ()


# Each module has `open_service(opening) -> AbstractContextManager[Service]`; imported only when it is used.
SERVICES: dict[str, str] = {
    "spotify": "playlist_builder.services.spotify",
    "demo": "playlist_builder.services.demo",
}


def open_service(name: str, opening: Opening) -> AbstractContextManager[Service]:
    """The service called `name`, closed at the end of the `with` block; raises `UsageError` naming those there are."""
    return cast("AbstractContextManager[Service]", _module(name).open_service(opening))


def _module(name: str) -> ModuleType:
    if name not in SERVICES:
        raise UsageError(f"There is no service {name!r}. Known: {', '.join(SERVICES)}.")
    return import_module(SERVICES[name])


def stored_account(settings: Settings, name: str) -> Account | None:
    """Whose login is stored for the service, or None; costs no request."""
    account: Account | None = _module(name).stored_account(settings)
    return account


def uri_of(name: str, text: str, kind: str = "track") -> str | None:
    """The URI of the service that a pasted link, URI or id means, or None."""
    uri: str | None = _module(name).uri_of(text, kind)
    return uri


def url_of(name: str, uri: str) -> str | None:
    """A link of the service that a person can open, or None where there is none."""
    url: str | None = _module(name).url_of(uri)
    return url
