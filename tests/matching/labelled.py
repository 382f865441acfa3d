"""The labelled rows that live here: facts about real recordings, each row with what is right for it and what is not."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from playlist_builder.model import Recording, Track

FOLDER = Path(__file__).parent / "cases"


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """One row of a listing; `right` is empty where nothing in the catalogue is the recording it asks for."""

    kind: str
    track: Track
    right: tuple[Recording, ...]
    wrong: tuple[Recording, ...]
    misspelt: bool = False

    @property
    def line(self) -> str:
        return f"{self.track.artist} - {self.track.title}" if self.track.artist else self.track.title


def milliseconds(length: str) -> int | None:
    """ "4:05" in milliseconds; None for an empty one."""
    if not length:
        return None
    minutes, seconds = length.split(":")
    return (int(minutes) * 60 + int(seconds)) * 1000


def recording_of(text: str) -> Recording:
    """ "artist; artist | title | album | length" as a recording whose URI is made of its facts."""
    artists, title, album, length = [part.strip() for part in (text + " |  | ").split(" | ")[:4]]
    return Recording(
        uri="".join(c if c.isalnum() else "-" for c in text),
        title=title,
        artists=tuple(name.strip() for name in artists.split(";")),
        album=album or None,
        duration_ms=milliseconds(length),
    )


def track_of(text: str) -> Track:
    """ "artist | title | album | length" as a row; artist, album and length may be empty or left out."""
    artist, title, album, length = [part.strip() for part in (text + " |  |  | ").split(" | ")[:4]]
    return Track(artist=artist, title=title, album=album or None, duration_ms=milliseconds(length))


@cache
def labelled(kind: str | None = None) -> tuple[Labelled, ...]:
    """Every labelled row, or those of one kind (the name of its file)."""
    cases = []
    for file in sorted(FOLDER.glob("*.toml")):
        if kind not in (None, file.stem):
            continue
        for entry in tomllib.loads(file.read_text("utf-8"))["case"]:
            cases.append(
                Labelled(
                    kind=entry.get("kind", file.stem),
                    track=track_of(entry["row"]),
                    right=tuple(recording_of(text) for text in entry.get("right", ())),
                    wrong=tuple(recording_of(text) for text in entry.get("wrong", ())),
                    misspelt=entry.get("misspelt", False),
                )
            )
    return tuple(cases)


def write_jsonl(folder: Path) -> Path:
    """Writes the rows and their catalogue as `cases.jsonl` and `catalogue.jsonl`; the folder."""
    rows: dict[str, Recording] = {}
    lines = []
    for case in labelled():
        rows.update((found.uri, found) for found in (*case.right, *case.wrong))
        lines.append(
            {
                "query": case.line,
                "artist": case.track.artist or None,
                "title": case.track.title,
                "album": case.track.album,
                "duration_ms": case.track.duration_ms,
                "kind": case.kind,
                "expected": [found.uri for found in case.right],
                "misspelt": case.misspelt,
            }
        )
    catalogue = [
        {"id": r.uri, "title": r.title, "artists": r.artists, "album": r.album, "duration_ms": r.duration_ms}
        for r in rows.values()
    ]
    for name, facts in (("cases", lines), ("catalogue", catalogue)):
        text = "".join(json.dumps(fact, ensure_ascii=False) + "\n" for fact in facts)
        (folder / f"{name}.jsonl").write_text(text, "utf-8")
    return folder
