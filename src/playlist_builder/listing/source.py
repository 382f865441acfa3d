"""A listing's bytes with their name, decoded once, and what a reader makes of them."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from functools import cached_property

from playlist_builder.errors import ListingError
from playlist_builder.model import Tracklist

MAX_BYTES = 20_000_000  # larger texts are refused: no listing is a tenth of this
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONFLICT = re.compile(r"^(<{7}|>{7}|\|{7})(\s|$)", re.MULTILINE)


class Source:
    """The bytes of one document, its name (for messages and suffixes) and the charset that its server named."""

    def __init__(self, content: bytes, name: str, charset: str | None = None) -> None:
        self.content = content
        self.name = name
        self._charset = charset
        if len(content) > MAX_BYTES:
            raise ListingError(
                f"{name}: {len(content) / 1e6:.0f} MB is too large for a track listing (at most "
                f"{MAX_BYTES / 1e6:.0f} MB). Cut out the part with the listing and read that."
            )

    @property
    def suffix(self) -> str:
        """The end of the name, lower case, with its dot; "" without one."""
        match = re.search(r"\.[A-Za-z0-9]{1,8}$", self.name)
        return match.group().lower() if match else ""

    @cached_property
    def text(self) -> str:
        """The decoded text, without a byte order mark, line ends as LF; raises `ListingError` for what is no text."""
        if not self.content.strip(b"\0 \t\r\n\xef\xbb\xbf"):
            raise ListingError(f"{self.name}: the file is empty. Nothing was read.")
        text = self._decode().removeprefix("\ufeff")
        sample = text[:100_000]
        controls = sum(1 for c in sample if (c < " " and c not in "\t\n\r\f\x1b\x0b") or c == "\ufffd")
        if "\0" in sample or controls > max(8, len(sample) // 50):
            raise ListingError(f"{self.name}: this is a binary file, not text. Export or save the listing as text.")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    def refuse_conflict(self) -> None:
        """Raises `ListingError` where git left its conflict marks."""
        found = _CONFLICT.search(self.text)
        if found:
            line = self.text.count("\n", 0, found.start()) + 1
            raise ListingError(
                f"{self.name}:{line}: git's conflict marks ({found.group().strip()}) are still in the file. "
                "Settle the conflict, then try again."
            )

    def _decode(self) -> str:
        for bom, encoding in _BOMS:
            if self.content.startswith(bom):
                return self.content.decode(encoding, "replace")
        head = self.content[:2000]
        if head.count(0) > len(head) // 4:  # UTF-16 without a mark: every other byte of Latin text is zero
            odd = sum(1 for i in range(1, len(head), 2) if head[i] == 0)
            return self.content.decode("utf-16-le" if odd * 2 > head.count(0) else "utf-16-be", "replace")
        charsets = [self._charset, self._declared(), "utf-8"]
        for charset in charsets:
            if charset:
                try:
                    return self.content.decode(_as_browser(charset))
                except (LookupError, UnicodeDecodeError):
                    continue
        return self._guess()

    def _declared(self) -> str | None:
        """The charset that an HTML or XML document names in its first 1,024 bytes, as browsers look for it."""
        found = re.search(rb"""(?:charset\s*=\s*|encoding\s*=\s*)["']?([A-Za-z0-9_:.-]+)""", self.content[:1024])
        return found.group(1).decode("ascii") if found else None

    def _guess(self) -> str:
        from charset_normalizer import from_bytes

        western = self.content.decode("cp1252", "replace")
        if _is_central(western):
            return self.content.decode("cp1250", "replace")
        letters = [c for c in western if c > "\x7f"]
        # Text with a few accents is western; where most letters are beyond ASCII it is another script's code page.
        if len(letters) * 4 < sum(1 for c in western if c.isalpha()):
            return western
        best = from_bytes(self.content[:200_000]).best()
        return self.content.decode(best.encoding, "replace") if best else western


def _is_central(western: str) -> bool:
    """Whether text read as Western European has signs where Polish, Czech or Hungarian have letters."""
    signs = len(re.findall(r"[^\W\d_][¹³£¥¯¿¼¾](?=\w|\b|$)|[³¥¯¼¾][^\W\d_]", western))
    czech = bool(re.search("[šž]", western, re.IGNORECASE)) and len(re.findall("[øìùïò]", western, re.IGNORECASE)) > 1
    hungarian = (
        bool(re.search("[öü]", western)) and len(re.findall("[õû]", western)) > 1 and not re.search("[ãç]", western)
    )
    return signs > 1 or czech or hungarian


def _as_browser(charset: str) -> str:
    """Browsers read Latin-1 as Windows-1252 (WHATWG Encoding, section 4.2)."""
    name = charset.strip().lower()
    return "cp1252" if name in ("iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii") else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something the reader was unsure of, with the line (from 1) and its words where it stands in one."""

    text: str
    line: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One listing as read: the tracklist, the format that read it, and what to tell the person."""

    tracklist: Tracklist
    format: str
    notes: tuple[Note, ...] = field(default=())
