"""Where listings lie and how one is found by its name."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from playlist_builder import listing
from playlist_builder.errors import ListingError
from playlist_builder.model import Tracklist
from playlist_builder.store.files import replace_file
from playlist_builder.store.settings import Settings

_RESERVED = re.compile(r"^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingFile:
    """A listing by name: its file, and whether it is one that ships with the package."""

    name: str
    path: Path
    shipped: bool = False

    def read(self) -> Tracklist:
        """What the listing says; raises `ListingError`."""
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise ListingError(f"{self.path}: cannot be read ({error.strerror or error}).") from error
        made = listing.read(content, str(self.path)).tracklist
        return made if made.title else replace(made, title=title_from(self.name))


def title_from(name: str) -> str:
    """The title of a listing that gives none: its name in words."""
    return " ".join(re.split(r"[-_\s]+", name)).strip() or "Listing"


def check_name(name: str) -> str:
    """`name` if it may name a listing; raises `ListingError` for one that could leave the directory."""
    bad = (
        not name
        or len(name) > 120
        or name != name.strip()
        or name.startswith(".")
        or ".." in name
        or any(c in '/\\:*?"<>|' or ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in name)
        or _RESERVED.match(name)
    )
    if bad:
        raise ListingError(
            f"{name!r} cannot be a listing's name: letters, digits, '-', '_' and spaces, no path. "
            "`playlist list` shows the names there are; `playlist import FILE` reads a file from elsewhere."
        )
    return name


class Listings:
    """The listings of one run: `PLAYLISTS_DIR` alone where it is set, else `./playlists` or `Playlists` in the home,
    then those that ship with the package."""

    def __init__(self, settings: Settings) -> None:
        self._only = settings.playlists_dir
        local = Path("playlists").absolute()
        home = Path.home() / "Playlists"
        self.directory = self._only or (local if local.is_dir() else home)

    def own(self) -> list[ListingFile]:
        """The user's listings by name; where two files have one name, TOML wins, then the order of SUFFIXES."""
        return self._in(self.directory, shipped=False)

    def shipped(self) -> list[ListingFile]:
        """The package's listings, those of a name that the user has too left out; none where PLAYLISTS_DIR is set."""
        if self._only is not None:
            return []
        own = {item.name for item in self.own()}
        directory = shipped_directory()
        if directory.resolve() == self.directory.resolve():
            return []
        return [item for item in self._in(directory, shipped=True) if item.name not in own]

    def all(self) -> list[ListingFile]:
        return [*self.own(), *self.shipped()]

    def find(self, name: str) -> ListingFile:
        """The listing called `name`; raises `ListingError` with near names."""
        check_name(name)
        for item in self.all():
            if item.name == name:
                return item
        names = [item.name for item in self.all()]
        near = get_close_matches(name, names, 3, 0.5)
        hint = f"Did you mean {' or '.join(near)}?" if near else "`playlist list` shows those there are."
        raise ListingError(f"There is no listing {name!r} in {self.directory}. {hint}")

    def adopt(self, item: ListingFile) -> ListingFile:
        """A shipped listing copied to the user's own; others as they are."""
        if not item.shipped:
            return item
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self.directory / item.path.name
        replace_file(path, item.path.read_bytes())
        return ListingFile(name=item.name, path=path)

    def _in(self, directory: Path, *, shipped: bool) -> list[ListingFile]:
        found: dict[str, Path] = {}
        if not directory.is_dir():
            return []
        rank = {suffix: place for place, suffix in enumerate(listing.SUFFIXES)}
        paths = [
            path
            for path in directory.iterdir()
            if path.suffix.lower() in rank and not path.name.startswith(".") and not path.stem.endswith(".lock")
        ]
        for path in sorted(paths, key=lambda p: (rank[p.suffix.lower()], p.name)):
            if path.is_file():
                found.setdefault(path.stem, path)
        return [ListingFile(name=name, path=path, shipped=shipped) for name, path in sorted(found.items())]


def shipped_directory() -> Path:
    """The listings that come with the package: inside it in a wheel, the project's `playlists` in an editable one."""
    inside = Path(__file__).resolve().parent.parent / "playlists"
    return inside if inside.is_dir() else Path(__file__).resolve().parents[3] / "playlists"
