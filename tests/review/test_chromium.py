"""The page in a real Chromium: what a person does, with the mouse, with keys, and with a screen reader's rules."""

from __future__ import annotations

import os
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from playlist_builder.cli.app import App
from playlist_builder.cli.review import open_session
from playlist_builder.emulator import Emulator
from playlist_builder.review.web import Page, running
from tests.review.conftest import NAME
from tests.review.test_web import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext
    from playwright.sync_api import Page as Tab

CHROMIUM = os.environ.get("CHROMIUM_PATH") or shutil.which("chromium") or shutil.which("chromium-browser")
ROOT = Path(__file__).parents[2]
AXE = Path(os.environ.get("AXE_PATH") or ROOT / "node_modules" / "axe-core" / "axe.min.js")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip
PHONE, DESKTOP = {"width": 360, "height": 780}, {"width": 1280, "height": 900}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    # Playwright's own event loop is closed by its process's end
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
Open = Callable[..., "Tab"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def pages() -> list[Page]:
    """The pages that a test has opened."""
    return []


@pytest.fixture
def open_tab(chromium: Browser, pages: list[Page], request: pytest.FixtureRequest) -> Iterator[Open]:
    """Serves a listing and opens it in a fresh browser profile; fails where the page's scripts or policy complain."""
    request.getfixturevalue("spotify" if "spotify" in request.fixturenames else "home")
    problems: list[str] = []
    with ExitStack() as stack:

        def opened(name: str = NAME, service: str = "demo", enter: bool = True, **context: Any) -> Tab:
            app = App(verbosity=-1)
            page = Page(app, stack.enter_context(open_session(app, name, service, wait_s=0.0)))
            pages.append(page)
            url = stack.enter_context(running(page))
            made: BrowserContext = chromium.new_context(**{"viewport": DESKTOP, **context})
            stack.callback(made.close)
            made.on("weberror", lambda error: problems.append(str(error.error)))
            made.on("console", lambda said: problems.append(said.text) if said.type in ("error", "warning") else None)
            tab = made.new_page()
            tab.set_default_timeout(20_000)
            if enter:
                tab.goto(url)
            return tab

        yield opened
    assert [text for text in problems if "(FORBIDDEN)" not in text] == []


def decided(lock: Path, row: int) -> dict[str, object]:
    found: dict[str, object] = tomllib.loads(lock.read_text())["track"][row].get("demo", {})
    return found


def told(tab: Tab, text: str) -> None:
    """Waits until the page says so in its live region."""
    tab.locator("#told", has_text=text).wait_for()


def heading(tab: Tab) -> str:
    return tab.locator("main h2").first.inner_text()


def test_choosing_skipping_and_undoing(open_tab: Open, lock: Path) -> None:
    tab = open_tab()
    assert "token" not in tab.url
    assert heading(tab) == "I Still Believe"
    tab.get_by_role("button", name="Choose Tim Cappello – I Still Believe - Live in Santa Cruz").click()
    told(tab, "Row 8 is Tim Cappello")
    assert decided(lock, 7)["decided"] == "person"
    assert heading(tab) == "Ain't Got No Home"
    tab.get_by_role("button", name="Leave out").click()
    told(tab, "is left out")
    assert heading(tab) == "Everything is settled."
    tab.get_by_role("button", name="Undo the last answer").click()
    told(tab, "is as it was")
    assert decided(lock, 10) == {}
    assert heading(tab) == "Ain't Got No Home"


def test_searching_and_pasting(open_tab: Open, lock: Path) -> None:
    tab = open_tab()
    tab.get_by_label("Search with your own words").fill("tina cherry")
    tab.get_by_role("button", name="Search", exact=True).click()
    tab.get_by_role("heading", name="Found for “tina cherry”").wait_for()
    tab.get_by_role("button", name="The listing’s album").click()
    tab.get_by_role("heading", name="On the album").wait_for()
    tab.get_by_label("Paste a link or URI").fill("https://open.spotify.com/album/nonsense")
    tab.get_by_role("button", name="Use", exact=True).click()
    told(tab, "no link to a track")
    uri = str(decided(lock, 0)["uri"])
    tab.get_by_label("Paste a link or URI").fill("https://open.spotify.com/track/" + uri.rpartition(":")[2])
    tab.get_by_role("button", name="Use", exact=True).click()
    told(tab, "Row 8 is INXS")
    assert decided(lock, 7)["uri"] == uri


def test_syncing_with_its_plan_first(open_tab: Open, home: Path) -> None:
    tab = open_tab()
    tab.locator(".choose").first.click()
    told(tab, "Row 8 is")
    tab.get_by_role("button", name="Sync now").click()
    tab.get_by_role("heading", name="1 would be added").wait_for()
    assert "Tim Cappello – I Still Believe" in tab.locator(".names").inner_text()
    tab.get_by_role("button", name="Write the playlist").click()
    tab.get_by_role("heading", name="Done: 1 added").wait_for()


def test_keys_do_everything(open_tab: Open, lock: Path) -> None:
    tab = open_tab()
    tab.keyboard.press("j")
    tab.wait_for_url("**/row/11")
    tab.keyboard.press("k")
    tab.wait_for_url("**/row/8")
    tab.keyboard.press("?")
    tab.get_by_role("dialog", name="Keys").wait_for()
    tab.keyboard.press("Escape")
    tab.keyboard.press("/")
    tab.keyboard.type("x1u")
    assert tab.get_by_label("Search with your own words").input_value() == "x1u", "no key acts while one types"
    tab.keyboard.press("Escape")
    tab.keyboard.press("2")
    told(tab, "Row 8 is")
    tab.keyboard.press("u")
    told(tab, "is as it was")
    tab.keyboard.press("x")
    told(tab, "is left out")
    assert decided(lock, 7)["skip"] is True
    tab.get_by_role("button", name="Keys").click()
    tab.get_by_label("Single keys do this").uncheck()
    tab.get_by_role("button", name="Close").click()
    tab.keyboard.press("u")
    tab.wait_for_timeout(300)
    assert decided(lock, 7)["skip"] is True, "the keys can be turned off"


def test_a_second_tab_sees_the_answers_and_keeps_the_page_alive(open_tab: Open, pages: list[Page], lock: Path) -> None:
    first = open_tab()
    second = first.context.new_page()
    second.goto(pages[0].origin + "/row/11")
    second.get_by_role("button", name="Leave out").click()
    told(second, "is left out")
    first.reload()
    assert first.get_by_label("10 of 11 settled").count() == 1
    assert len(pages[0].tabs) == 2
    second.close()
    first.wait_for_timeout(500)
    assert len(pages[0].tabs) == 1
    assert pages[0].empty_since is None
    first.close()
    for _ in range(50):
        if pages[0].empty_since is not None:
            break
        pages[0].ended.wait(0.1)
    assert pages[0].empty_since is not None


def test_choices_work_without_scripts(open_tab: Open, lock: Path) -> None:
    tab = open_tab(java_script_enabled=False)
    tab.locator(".choose").first.click()
    tab.locator("#told", has_text="Row 8 is").wait_for()
    tab.locator("#skip").click()
    tab.locator("#undo").click()
    assert decided(lock, 7)["decided"] == "person"
    assert decided(lock, 10) == {}
    tab.locator("#sync").click()
    tab.get_by_role("button", name="Write the playlist").wait_for()


def test_a_hostile_title_is_only_text(open_tab: Open) -> None:
    Path("playlists").mkdir()
    Path("playlists/bad.toml").write_text(
        f'title = "{HOSTILE}"\n[[track]]\nartist = "{HOSTILE}"\ntitle = "{HOSTILE}"\n'
    )
    tab = open_tab("bad")
    tab.on("dialog", lambda dialog: pytest.fail("a script of the title ran"))
    assert heading(tab).startswith("[31m<script>alert(1)</script>")
    assert "\u202e" not in tab.content()
    assert tab.locator("script").count() == 1
    tab.keyboard.press("x")
    told(tab, "is left out")


def test_another_host_name_and_another_origin_get_nothing(
    open_tab: Open, pages: list[Page], chromium: Browser, lock: Path
) -> None:
    tab = open_tab()
    before = lock.read_bytes()
    port = pages[0].origin.rpartition(":")[2]
    other = chromium.new_page()
    answer = other.goto(f"http://localhost:{port}/?token={pages[0].token}")
    assert answer is not None
    assert answer.status == 403
    other.close()
    evil = tab.context.new_page()
    evil.route("http://127.0.0.1:9/", lambda route: route.fulfill(
        content_type="text/html",
        body=f'<form method="post" action="{pages[0].origin}/row/8/skip">'
        f'<input name="csrf" value="{pages[0].csrf}"><button>x</button></form>',
    ))  # fmt: skip
    evil.goto("http://127.0.0.1:9/")
    with evil.expect_response("**/row/8/skip") as refused:
        evil.get_by_role("button").click()
    assert refused.value.status == 403
    assert lock.read_bytes() == before
    evil.goto("about:blank")


def test_the_address_works_as_a_link_on_another_site_too(
    open_tab: Open, pages: list[Page], chromium: Browser, home: Path
) -> None:
    tab = open_tab(enter=False)
    tab.route("http://localhost:9/", lambda route: route.fulfill(
        content_type="text/html", body=f'<a href="{pages[0].origin}/?token={pages[0].token}">review</a>'
    ))  # fmt: skip
    tab.goto("http://localhost:9/")
    tab.get_by_role("link").click()
    tab.locator("#row-title", has_text="I Still Believe").wait_for()
    stranger = chromium.new_page()
    stranger.route("http://localhost:9/", lambda route: route.fulfill(
        content_type="text/html", body=f'<a href="{pages[0].origin}/">review</a>'
    ))  # fmt: skip
    stranger.goto("http://localhost:9/")
    stranger.get_by_role("link").click()
    stranger.wait_for_url("**/?again")
    stranger.wait_for_timeout(300)
    assert "did not work" in stranger.locator("h1").inner_text()
    stranger.close()


def test_the_player_is_loaded_when_it_is_asked_for(open_tab: Open, spotify: Emulator) -> None:
    tab = open_tab(service="spotify")
    asked: list[str] = []
    tab.context.on("request", lambda request: asked.append(request.url))
    tab.context.route(
        "https://open.spotify.com/**", lambda route: route.fulfill(content_type="text/html", body="<p>player")
    )
    tab.reload()
    listen = tab.get_by_role("button", name="Listen").first
    assert (listen.get_attribute("href") or "").startswith("https://open.spotify.com/track/")
    assert not [url for url in asked if "spotify.com" in url]
    listen.click()
    tab.frame_locator(".player iframe").first.get_by_text("player").wait_for()
    assert [url for url in asked if url.startswith("https://open.spotify.com/embed/track/")]
    assert listen.get_attribute("aria-expanded") == "true"
    listen.click()
    assert tab.locator("iframe").count() == 0


def test_it_fits_a_phone_and_targets_are_large_enough(open_tab: Open) -> None:
    tab = open_tab(viewport=PHONE)
    for path in ("", "row/11", "row/6", "sync"):
        tab.goto(re.sub(r"(:\d+/).*", r"\1", tab.url) + path)
        assert tab.evaluate("document.documentElement.scrollWidth") <= 360
        boxes = tab.evaluate(
            "[...document.querySelectorAll('main button, header button, nav a, input:not([type=hidden])')]"
            ".filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect()).map(b => [b.width, b.height])"
        )
        assert boxes
        assert min(min(box) for box in boxes) >= 24


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not there: AXE_PATH, or node_modules/axe-core")
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation(open_tab: Open, theme: str, viewport: dict[str, int]) -> None:
    tab = open_tab(color_scheme=theme, viewport=viewport)
    origin = re.sub(r"(:\d+/).*", r"\1", tab.url)

    def check() -> None:
        tab.evaluate(AXE.read_text())
        found = tab.evaluate(
            "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
        )
        told = [(v["id"], [node["html"] for node in v["nodes"]]) for v in found["violations"]]
        assert told == [], tab.url

    for path in ("", "row/11", "row/6", "sync", "nowhere"):
        if path != "nowhere":
            tab.goto(origin + path)
            check()
    tab.goto(origin + "row/8")
    tab.get_by_role("button", name="The listing’s album").click()
    tab.get_by_role("heading", name="On the album").wait_for()
    check()
    tab.get_by_role("button", name="Keys").click()
    check()
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="Leave out").click()
    told(tab, "is left out")
    check()
    tab.get_by_role("button", name="Sync now").click()
    tab.get_by_role("button", name="Sync all the same").wait_for()
    check()
    tab.get_by_role("button", name="Done").click()
    tab.get_by_role("heading", name="The Lost Boys").wait_for()
    check()
