"""Signs that people and programs write around names: what to strip, and the form in which names are compared."""

from __future__ import annotations

import re
import unicodedata

DASHES = "‐‑‒–—―−﹘﹣－"
QUOTES = {
    '"': '"',
    "“": "”“",
    "„": "“”\"",
    "”": "”",
    "«": "»",
    "»": "«",
    "「": "」",
    "『": "』",
    "‘": "’",
    "‚": "‘’",
    "‹": "›",
    "›": "‹",
    "《": "》",
    "〈": "〉",
    "″": "″",
    "``": "''",
    "'": "'",
    "`": "`´'",
    "＂": "＂",
}  # fmt: skip
_WRAPPING = {"", "*", "_", *QUOTES}
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])?")
# Controls, bidi marks, zero width signs but the joiners that scripts and emoji need, variation selectors, byte order.
_CONTROLS = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u2069\ufeff\ufe0f\u20e3\u00ad\ud800-\udfff\ufff9-\ufffb]"
)
_UNSPOKEN = re.compile(r"[\W_]+")
_SPACES = re.compile(r"\s+")
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>|\])\"']+")


def clean(text: str) -> str:
    """`text` on one line, without terminal escapes, controls and bidi marks; white space levelled and trimmed."""
    return _SPACES.sub(" ", visible(text)).strip()


def visible(text: str) -> str:
    """`text` without terminal escapes, controls and bidi marks; its white space stays."""
    return _CONTROLS.sub("", _ESCAPES.sub("", text)) if not text.isalnum() else text


def unlinked(text: str) -> str:
    """`text` without web addresses."""
    return _LINK.sub(" ", text) if "://" in text or "www." in text else text


def unquoted(name: str) -> str:
    """`name` without the quotes or emphasis around the whole of it."""
    name = name.strip()
    if name[:1] not in _WRAPPING:
        return name
    for mark in ("***", "**", "__", "*", "_"):
        if len(name) > 2 * len(mark) and name.startswith(mark) and name.endswith(mark):
            inner = name[len(mark) : -len(mark)]
            if mark not in inner and not inner.startswith(" "):
                name = inner.strip()
    found = opening_quote(name)
    if found and found[1] == len(name):
        return found[0].strip()
    return name


def opening_quote(text: str) -> tuple[str, int] | None:
    """What the quotes at the very beginning of `text` hold, and where they have ended; None without quotes there."""
    if not text:
        return None
    width = 2 if text.startswith("``") else 1
    closers = QUOTES.get(text[:width])
    if closers is None:
        return None
    ends = ["''"] if width == 2 else list(closers)
    for at in range(width, len(text)):
        for end in ends:
            if text.startswith(end, at) and _closes(text, at, len(end), text[:width]):
                return text[width:at], at + len(end)
    return None


def _closes(text: str, at: int, width: int, opener: str) -> bool:
    """Whether the sign at `at` ends the quote: an apostrophe within or before a word does not, nor an inch mark."""
    after = text[at + width : at + width + 1]
    if opener in "'‘‚`":
        return (
            not after.isalnum()
            and at > 1
            and (after in ("", " ", ",", ")", ".", ";", ":", "-", "\t") or after in DASHES)
        )
    if opener == '"' and (after == '"' or (text[at - 1] == " " and after.isalnum())):
        return False  # quotes within quotes
    if opener == '"' and text[at - 1].isdigit() and after == " " and text.find('"', at + 1) > 0:
        rest = text[at + 1 :].lstrip()
        return not rest[:1].isalnum()  # 12" Mix" goes on
    return True


def fold(name: str) -> str:
    """The form in which names are compared: no accents, case, punctuation or surrounding white space."""
    if name.isascii():
        folded = name.lower()
    else:
        decomposed = unicodedata.normalize("NFKD", name.casefold())
        folded = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _UNSPOKEN.sub(" ", folded).strip()
