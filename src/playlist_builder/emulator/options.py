"""What can be set about the emulated service, and the scopes there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ALL_SCOPES = (
    "playlist-read-private",
    "playlist-read-collaborative",
    "playlist-modify-public",
    "playlist-modify-private",
    "ugc-image-upload",
    "user-follow-modify",
    "user-follow-read",
    "user-library-modify",
    "user-library-read",
    "user-read-email",
    "user-read-private",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How this service behaves where the real one varies. The defaults are what a new application meets."""

    followed: tuple[str, ...] = ()  # names of playlists of someone else in a fresh account's library, first on top
    page_cap: int | None = None  # entries a page holds at most, whatever limit was asked for
    max_items: int = 11_000  # entries a playlist holds at most; beyond it 500 (reported by clients)
    snapshot_delay_s: float = 0.0  # a new snapshot_id is read that much later (30 s measured by clients in 2026)
    items_delay_s: float = 0.0  # changed items are read that much later (0.6 s measured)
    ignore_public_false: bool = False  # `public: false` is accepted and has no effect (reported in 2026)
    refuse_bare_array: bool = False  # adding with a bare array of URIs answers `No uris provided` (reported)
    refuse_descriptions: str | None = None  # a regular expression; descriptions it finds answer 400 (reported)
    isrc_search: bool = True  # False: `isrc:` finds nothing, as it does for days now and then
    library_scopes: tuple[str, ...] = ()  # all needed for PUT and DELETE /me/library; (): any modifying one does
    rotate_refresh_tokens: bool = False  # a refresh gives a new refresh token and kills the old (until mid-2026)
    client_ids: tuple[str, ...] | None = None  # registered applications; None: any
    client_secret: str | None = None  # None: any secret is right
    redirect_uris: tuple[str, ...] | None = None  # registered addresses; None: any that the rules allow
    consent: Literal["auto", "page", "deny"] = "auto"  # /authorize redirects at once, asks on a page, or refuses
    allow_list: tuple[str, ...] | None = None  # ids of the users whom the application may serve; None: all
    premium: bool = True  # the owner of the application has Premium
    quota: int | Mapping[str, int] | None = None  # requests a bucket has in 24 hours; BUCKETS in `api` names them
    rate_limit: int | None = None  # requests in a rolling window of 30 seconds
