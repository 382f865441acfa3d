"""Lengths and start times as listings write them: 3:45, 1:02:03, 3'45", 3m 45s, in brackets or not."""

from __future__ import annotations

import re
from functools import lru_cache

TIME = (
    r"(?:\d{1,2}[:：]\d{2}[:：]\d{2}|\d{1,3}[:：]\d{2}(?:[.,]\d{1,3})?|"
    r"\d{1,3}\s?['′’]\s?\d{2}(?:[\"″”]|''|’’|′′)?(?!\w)|"
    r"\d{1,2}[hH]\d{2}(?!\w)|"
    r"\d{1,3}\s?min\s?\d{2}\s?s(?:ec)?\b|\d{1,3}m\s?\d{2}s)"
)
_RANGE = rf"{TIME}(?:\s*(?:[-–—~〜→]|to)\s*{TIME})?"
_AMOUNT = r"(?:\s*(?:min\.?|mins\.?|minutes|Min\.?|h|Uhr))?"
LEADING = re.compile(
    rf"^(?:[\[(（]\s*(?P<in>{_RANGE})\s*[\])）]|(?P<out>{_RANGE})(?![\d:：])(?:\s?(?:[AaPp]\.?[Mm]\.?|Uhr|h)(?=\s))?)\s*(?:[-–—|:：.►▶»]+(?=\s)|[-–—|]+)?\s*"
)
TRAILING = re.compile(
    rf"(?:(?<=[^\w])|^|(?<=[\s.…·_|–—,-]))(?:[\[(（]\s*(?:length:?\s*)?(?P<in>{_RANGE}){_AMOUNT}\s*[\])）]|"
    rf"(?P<out>{_RANGE}){_AMOUNT})\s*[.;,]?$"
)
BRACKETED = re.compile(rf"[\[(（]\s*(?:length:?\s*|duration:?\s*|ca\.?\s*|~\s*)?(?P<in>{_RANGE}){_AMOUNT}\s*[\])）]")
_DIGITS = re.compile(r"\d+")
_FRACTION = re.compile(r"[.,]\d+$")
_PARTS = re.compile(TIME)
_INITIALS = re.compile(r"(?:\b[^\W\d_]\.)+[^\W\d_]$|\b(?:[Jj]r|[Ss]r|[Pp]t|[Vv]ol|[Ff]t|[Nn]o)$")
_LEADERS = " \t.…·_|-–—,;:：~"


@lru_cache(maxsize=20_000)
def milliseconds(text: str) -> int | None:
    """The first time in `text`, in milliseconds; None without one, or where its seconds or minutes exceed 59."""
    found = _PARTS.search(text)
    if not found:
        return None
    numbers = [int(n) for n in _DIGITS.findall(_FRACTION.sub("", found.group()))]
    if any(n > 59 for n in numbers[1:]) or len(numbers) > 3:
        return None
    total = 0
    for number in numbers:
        total = total * 60 + number
    return total * 1000


def is_range(text: str) -> bool:
    """Whether `text` holds two times: from and to."""
    return len(_PARTS.findall(text)) > 1


def take_leading(text: str) -> tuple[str, str]:
    """(the time at the beginning of `text`, the rest); ("", text) where none stands there."""
    found = LEADING.match(text) if text[:1].isdigit() or text[:1] in "[(（" else None
    if not found or milliseconds(found.group("in") or found.group("out")) is None:
        return "", text
    rest = text[found.end() :]
    if found.group("out") and rest and rest[0].isalnum() and text[found.end() - 1].isdigit():
        return "", text
    return found.group("in") or found.group("out"), rest


def take_trailing(text: str) -> tuple[str, str]:
    """(the time at the end of `text`, what stands before it without dot leaders); ("", text) without one."""
    tail = text[-48:]
    if not _DIGITS.search(tail[-14:]):
        return "", text
    start = len(text) - len(tail)
    found = TRAILING.search(tail)
    if not found or milliseconds(found.group("in") or found.group("out")) is None:
        return "", text
    if start + found.start() == 0 and found.group("out") == tail:
        return found.group("out"), ""
    return found.group("in") or found.group("out"), _without_leaders(text[: start + found.start()])


def _without_leaders(text: str) -> str:
    """`text` without the dots and signs that lead to a time; the last dot of an abbreviation stays."""
    plain = text.rstrip(_LEADERS)
    return plain + "." if text[len(plain) :].strip() == "." and _INITIALS.search(plain) else plain


def take_bracketed(text: str) -> tuple[str, str]:
    """(the first time in brackets anywhere in `text`, the text without it); ("", text) without one."""
    found = BRACKETED.search(text) if ":" in text or "'" in text or "：" in text or "′" in text else None
    if not found or milliseconds(found.group("in")) is None:
        return "", text
    before, after = text[: found.start()].rstrip(), text[found.end() :].lstrip()
    return found.group("in"), f"{before} {after}".strip()
