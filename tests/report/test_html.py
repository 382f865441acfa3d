"""The HTML report: one file, no script, everything escaped, the same tale as the other formats."""

from __future__ import annotations

import base64
import hashlib
import re
from html import unescape
from html.parser import HTMLParser

from playlist_builder.matching.decide import candidate
from playlist_builder.model import Match, Tracklist
from playlist_builder.report.html import page
from tests.builders import recording, track

HOSTILE = '</style><script>alert(1)</script>\x1b[31m\u202e"onload="x'
SEVERAL = (
    Match(track=track(), outcome="matched", recording=recording(duration_ms=231_000, album="Rocky IV")),
    Match(
        track=track("War", "Vinnie DiCola"),
        outcome="pinned",
        recording=recording("War", "Vince DiCola", album="Rocky IV"),
        differences=("artist",),
    ),
    Match(
        track=track("I Still Believe", "Tim Cappello"),
        outcome="review",
        reason="only live recordings were found",
        candidates=(
            candidate(track("I Still Believe", "Tim Cappello"), recording("I Still Believe - Live", "Tim Cappello")),
            candidate(track("I Still Believe", "Tim Cappello"), recording("Something Else", "Nobody")),
        ),
    ),
    Match(track=track("Gone"), outcome="missing", reason="nothing like it was found", gap=True),
    Match(track=track("Montage"), outcome="skipped", reason="left out on purpose"),
)


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def words(text: str) -> str:
    """What a reader sees."""
    body = text[text.index("<body>") :]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_it_tells_summary_rows_outcomes_differences_and_candidates() -> None:
    seen = words(page("Rocky IV", "rocky-iv", SEVERAL, "https://open.spotify.com/playlist/1"))

    assert "Rocky IV" in seen
    assert "5 tracks: 1 matched, 1 chosen by you, 1 to review, 1 missing, 1 left out." in seen
    assert "3:51" in seen
    assert "artist Vinnie DiCola → became Vince DiCola" in seen
    assert "Only live recordings were found." in seen
    assert "Tim Cappello – I Still Believe - Live" in seen
    assert "Something Else" not in seen, "neither title nor artist fit"
    assert "missing, known gap" in seen


def test_it_is_one_file_without_script_and_says_so_in_its_policy() -> None:
    text = page("Rocky IV", "rocky-iv", SEVERAL, "https://open.spotify.com/playlist/1")
    elements = Elements(text).found

    assert not [tag for tag, _ in elements if tag in ("script", "link", "img", "iframe", "object", "form")]
    assert not [a for _, a in elements if "style" in a or any(name.startswith("on") for name in a)]
    policy = next(str(a["content"]) for tag, a in elements if tag == "meta" and "http-equiv" in a)
    style = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'none'")


def test_everything_of_others_is_escaped() -> None:
    matches = (
        Match(
            track=track(HOSTILE, HOSTILE),
            outcome="matched",
            recording=recording(HOSTILE + "2", HOSTILE, album=HOSTILE, release_date=HOSTILE),
            differences=("title", "artist"),
        ),
        Match(
            track=track(HOSTILE, HOSTILE),
            outcome="review",
            reason=HOSTILE,
            candidates=(candidate(track(HOSTILE), recording(HOSTILE, HOSTILE)),),
        ),
    )
    text = page(HOSTILE, HOSTILE, matches, f"https://x/{HOSTILE}", covers=True)

    assert "<script" not in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
    assert text.count("</style>") == 1
    assert not [a for _, a in Elements(text).found if "onload" in a]


def test_a_link_that_is_no_web_address_is_left_out() -> None:
    assert "javascript" not in page("A", "a", SEVERAL, "javascript:alert(1)")


def test_covers_come_from_the_services_picture_hosts_alone() -> None:
    def images(url: str | None) -> list[str | None]:
        match = Match(track=track(), outcome="matched", recording=recording(cover_url=url, album="Rocky IV"))
        text = page("A", "a", (match,), covers=True)
        assert "img-src https://i.scdn.co https://*.scdn.co" in text
        return [a["src"] for tag, a in Elements(text).found if tag == "img"]

    good = "https://i.scdn.co/image/ab67616d0000b273"
    assert images(good) == [good]
    for bad in (None, "http://i.scdn.co/a", "https://i.scdn.co.evil.example/a", "https://evil.example/i.scdn.co",
                "https://a@i.scdn.co/b", "https://i.scdn.co:8443/a", "https://[bad", "javascript:1"):  # fmt: skip
        assert images(bad) == []


def test_an_empty_listing_is_a_page_too() -> None:
    assert "0 tracks" in words(page("A", "a", ()))


def test_marked_words_are_those_that_the_listing_does_not_have() -> None:
    wishes = Tracklist(title="A", tracks=())
    asked, found = track("Cry Litle Sister", "Gerard McMann"), recording("Cry Little Sister", "Gerard McMann")
    made = candidate(asked, found, None, wishes)
    text = page("A", "a", (Match(track=asked, outcome="matched", recording=found, differences=made.differences),))
    assert re.findall("<mark>([^<]*)</mark>", text) == ["Little"]
