"""What every form of report says of a match: its sign, its differences part by part, its summary. Plain text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from playlist_builder.model import Match, Recording, Result, Track
from playlist_builder.report.text import clean, command_line

SIGNS = {
    "matched": ("✓", "ok"),
    "pinned": ("✓", "ok"),
    "review": ("?", "??"),
    "missing": ("✗", "--"),
    "skipped": ("–", "skip"),
    "unsearched": ("…", ".."),
}
NAMES = {
    "matched": "matched",
    "pinned": "chosen by you",
    "review": "to review",
    "missing": "missing",
    "skipped": "left out",
    "unsearched": "not searched yet",
}


def label(track: Track) -> str:
    """Artist – Title in the listing's own words."""
    return clean(f"{track.artist} – {track.title}" if track.artist else track.title)


def plural(count: int, noun: str) -> str:
    """A count with its noun: "1 track", "2 tracks"."""
    return f"{count} {noun}{'s' * (count != 1)}"


def length(milliseconds: int | None) -> str:
    """Minutes and seconds; "" where unknown."""
    if not milliseconds:
        return ""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    return f"{minutes}:{seconds:02}"


def changes_of(track: Track, recording: Recording, parts: Sequence[str]) -> list[tuple[str, str, str]]:
    """For each differing part: its name, what the listing says, what the recording says."""
    said = {
        "artist": (track.artist, ", ".join(recording.artists)),
        "title": (track.title, recording.title),
        "version": (track.version or track.title, recording.title),
        "duration": (length(track.duration_ms), length(recording.duration_ms)),
        "album": (track.album or "", recording.album or ""),
        "edition": ("as the listing prefers", recording.title),
        "explicit": ("as the listing prefers", "explicit" if recording.explicit else "clean"),
    }
    return [(part, clean(said[part][0]), clean(said[part][1])) for part in parts if part in said]


def difference_lines(match: Match) -> list[str]:
    """One line for each difference: "artist: Vinnie DiCola → Vince DiCola"."""
    if match.recording is None:
        return []
    return [
        f"{part}: {ours} → {theirs}"
        for part, ours, theirs in changes_of(match.track, match.recording, match.differences)
    ]


def count_words(matches: Sequence[Match]) -> str:
    """ "10 tracks: 8 matched, 1 to review, 1 missing"."""
    counts = Counter(str(match.outcome) for match in matches)
    parts = [f"{counts[outcome]} {NAMES[outcome]}" for outcome in NAMES if counts[outcome]]
    tracks = plural(len(matches), "track")
    return f"{tracks}: {', '.join(parts)}" if parts else tracks


def change_words(result: Result) -> str:
    """What happened to the playlist, in one sentence."""
    changes = result.changes
    would = "would be " if result.dry_run else ""
    parts = [
        f"{count} {would}{name}"
        for count, name in ((changes.added, "added"), (changes.removed, "removed"), (changes.moved, "moved"))
        if count
    ]
    rest = f"{changes.kept} kept" if changes.kept else ""
    foreign = f"{changes.foreign} of your own left in place" if changes.foreign else ""
    if not parts:
        return ", ".join(["nothing would change" if result.dry_run else "nothing changed", *filter(None, [foreign])])
    return ", ".join(part for part in (*parts, rest, foreign) if part)


def next_steps(result: Result) -> list[str]:
    """The commands that lead on, the most useful first."""
    review = command_line("review", result.listing, result.service)
    sync = command_line("sync", result.listing, result.service)
    steps = []
    if any(match.outcome in ("review", "missing") and not match.gap for match in result.matches):
        steps.append(review)
    unsearched = any(match.outcome == "unsearched" for match in result.matches)
    if unsearched or (result.dry_run and result.error is None and _would_change(result)):
        steps.append(sync)
    return steps


def _would_change(result: Result) -> bool:
    changes = result.changes
    return result.playlist is None or bool(changes.added or changes.removed or changes.moved)
