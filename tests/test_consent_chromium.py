"""The login in a real browser: the consent page of the emulated service, its buttons, and where they lead."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from playlist_builder.emulator import Emulator, Options
from playlist_builder.emulator.catalogue import Catalogue
from tests.machine import SCRIPT, Machine
from tests.review.test_chromium import CHROMIUM, QUIET

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.mark.parametrize(("button", "code"), [("Agree", 0), ("Cancel", 5)])
def test_a_person_agrees_or_cancels_in_a_browser(tmp_path: Path, chromium: Browser, button: str, code: int) -> None:
    with Emulator(Catalogue.shipped(), options=Options(consent="page")) as emulator:
        here = Machine(home=tmp_path / "home", work=tmp_path / "work", emulator=emulator)
        with subprocess.Popen(
            [str(SCRIPT), "login", "--no-browser", "--timeout", "60"],
            cwd=here.work,
            env=here.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            tab = chromium.new_page()
            tab.goto(process.stdout.readline().strip())
            tab.get_by_role("button", name=button).click()
            tab.wait_for_url("http://127.0.0.1:*/callback*")
            said = tab.inner_text("body")
            tab.close()
            _, errors = process.communicate(timeout=30)
        assert process.returncode == code, errors
        assert said
        assert "code=" not in said
        if code == 0:
            here.run("sync", "rocky-iv", check=0)
