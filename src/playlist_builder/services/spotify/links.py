"""What a pasted link, URI or id means, and the link of a URI. Pure."""

from __future__ import annotations

import re

KINDS = ("track", "album", "artist", "playlist")
_ID = r"[0-9A-Za-z]{22}"
_LINK = re.compile(
    rf"(?:https?://)?(?:open|play)\.spotify\.com/(?:intl-[A-Za-z-]+/)?(?:embed/)?(?:user/[^/?#]+/)?"
    rf"({'|'.join(KINDS)})/({_ID})/?(?:[?#].*)?",
    re.IGNORECASE,
)
_URI = re.compile(rf"spotify:(?:user:[^:]+:)?({'|'.join(KINDS)}):({_ID})")
_LINKABLE = re.compile(rf"spotify:({'|'.join(KINDS)}|episode|show):({_ID})")


def uri_of(text: str, kind: str = "track") -> str | None:
    """The URI of that `kind` which `text` means: a link of the app or the web player, a URI, or a bare id of 22
    characters; None where it means nothing, or a thing of another kind."""
    text = text.strip()
    if re.fullmatch(_ID, text):
        return f"spotify:{kind}:{text}"
    found = _URI.fullmatch(text) or _LINK.fullmatch(text)
    if found is None or found[1].lower() != kind:
        return None
    return f"spotify:{kind}:{found[2]}"


def url_of(uri: str) -> str | None:
    """The link that opens `uri` in the web player; None for local files and anything else without one."""
    found = _LINKABLE.fullmatch(uri)
    return f"https://open.spotify.com/{found[1]}/{found[2]}" if found else None
