"""File names from titles."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playlist_builder.listing.naming import name_of


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Great Soundtracks of 1985: Rocky IV", "rocky-iv"),
        ("Rocky IV", "rocky-iv"),
        ("Группа крови", "gruppa-krovi"),
        ("Programa 118: A Chave do Sótão", "a-chave-do-sotao"),
        ("Judgment Night (Music From The Motion Picture)", "judgment-night-music-from-the-motion-picture"),
        ("Singin' in the Rain", "singin-in-the-rain"),
        ("Simon & Garfunkel", "simon-and-garfunkel"),
        ("", "listing"),
        ("***", "listing"),
        ("Mission: Impossible", "mission-impossible"),
    ],
)
def test_names(title: str, name: str) -> None:
    assert name_of(title) == name


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=200))
def test_any_title_gives_a_name(title: str) -> None:
    assert re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?", name_of(title))
