"""The review in a real terminal: 60 and 120 columns, with and without colour."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.review.conftest import COMMAND, NAME

pexpect = pytest.importorskip("pexpect", reason="pexpect is not installed")
if not hasattr(pexpect, "spawn"):
    pytest.skip("pexpect has no pseudo-terminal on this system", allow_module_level=True)

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
PROMPT = "› "


class Terminal:
    """One run of `playlist review` in a pseudo-terminal."""

    def __init__(self, columns: int, color: str, *args: str) -> None:
        env = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        arguments = [*COMMAND[1:], "--color", color, "review", *args, "--service", "demo"]
        self.child = pexpect.spawn(
            COMMAND[0], arguments, dimensions=(60, columns), encoding="utf-8", timeout=30, env=env
        )

    def until(self, text: str = PROMPT) -> str:
        """What was printed before `text`."""
        self.child.expect_exact(text)
        return str(self.child.before)

    def type(self, line: str, text: str = PROMPT) -> str:
        """Types a line; what is printed until `text` comes."""
        self.child.sendline(line)
        return self.until(text)

    def end(self) -> tuple[str, int]:
        """The rest and the exit code."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        return str(self.child.before), int(self.child.exitstatus)


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        terminal.child.close(force=True)


def decided(lock: Path, row: int) -> dict[str, object]:
    found: dict[str, object] = tomllib.loads(lock.read_text())["track"][row].get("demo", {})
    return found


def plain(text: str) -> str:
    return ANSI.sub("", text).replace("\r", "")


@pytest.mark.parametrize("color", ["never", "always"])
@pytest.mark.parametrize("columns", [60, 120])
def test_a_row_shows_what_the_listing_says_why_and_what_differs(
    home: Path, terminals: list[Terminal], columns: int, color: str
) -> None:
    terminals.append(Terminal(columns, color, NAME))
    shown = terminals[0].until()

    text = plain(shown)
    assert ("\x1b[" in shown) is (color == "always")
    assert max(cell_len(line) for line in text.splitlines()) <= columns
    order = ["The Lost Boys · 1 of 2", "Tim Cappello – I Still Believe", "listing: year 1987",
             "only live recordings were found", "I Still Believe - Live in Santa Cruz – Tim Cappello",
             "5:16 · Blood on the Sax · 2018 (not 1987)", "≠ another version than the row asks for",
             "≠ title", "≠ artist", "? help"]  # fmt: skip
    at = [text.index(part) for part in order]
    assert at == sorted(at)


def test_choosing_searching_skipping_undoing_and_syncing(home: Path, lock: Path, terminals: list[Terminal]) -> None:
    terminals.append(terminal := Terminal(120, "never", NAME))
    before = lock.read_bytes()
    terminal.until()
    assert "Tina, Cherry" in terminal.type("s tina cherry")
    assert "Row 8 is Tim Cappello – Tina, Cherry." in terminal.type("1")
    assert decided(lock, 7)["decided"] == "person"
    assert "is as it was" in terminal.type("u")
    assert lock.read_bytes() == before
    assert "I Still Believe - Live in Santa Cruz" in terminal.type("c")
    assert "2 of 2" in terminal.type("1")
    summary = terminal.type("x", "Sync now? [Y/n]:")
    assert "1 chosen, 1 left out; nothing still open." in summary
    terminal.child.sendline("")
    rest, code = terminal.end()
    assert "1 added" in plain(rest)
    assert code == 0
    assert decided(lock, 10) == {"skip": True, "decided": "person"}


def test_keep_looking_leaving_and_quitting(home: Path, lock: Path, terminals: list[Terminal]) -> None:
    terminals.append(terminal := Terminal(60, "never", NAME))
    terminal.until()
    assert "2 of 2" in terminal.type("")
    assert "known gap" in terminal.type("k", "Sync now? [Y/n]:")
    terminal.child.sendline("n")
    _, code = terminal.end()
    assert code == 4
    assert decided(lock, 10) == {"later": True, "decided": "person"}
    assert decided(lock, 7) == {}

    terminals.append(terminal := Terminal(60, "never", NAME))
    terminal.until()
    terminal.child.sendline("q")
    rest, code = terminal.end()
    assert "No answers; 1 still open." in plain(rest)
    assert "Sync now" not in rest
    assert code == 4


def test_album_artist_paste_open_and_help(home: Path, lock: Path, terminals: list[Terminal]) -> None:
    terminals.append(terminal := Terminal(120, "never", NAME))
    terminal.until()
    assert "On the album: The Lost Boys" in terminal.type("a")
    assert "By the artist: Tim Cappello" in terminal.type("r")
    assert "the demo has none" in terminal.type("o 1")
    assert "keep looking: a known gap" in terminal.type("?")
    assert "is no key here" in terminal.type("zz")
    assert "There is no 99 here" in terminal.type("99")
    assert "no link to a track" in terminal.type("https://example.org/")
    uri = decided(lock, 0)["uri"]
    assert isinstance(uri, str)
    terminal.type("p", "Link or URI: ".rstrip())
    assert "Row 8 is INXS" in terminal.type("https://open.spotify.com/track/" + uri.rpartition(":")[2])
    assert decided(lock, 7)["uri"] == uri
    terminal.child.sendeof()
    assert "1 chosen; 1 still open." in terminal.until("Sync now? [Y/n]:")


def test_all_goes_through_matched_rows_too(home: Path, terminals: list[Terminal]) -> None:
    terminals.append(terminal := Terminal(60, "never", NAME, "--all"))
    assert "1 of 11" in terminal.until()
    terminal.type("")
    assert "matched: INXS, Jimmy Barnes – Good Times" in plain(terminal.type(""))


def test_an_interrupt_keeps_the_answers(home: Path, lock: Path, terminals: list[Terminal]) -> None:
    terminals.append(terminal := Terminal(60, "never", NAME))
    terminal.until()
    terminal.type("x")
    terminal.child.sendintr()
    _, code = terminal.end()
    assert code == 130
    assert decided(lock, 7)["skip"] is True


def test_wide_and_hostile_texts_stay_in_their_columns(home: Path, terminals: list[Terminal]) -> None:
    Path("playlists").mkdir()
    title = r"夜明けのスキャットと長い長い題名がここにありますどこまでも続く\u001b[31m\u202e<script>"
    Path("playlists/wide.toml").write_text(
        f'title = "昭和歌謡 \\u0007"\n[[track]]\nartist = "由紀さおり"\ntitle = "{title}"\n', encoding="utf-8"
    )
    terminals.append(terminal := Terminal(60, "never", "wide"))
    text = terminal.until()
    assert "夜明けのスキャット" in text
    assert not re.search("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]", text.replace("\r", ""))
    assert max(cell_len(line) for line in text.replace("\r", "").splitlines()) <= 60


def test_a_listing_that_was_never_synced_is_told_what_comes_first(home: Path, terminals: list[Terminal]) -> None:
    terminals.append(terminal := Terminal(60, "never", "rocky-iv"))
    assert "playlist sync rocky-iv --service demo" in terminal.until()


def test_without_a_terminal_it_names_the_other_ways(home: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "review", NAME, "--service", "demo"], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    assert done.returncode == 2
    assert b"--web" in done.stderr
    assert b"playlist pin" in done.stderr


def test_nothing_to_settle_is_said(home: Path, terminals: list[Terminal]) -> None:
    for row in ("8", "11"):
        subprocess.run([*COMMAND, "skip", NAME, row, "--service", "demo"], capture_output=True, check=True)
    terminals.append(terminal := Terminal(60, "never", NAME))
    rest, code = terminal.end()
    assert "needs a person" in plain(rest)
    assert code == 0
