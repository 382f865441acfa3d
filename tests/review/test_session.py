"""A review's answers are kept at once and taken back exactly; nothing but a question to the service sends a request."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from playlist_builder.cli.app import App
from playlist_builder.cli.review import open_session
from playlist_builder.emulator import Emulator
from playlist_builder.errors import NotFound, PlaylistError, RateLimited, UsageError
from playlist_builder.review.session import Changed, Session
from tests.review.conftest import DOUBTFUL, MISSING, NAME, Open

SPOTIFY_LINK = "https://open.spotify.com/track/{}?si=0"


def decided(lock: Path, row: int) -> dict[str, object]:
    """What the lock file says of the row."""
    found: dict[str, object] = tomllib.loads(lock.read_text())["track"][row].get("demo", {})
    return found


def test_the_doubtful_row_comes_before_the_missing_one(session: Session) -> None:
    assert session.open_rows() == [DOUBTFUL, MISSING]
    assert session.other_rows() == [i for i in range(11) if i not in (DOUBTFUL, MISSING)]


def test_what_the_sync_found_is_offered_without_a_request(session: Session) -> None:
    shown = session.shown(DOUBTFUL)

    assert shown.candidates[0].recording.title == "I Still Believe - Live in Santa Cruz"
    assert shown.candidates[0].score.refusal == "version"
    assert session.requests().sent == 0


def test_a_missing_row_offers_nothing_that_has_neither_its_title_nor_its_artist(session: Session) -> None:
    assert session.shown(MISSING).candidates == ()


def test_what_is_found_by_hand_pushes_no_likely_candidate_out(session: Session) -> None:
    before = session.shown(DOUBTFUL).candidates
    session.search(DOUBTFUL, "good times")
    session.forget_found(DOUBTFUL)
    assert {c.recording.uri for c in before} <= {c.recording.uri for c in session.shown(DOUBTFUL).candidates}


def test_a_choice_is_in_the_lock_at_once(session: Session, lock: Path) -> None:
    recording = session.shown(DOUBTFUL).candidates[0].recording

    said = session.choose(DOUBTFUL, recording.uri)

    assert said == "Row 8 is Tim Cappello – I Still Believe - Live in Santa Cruz."
    assert decided(lock, DOUBTFUL)["uri"] == recording.uri
    assert decided(lock, DOUBTFUL)["decided"] == "person"
    assert session.matches[DOUBTFUL].outcome == "pinned"
    assert session.open_rows() == [MISSING]
    assert session.requests().sent == 0


def test_a_choice_of_what_was_never_shown_is_refused(session: Session, lock: Path) -> None:
    before = lock.read_bytes()
    with pytest.raises(UsageError, match="not among those shown"):
        session.choose(DOUBTFUL, "spotify:track:0000000000000000000000")
    assert lock.read_bytes() == before


def test_skip_and_keep_looking_settle_a_row(session: Session, lock: Path) -> None:
    session.skip(DOUBTFUL)
    session.keep_looking(MISSING)

    assert decided(lock, DOUBTFUL) == {"skip": True, "decided": "person"}
    assert decided(lock, MISSING) == {"later": True, "decided": "person"}
    assert session.is_done
    assert session.requests().sent == 0


def test_undo_makes_the_lock_file_what_it_was_answer_by_answer(session: Session, lock: Path) -> None:
    contents = [lock.read_bytes()]
    session.choose(DOUBTFUL, session.shown(DOUBTFUL).candidates[0].recording.uri)
    contents.append(lock.read_bytes())
    session.choose(DOUBTFUL, session.kept(DOUBTFUL).candidates[1].recording.uri)
    contents.append(lock.read_bytes())
    session.skip(0)

    for content in reversed(contents):
        assert session.undo() is not None
        assert lock.read_bytes() == content
    assert session.undo() is None
    assert session.open_rows() == [DOUBTFUL, MISSING]


def test_undo_after_another_program_wrote_the_lock_takes_back_this_row_alone(open_: Open, lock: Path) -> None:
    session, other = open_(), open_()
    session.skip(DOUBTFUL)
    other.keep_looking(MISSING)

    session.undo()

    assert decided(lock, DOUBTFUL) == {}
    assert decided(lock, MISSING) == {"later": True, "decided": "person"}


def test_two_reviews_at_once_lose_nobodys_answer(open_: Open, lock: Path) -> None:
    first, second = open_(), open_()
    first.skip(DOUBTFUL)
    second.skip(MISSING)

    assert decided(lock, DOUBTFUL)["skip"] is True
    assert decided(lock, MISSING)["skip"] is True


def test_a_search_brings_the_service_and_is_remembered(open_: Open, session: Session) -> None:
    shown = session.search(DOUBTFUL, "tina cherry")
    assert shown.candidates[0].recording.title == "Tina, Cherry"
    assert session.shown(DOUBTFUL) == shown
    assert session.requests().sent == 1

    later = open_()
    titles = [c.recording.title for c in later.shown(DOUBTFUL).candidates]
    assert "Tina, Cherry" in titles
    assert "I Still Believe - Live in Santa Cruz" in titles
    assert later.requests().sent == 0


def test_a_search_for_a_missing_row_is_remembered_too(open_: Open, session: Session) -> None:
    session.search(MISSING, "Henry Wallflower")
    assert session.matches[MISSING].outcome == "missing"
    assert open_().matches[MISSING].searches[-1].query == "Henry Wallflower"


def test_empty_words_send_nothing(session: Session) -> None:
    with pytest.raises(UsageError):
        session.search(DOUBTFUL, " \x1b ")
    assert session.requests().sent == 0


def test_the_album_is_read_once_in_its_order(session: Session) -> None:
    shown = session.album(MISSING)
    sent = session.requests().sent

    assert [c.recording.title for c in shown.candidates][:2] == ["Good Times", "Lost in the Shadows (The Lost Boys)"]
    assert session.album(DOUBTFUL).candidates[0].recording.title == "Good Times"
    assert session.requests().sent == sent <= 1


def test_the_artist_is_searched_by_name(session: Session) -> None:
    shown = session.artist(DOUBTFUL)
    assert {c.recording.artists[0] for c in shown.candidates[:3]} == {"Tim Cappello"}


def test_a_pasted_link_is_looked_up_once(session: Session, lock: Path) -> None:
    uri = session.shown(DOUBTFUL).candidates[3].recording.uri
    fresh = uri.rpartition(":")[2]

    shown = session.paste(MISSING, SPOTIFY_LINK.format(fresh))
    session.choose(MISSING, shown.candidates[0].recording.uri)

    assert decided(lock, MISSING)["uri"] == uri
    assert session.requests().sent == 0, "it was known already"


def test_a_pasted_link_that_nobody_knows_is_refused(session: Session) -> None:
    with pytest.raises(NotFound):
        session.paste(MISSING, SPOTIFY_LINK.format("0" * 22))


@pytest.mark.parametrize("text", ["", "hello", "https://example.org/track/1", "spotify:artist:" + "a" * 22])
def test_what_is_no_link_to_a_track_is_refused_without_a_request(session: Session, text: str) -> None:
    with pytest.raises(UsageError, match="no link to a track"):
        session.paste(MISSING, text)
    assert session.requests().sent == 0


def test_a_pasted_album_shows_its_tracks(session: Session) -> None:
    album = session.matches[0].recording
    assert album is not None
    assert album.album_uri is not None
    shown = session.paste(MISSING, album.album_uri)
    assert shown.source == "album"
    assert shown.candidates[0].recording.title == "Good Times"


def test_a_link_is_taken_by_its_uri_alone_where_the_service_cannot_be_asked(home: Path, lock: Path) -> None:
    """Without a login a person can still say which recording it is."""
    listing = Path("playlists")
    listing.mkdir()
    (listing / "mine.toml").write_text('title = "Mine"\n[[track]]\nartist = "A"\ntitle = "B"\n')
    with open_session(App(verbosity=-1), "mine", "spotify", wait_s=0.0) as session:
        shown = session.paste(0, SPOTIFY_LINK.format("1" * 22))
        assert "not logged in" in shown.note
        said = session.choose(0, shown.candidates[0].recording.uri)
        with pytest.raises(PlaylistError, match="not logged in"):
            session.search(0, "A B")
    assert said == f"Row 1 is spotify:track:{'1' * 22}."
    assert f'uri = "spotify:track:{"1" * 22}"' in (listing / "mine.lock.toml").read_text()


def _own(content: str) -> Path:
    """A listing of one's own called like the shipped one, so that its lock and memory are used."""
    directory = Path("playlists")
    directory.mkdir(exist_ok=True)
    path = directory / f"{NAME}.toml"
    path.write_text(content)
    return path


def _shipped() -> str:
    from playlist_builder.store.listings import shipped_directory

    return (shipped_directory() / f"{NAME}.toml").read_text()


def test_a_reworded_row_offers_its_old_decision_first(open_: Open) -> None:
    before = open_()
    chosen = before.shown(DOUBTFUL).candidates[1].recording
    before.choose(DOUBTFUL, chosen.uri)
    _own(_shipped().replace('"I Still Believe"', '"I Still Believe in You"'))

    session = open_()

    assert session.open_rows()[0] == DOUBTFUL
    assert session.old[DOUBTFUL].words == "Tim Cappello – I Still Believe"
    assert session.shown(DOUBTFUL).candidates[0].recording.uri == chosen.uri
    session.choose(DOUBTFUL, chosen.uri)
    assert DOUBTFUL not in session.open_rows()
    session.undo()
    assert session.open_rows()[0] == DOUBTFUL


def test_a_row_that_took_anothers_place_is_offered_what_was_decided_there(open_: Open) -> None:
    before = open_()
    chosen = before.shown(DOUBTFUL).candidates[1].recording
    before.choose(DOUBTFUL, chosen.uri)
    _own(_shipped().replace('"I Still Believe"', '"Xylophone Weekend"').replace('"Tim Cappello"', '"The Sax Man"'))

    session = open_()

    assert session.old[DOUBTFUL].decision.uri == chosen.uri
    assert session.shown(DOUBTFUL).candidates[0].recording.uri == chosen.uri


def test_decisions_go_with_moved_rows(open_: Open) -> None:
    open_().skip(DOUBTFUL)
    rows = _shipped().split("[[track]]")
    moved = "[[track]]".join([rows[0], rows[8].rstrip() + "\n\n", *rows[1:8], *rows[9:]])
    _own(moved)
    assert open_().matches[0].outcome == "skipped"


def test_decisions_outlive_a_cleared_memory(open_: Open, home: Path) -> None:
    first = open_()
    first.choose(DOUBTFUL, first.shown(DOUBTFUL).candidates[0].recording.uri)
    for path in (home / "demo").glob("*.sqlite3*"):
        path.unlink()
    match = open_().matches[DOUBTFUL]
    assert match.outcome == "pinned"
    assert match.recording is not None
    assert match.recording.title == "I Still Believe - Live in Santa Cruz"


def test_an_edited_listing_is_read_again_before_anything_is_decided(open_: Open, lock: Path) -> None:
    path = _own(_shipped())
    session = open_()
    before = lock.read_bytes()
    path.write_text(_shipped().replace('"I Still Believe"', '"Another Song"'))

    with pytest.raises(Changed):
        session.skip(DOUBTFUL)

    assert lock.read_bytes() == before
    assert session.tracks[DOUBTFUL].title == "Another Song"
    session.skip(DOUBTFUL)
    assert decided(lock, DOUBTFUL)["skip"] is True


def test_a_row_whose_listing_names_the_recording_is_changed_there(open_: Open) -> None:
    uri = "spotify:track:" + "a" * 22
    _own(_shipped().replace('title = "Good Times"', f'title = "Good Times"\nuri = "{uri}"'))
    with pytest.raises(UsageError, match="playlist edit"):
        open_().skip(0)


def test_a_spent_quota_is_a_message_and_the_review_goes_on(spotify: Emulator) -> None:
    with open_session(App(verbosity=-1), NAME, "spotify", wait_s=0.0) as session:
        spotify.change_options(quota=0)
        with pytest.raises(RateLimited):
            session.search(DOUBTFUL, "words that nobody searched yet")
        shown = session.paste(DOUBTFUL, SPOTIFY_LINK.format("1" * 22))
        assert shown.note.startswith("It could not be looked up")
        session.skip(MISSING)
        assert session.choose(DOUBTFUL, shown.candidates[0].recording.uri)
        assert session.is_done
