"""A dozen of the fault matrix's cases through the installed command; the whole of it is in `test_faults_slow.py`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from playlist_builder.emulator.catalogue import Catalogue
from tests.test_faults_slow import CASES, SCENES, Stage, prepare

# scene, what breaks, at which write of the run (from 0)
DOZEN = [
    ("cold", "502-after", 0), ("cold", "drop-after", 0), ("cold", "kill-after", 0), ("cold", "500-before", 1),
    ("cold", "drop-after", 1), ("update", "502-after", 0), ("update", "kill-before", 0), ("update", "kill-after", 0),
    ("update", "drop-before", 1), ("update", "404-before", 1), ("undo", "500-after", 0), ("undo", "kill-after", 0),
]  # fmt: skip


@pytest.fixture(scope="module")
def catalogue() -> Iterator[Catalogue]:
    made = Catalogue.shipped()
    yield made
    made.close()


@pytest.mark.parametrize(("scene", "case", "write"), DOZEN)
def test_a_rerun_ends_in_the_right_list(
    scene: str, case: str, write: int, catalogue: Catalogue, tmp_path: Path
) -> None:
    root = tmp_path / "before"
    stage = Stage(root, catalogue, SCENES[scene])
    prepare(stage, catalogue, scene)
    stage.close()
    whole = Stage(shutil.copytree(root, tmp_path / "whole"), catalogue, SCENES[scene])
    whole.machine.run(*whole.args, check=0)
    right, number = whole.uris, whole.emulator.writes[write].number
    whole.close()
    stage = Stage(shutil.copytree(root, tmp_path / "broken"), catalogue, SCENES[scene])
    try:
        CASES[case](stage, number)
        if scene != "undo" or stage.uris != right:
            stage.machine.run(*stage.args, check=0)
        assert stage.uris == right
    finally:
        stage.close()
