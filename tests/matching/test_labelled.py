"""The labelled rows, each against its own traps and against the whole catalogue."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from playlist_builder.matching.decide import candidate, decide
from playlist_builder.model import Tracklist
from tests.benchmarks.matching import ASIDE, load, measure, ours, ours_by_line, speed, through_search
from tests.matching.labelled import Labelled, labelled, write_jsonl

WISHES = Tracklist(title="Rows", tracks=())


def answer(case: Labelled) -> object:
    found = [candidate(case.track, r, None, WISHES) for r in (*case.wrong, *case.right)]
    return decide(case.track, found, WISHES).recording


@pytest.mark.parametrize("case", labelled("smoke"), ids=lambda case: case.line)
def test_smoke(case: Labelled) -> None:
    got = answer(case)
    assert got in case.right if case.right else got is None


@pytest.mark.parametrize("case", labelled("everyday"), ids=lambda case: case.line)
def test_everyday(case: Labelled) -> None:
    assert answer(case) in case.right


def test_there_are_rows_enough() -> None:
    assert len(labelled("smoke")) >= 30
    assert len(labelled()) >= 150


def test_the_whole_catalogue_at_once(tmp_path: Path) -> None:
    folder = write_jsonl(tmp_path)
    cases = load(folder)
    apart, line = measure(cases, ours), measure(cases, ours_by_line)
    searched, requests, _ = through_search(folder, cases)
    for tally in (apart, line, searched):
        assert tally.right / tally.answered >= 0.98, tally.wrong
        assert tally.right / tally.positive >= 0.97
        assert tally.refused / tally.negative >= 0.9
        assert tally.other_version[0] == tally.other_version[1] == sum(case.kind == ASIDE for case in cases)
        assert tally.misspelt[0] == tally.misspelt[1]
    assert requests / len(cases) <= 1.3


def test_speed(tmp_path: Path) -> None:
    start = time.process_time()
    speed(load(write_jsonl(tmp_path)), rows=500)
    assert time.process_time() - start < 2  # 10,000 rows take less than 5 s on an idle machine
