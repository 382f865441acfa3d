"""The syncs of an unattended run: as `playlist sync` does them, but nothing is asked, shown or taken up again."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from playlist_builder import builder
from playlist_builder.builder import Desk, Loaded, Options
from playlist_builder.cli.app import App
from playlist_builder.cli.run import alone, choose, item_of, load, scopes
from playlist_builder.errors import AuthError, PlaylistError, RateLimited
from playlist_builder.model import Result
from playlist_builder.report.text import clean
from playlist_builder.report.words import change_words, label


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of one listing, in words that are safe to show."""

    listing: str
    code: int
    message: str
    needing_person: tuple[str, ...] = ()
    appeared: tuple[str, ...] = ()


def sync_all(app: App, names: tuple[str, ...] | None, service: str) -> list[Done]:
    """Syncs these listings (None: all of the user's); an answer for each. Raises `PlaylistError` where none began."""
    items = choose(app, names or (), names is None)
    loaded: dict[str, Loaded | PlaylistError] = {}
    for item in items:
        try:
            loaded[item.name] = load(app, service, item, adopt=True)
        except PlaylistError as error:
            loaded[item.name] = error
    if not any(isinstance(one, Loaded) for one in loaded.values()):
        return [_failed(name, error) for name, error in loaded.items() if isinstance(error, PlaylistError)]
    needed = scopes(list(loaded.values()))
    with (
        app.open_service(service, extra_scopes=needed) as opened,
        contextlib.closing(app.state(service)) as state,
    ):
        return _each(app, Desk(service=opened, state=state, clock=app.clock), loaded)


def _each(app: App, desk: Desk, loaded: dict[str, Loaded | PlaylistError]) -> list[Done]:
    """One after the other, until the login or the service's limit ends it for the rest."""
    options = Options(by_name=False, scheduled=True)
    done: list[Done] = []
    over: PlaylistError | None = None
    for name, one in loaded.items():
        if over is not None:
            done.append(_failed(name, over))
            continue
        try:
            if isinstance(one, PlaylistError):
                raise one
            with alone(app, desk.service.name, name):
                one = builder.load(item_of(one), one.lock_path)  # as a run before this one left it
                result = builder.sync(desk, one, options)
        except PlaylistError as error:
            done.append(_failed(name, error))
            over = _ends_all(error)
        else:
            done.append(_done(result))
            over = _ends_all(result.error)
    return done


def _ends_all(error: PlaylistError | None) -> PlaylistError | None:
    """The error, where no other listing can be synced after it. Where our own ledger is spent, they still can."""
    limited = isinstance(error, RateLimited) and not error.own
    return error if limited or isinstance(error, AuthError) else None


def _done(result: Result) -> Done:
    return Done(
        listing=result.listing,
        code=result.code,
        message=_words(result),
        needing_person=tuple(label(match.track) for match in result.needing_person),
        appeared=tuple(label(result.matches[row].track) for row in result.appeared),
    )


def _failed(name: str, error: PlaylistError) -> Done:
    return Done(listing=name, code=error.code, message=clean(error.message))


def _words(result: Result) -> str:
    """One sentence: an error's message, else how many tracks there are and what was done."""
    if result.error is not None:
        return clean(result.error.message)
    if result.held:
        return "left alone since the last undo, until it is synced by name"
    count = len(result.matches)
    waiting: Sequence[object] = result.needing_person
    parts = [f"{count} {'track' if count == 1 else 'tracks'}", change_words(result)]
    parts += [f"{len(waiting)} need a person"] if waiting else []
    parts += [clean(note).rstrip(".") for note in result.notes]
    return "; ".join(parts)
