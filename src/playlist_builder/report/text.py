"""Text that is safe to show: everything from files and services is hostile until it went through `clean`."""

from __future__ import annotations

import re
import shlex

# C0 and C1 controls, line and paragraph separators, and the characters that reorder what stands around them.
_RANGES = "\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSAFE = re.compile(f"[\x00-\x1f{_RANGES}]")
_UNSAFE_BUT_NEWLINE = re.compile(f"[\x00-\x09\x0b-\x1f{_RANGES}]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str, *, newlines: bool = False) -> str:
    """`text` on one line, without control or bidi characters; white space in their place where it separated words.

    With `newlines`, line feeds stay. Lone surrogates become U+FFFD, so that the result can always be encoded.
    """
    text = _SURROGATE.sub("\ufffd", text)
    if newlines:
        return _UNSAFE_BUT_NEWLINE.sub(" ", text)
    return " ".join(_UNSAFE.sub(" ", text).split())


def command_line(verb: str, listing: str, service: str = "spotify", *rest: str) -> str:
    """A command that means this listing and this service when it is copied: "playlist sync mix --service demo"."""
    behind = () if service == "spotify" else ("--service", service)
    return " ".join(("playlist", verb, _word(listing), *rest, *behind))


def _word(name: str) -> str:
    """A listing's name as one word of a command line, in quotes that every shell knows where they will do."""
    name = clean(name)
    if re.fullmatch(r"[\w.,+=@-]+", name):
        return name
    return shlex.quote(name) if set(name) & set('"$`!%') else f'"{name}"'
