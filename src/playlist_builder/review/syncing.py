"""The page's "Sync now": first what would change, then the writing; in the background, one at a time."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from playlist_builder.builder import Desk, Options, sync
from playlist_builder.errors import PlaylistError, UnsafePlan
from playlist_builder.model import Result
from playlist_builder.report.text import clean
from playlist_builder.report.words import change_words, label

if TYPE_CHECKING:
    from playlist_builder.cli.app import App
    from playlist_builder.review.session import Session
    from playlist_builder.store.state import State

Phase = Literal["idle", "planning", "planned", "writing", "done", "failed"]
BUSY = ("planning", "writing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far it is, in words that a page can show."""

    phase: Phase = "idle"
    settled: int = 0
    rows: int = 0
    words: str = ""
    added: tuple[str, ...] = ()  # what the plan puts in
    removed: tuple[str, ...] = ()  # what it takes out
    notes: tuple[str, ...] = ()
    waiting: int = 0  # rows that still need a person
    url: str | None = None
    created: bool = False
    empty: bool = False  # the plan changes nothing
    insist: bool = False  # the plan removes much: only on a second yes

    @property
    def busy(self) -> bool:
        return self.phase in BUSY

    def as_object(self) -> dict[str, Any]:
        return {"phase": self.phase, "settled": self.settled, "rows": self.rows, "busy": self.busy}


class Syncing:
    """The one sync of a review. `start` returns at once; `progress` tells how far it is."""

    def __init__(self, app: App, session: Session, on_end: Callable[[], None]) -> None:
        self._app = app
        self._session = session
        self._on_end = on_end  # after a write: lock and state have changed
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.progress = Progress()

    def start(self, *, write: bool, insist: bool = False) -> bool:
        """Begins a plan, or the writing of one that was shown; False where one is at work or no plan was shown."""
        with self._lock:
            if self.progress.busy or (write and self.progress.phase not in ("planned", "failed")):
                return False
            rows = len(self._session.tracks)
            self.progress = Progress(phase="writing" if write else "planning", rows=rows)
            options = Options(dry_run=not write, yes=insist)
            self._thread = threading.Thread(target=self._run, args=(options,), name="sync")
            self._thread.start()
            return True

    def wait(self) -> None:
        """Returns when nothing is at work any more."""
        if self._thread is not None:
            self._thread.join()

    def reset(self) -> None:
        """Forgets a plan: an answer was given since."""
        with self._lock:
            if not self.progress.busy:
                self.progress = Progress()

    def _run(self, options: Options) -> None:
        try:
            made = self._made(options)
        except PlaylistError as error:
            made = Progress(phase="failed", words=clean(error.message), insist=isinstance(error, UnsafePlan))
        except BaseException as error:
            self.progress = Progress(phase="failed", words=f"A fault of the program: {clean(repr(error))}")
            raise
        if not options.dry_run:
            with contextlib.suppress(PlaylistError):
                self._on_end()
        self.progress = made

    def _made(self, options: Options) -> Progress:
        app, session = self._app, self._session
        with app.open_service(session.service) as opened, contextlib.closing(app.state(session.service)) as state:
            desk = Desk(service=opened, state=state, clock=app.clock, on_row=self._on_row)
            loaded = session.reloaded()
            result = sync(desk, loaded, options)
            return _told(result, *_differing(state, desk, result), dry_run=options.dry_run)

    def _on_row(self, settled: int, rows: int) -> None:
        self.progress = replace(self.progress, settled=settled, rows=rows)


def _differing(state: State, desk: Desk, result: Result) -> tuple[list[str], list[str]]:
    """What goes in and what goes out, in words, as far as it is known before the writing."""
    remembered = state.remembered(desk.place(result.listing))
    base = [remembered.links.get(uri, uri) for uri in remembered.base or ()] if remembered else []
    wanted = {match.recording.uri for match in result.matches if match.recording}
    added = [label(m.track) for m in result.matches if m.recording and m.recording.uri not in set(base)]
    gone = [uri for uri in base if uri not in wanted]
    known = state.recordings(gone)
    return added, [clean(known[uri].label) if uri in known else clean(uri) for uri in gone]


def _told(result: Result, added: list[str], removed: list[str], *, dry_run: bool) -> Progress:
    error = result.error
    return Progress(
        phase="failed" if error is not None else "planned" if dry_run else "done",
        settled=len(result.matches),
        rows=len(result.matches),
        words=clean(error.message) if error is not None else change_words(result),
        insist=isinstance(error, UnsafePlan),
        empty=not (result.changes.added or result.changes.removed or result.changes.moved),
        added=tuple(added) if dry_run else (),
        removed=tuple(removed) if dry_run else (),
        notes=tuple(clean(note) for note in result.notes),
        waiting=len(result.needing_person),
        url=result.playlist.url if result.playlist else None,
        created=bool(result.playlist and result.playlist.created),
    )
