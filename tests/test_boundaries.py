"""The house as it is drawn: pure rooms do no I/O and read no clock, and each library has its one room."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "src" / "playlist_builder"

PURE = ("listing", "matching", "syncing", "report", "export")
TOUCHING = set(
    """os pathlib socket sqlite3 subprocess tempfile shutil time random logging requests requests_cache spotipy
    urllib3 http click platformdirs filelock""".split()  # noqa: SIM905 - one long list of words
)
NAMES_ONLY = {"pathlib.PurePosixPath", "pathlib.PureWindowsPath"}  # they touch no disk
# What a pure room may import of the project beside itself: the table in the design goes upwards.
ALLOWED = {
    "listing": {"errors", "model", "report.text"},
    "matching": {"errors", "model"},
    "syncing": {"errors", "model", "matching"},
    "report": {"errors", "model", "matching"},
    "export": {"errors", "model", "report.text"},
}
ONLY_IN = {
    "spotipy": ("services/spotify",),
    "requests": ("services/spotify",),
    "requests_cache": ("services/spotify",),
    "urllib3": ("services/spotify", "fetch.py"),
    "flask": ("review",),
    "crontab": ("schedule",),
    "apprise": ("notices.py",),
}


def imports(path: Path, *, at_run_time: bool = True) -> set[str]:
    """Every module that a file imports, those for type checking alone left out."""
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        if at_run_time and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            return
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(path.read_text(encoding="utf-8")))
    return found


@pytest.mark.parametrize("room", PURE)
def test_pure_rooms_touch_nothing(room: str) -> None:
    for path in sorted((ROOT / room).rglob("*.py")):
        for name in imports(path):
            assert name.split(".")[0] not in TOUCHING or name in NAMES_ONLY, f"{path.name} imports {name}"


@pytest.mark.parametrize("room", PURE)
def test_pure_rooms_import_only_what_stands_above_them(room: str) -> None:
    for path in sorted((ROOT / room).rglob("*.py")):
        for name in imports(path):
            inner = name.removeprefix("playlist_builder.")
            if inner == name or inner.split(".")[0] == room:
                continue
            assert any(inner == ok or inner.startswith(f"{ok}.") for ok in ALLOWED[room]), f"{path.name} imports {name}"


@pytest.mark.parametrize("library", ONLY_IN)
def test_each_library_has_its_room(library: str) -> None:
    for path in sorted(ROOT.rglob("*.py")):
        where = path.relative_to(ROOT).as_posix()
        if library in {name.split(".")[0] for name in imports(path)}:
            assert where.startswith(ONLY_IN[library]), f"{where} imports {library}"


def test_time_enters_in_one_place() -> None:
    for path in sorted(ROOT.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if path.name == "clock.py":
            continue
        for call in ("datetime.now(", "datetime.utcnow(", "time.time(", "date.today(", "time.sleep("):
            assert call not in text, f"{path.relative_to(ROOT)} reads the clock: {call}"
