"""Where listings lie, which of two with one name counts, and what may be a name at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from playlist_builder.errors import ListingError
from playlist_builder.store.listings import ListingFile, Listings, check_name, shipped_directory
from playlist_builder.store.settings import Settings

TEXT = 'title = "Mix"\n[[track]]\nartist = "Survivor"\ntitle = "Burning Heart"\n'


def listings(directory: Path | None = None) -> Listings:
    return Listings(Settings(home=Path("home").absolute(), playlists_dir=directory))


def write(directory: Path, *names: str) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for name in names:
        (directory / name).write_text(TEXT, encoding="utf-8")


def names(found: list[ListingFile]) -> list[str]:
    return [item.path.name for item in found]


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/b", "a\\b", "../x", "a..b", "C:mix", ".hidden", " mix", "mix ", "a\0b", "a\nb", "a\x7fb",
     "a\x9fb", "con", "NUL", "com1", "lpt9.txt", "a*b", "a?b", 'a"b', "a<b", "a|b", "x" * 121],
)  # fmt: skip
def test_a_name_that_could_lead_elsewhere_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ListingError, match="cannot be a listing's name"):
        check_name(name)
    with pytest.raises(ListingError):
        listings(tmp_path).find(name)


@pytest.mark.parametrize("name", ["rocky-iv", "Größe 2", "日本", "it's", "a.b", "console", "x" * 120, "[mix]", "a & b"])
def test_a_plain_name_is_taken_as_it_is(name: str) -> None:
    assert check_name(name) == name


def test_a_directory_that_was_set_is_the_only_place(tmp_path: Path) -> None:
    write(Path("playlists"), "here.toml")
    write(tmp_path / "set", "there.toml")
    found = listings(tmp_path / "set")
    assert names(found.all()) == ["there.toml"]
    assert found.shipped() == []
    assert names(listings(tmp_path / "nowhere").all()) == []


def test_else_the_one_here_then_the_one_at_home_then_those_that_ship() -> None:
    write(Path.home() / "Playlists", "home.toml")
    assert names(listings().own()) == ["home.toml"]
    write(Path("playlists"), "here.toml", "rocky-iv.txt")
    found = listings()
    assert names(found.own()) == ["here.toml", "rocky-iv.txt"]
    shipped = {item.name for item in found.shipped()}
    assert "the-lost-boys" in shipped
    assert "rocky-iv" not in shipped, "the user's own of that name stands before it"
    assert found.find("rocky-iv").path.suffix == ".txt"


def test_of_one_name_toml_wins_and_locks_and_hidden_files_are_no_listings(tmp_path: Path) -> None:
    write(tmp_path, "mix.txt", "mix.toml", "mix.lock.toml", ".mix.toml", "b.csv", "note.docx", "README")
    (tmp_path / "folder.toml").mkdir()
    assert names(listings(tmp_path).own()) == ["b.csv", "mix.toml"]


def test_a_name_that_is_nearly_right_is_helped(tmp_path: Path) -> None:
    write(tmp_path, "rocky-iv.toml")
    with pytest.raises(ListingError, match="Did you mean rocky-iv"):
        listings(tmp_path).find("rocky-vi")
    with pytest.raises(ListingError, match="playlist list"):
        listings(tmp_path).find("zzz")


def test_a_shipped_listing_is_copied_when_it_is_first_used(tmp_path: Path) -> None:
    found = listings()
    item = next(item for item in found.shipped() if item.name == "rocky-iv")
    mine = found.adopt(item)
    assert mine.path == Path.home() / "Playlists" / "rocky-iv.toml"
    assert mine.path.read_bytes() == (shipped_directory() / "rocky-iv.toml").read_bytes()
    assert not mine.shipped
    assert found.adopt(mine) == mine
    assert listings().find("rocky-iv") == mine


def test_a_listing_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ListingError, match=r"gone\.toml: cannot be read"):
        ListingFile(name="gone", path=tmp_path / "gone.toml").read()
    write(tmp_path, "mix.toml")
    assert ListingFile(name="mix", path=tmp_path / "mix.toml").read().tracks[0].title == "Burning Heart"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_encoding_and_line_ends_are_read(tmp_path: Path, encoding: str, end: str) -> None:
    path = tmp_path / "mix.toml"
    path.write_bytes(TEXT.replace("\n", end).encode(encoding))
    assert ListingFile(name="mix", path=path).read().title == "Mix"
