"""Results as Markdown, fit for an issue or a comment."""

from __future__ import annotations

import re
from collections.abc import Sequence

from playlist_builder.model import Match
from playlist_builder.report.text import clean
from playlist_builder.report.words import NAMES, SIGNS, count_words, difference_lines


def report(title: str, matches: Sequence[Match]) -> str:
    """A heading, a summary and a table of all rows; ends with a line end."""
    lines = [f"## {escape(title)}", "", f"{count_words(matches)}.", "", "| # | | Listing | Recording | Notes |"]
    lines.append("|--:|:-:|---|---|---|")
    for number, match in enumerate(matches, 1):
        asked = f"{match.track.artist} – {match.track.title}" if match.track.artist else match.track.title
        chosen = match.recording.label if match.recording is not None else f"*{NAMES[match.outcome]}*"
        found = chosen if match.recording is None else escape(chosen)
        notes = difference_lines(match) or ([match.reason] if match.recording is None and match.reason else [])
        lines.append(
            f"| {number} | {SIGNS[match.outcome][0]} | {escape(asked)} | {found} | {escape('; '.join(notes))} |"
        )
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    """`text` on one line, with nothing left that Markdown or HTML would take for markup."""
    text = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|~#@])", r"\\\1", text)
