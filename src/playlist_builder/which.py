"""Which playlist is a listing's: the one that the state remembers, else one of the user's own that carries the mark,
else a new one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from playlist_builder.errors import Ambiguous, ListingError, NotFound, ServiceError
from playlist_builder.model import PlaylistHead
from playlist_builder.report.text import command_line
from playlist_builder.settle import PATIENCE_S
from playlist_builder.store.listings import check_name
from playlist_builder.store.state import Remembered, Texts
from playlist_builder.syncing import texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playlist_builder.builder import Desk, Loaded
    from playlist_builder.store.lock import Lock

PAGE = 50
CREATE_TRIES = 3
REFUSED = 400  # how the service answers texts that it does not like


@dataclass(frozen=True, kw_only=True)
class Found:
    """A playlist with what is remembered of it."""

    head: PlaylistHead
    remembered: Remembered
    created: bool = False  # in this run
    notes: tuple[str, ...] = ()


class Which:
    """Looks for one listing's playlist, and makes it."""

    def __init__(self, desk: Desk, loaded: Loaded, lock: Lock, *, dry_run: bool) -> None:
        self.desk = desk
        self.service = desk.service
        self.state = desk.state
        self.loaded = loaded
        self.lock = lock
        self.dry_run = dry_run
        self.place = desk.place(loaded.name)

    def find(self) -> Found | None:
        """The playlist, None where there is none. Raises `ServiceError` for one that is not ours, or gone."""
        remembered = self.state.remembered(self.place) or self._renamed()
        return self.adopt() if remembered is None else self._still_there(remembered)

    def is_ours(self, head: PlaylistHead) -> bool:
        """Whether the account owns it."""
        return head.owner_id in (self.service.account.user_id, self.service.account.id)

    def _command(self, verb: str) -> str:
        """A command for this listing that can be copied."""
        return command_line(verb, self.loaded.name, self.service.name)

    # ------------------------------------------------------------ remembered

    def _renamed(self) -> Remembered | None:
        """What is remembered under the name that the listing had before it and its lock were renamed."""
        for name, there in self.state.places(self.place.service, self.place.account).items():
            if there.lock == self.lock.id and name != self.loaded.name and not self._is_copied(name):
                if not self.dry_run:
                    self.state.take_over(self.place, name)
                return there
        return None

    def _is_copied(self, name: str) -> bool:
        """Whether there is a lock of that name beside ours: then ours with its id is a copy, and the playlist its."""
        try:
            check_name(name)
        except ListingError:
            return False
        return self.loaded.lock_path.with_name(f"{name}.lock.toml").exists()

    def _still_there(self, remembered: Remembered) -> Found | None:
        for offset in self._pages(remembered.page):
            for head in self.service.library_page(offset).playlists:
                if head.id == remembered.playlist_id:
                    if not self.is_ours(head):
                        raise ServiceError(
                            f"The playlist {head.name!r} belongs to another account now; it was not touched. "
                            f"To make one of your own: {self._command('unlink')}, then sync again."
                        )
                    return Found(head=head, remembered=replace(remembered, page=offset))
        if self.service.in_library(remembered.playlist_id):
            snapshot = self.service.read(remembered.playlist_id)
            if self.is_ours(snapshot.head):
                return Found(head=snapshot.head, remembered=remembered)
        name = remembered.name or self.loaded.tracklist.title
        question = f"The playlist {name!r} was removed from the library. Make a new one?"
        if self.desk.ask.recreate is not None and not self.dry_run and self.desk.ask.recreate(question):
            self.state.forget(self.place)
            return None
        raise ServiceError(
            f"The playlist {name!r} is no longer in the library, so nothing was written. To make a new one: "
            f"{self._command('unlink')}, then {self._command('sync')}. "
            f"To stop looking after it: {self._command('remove')}"
        )

    def _pages(self, first: int = 0) -> list[int]:
        """Offsets of the library's pages, `first` first."""
        total = self.service.library_page(first).total
        return [first, *(offset for offset in range(0, total, PAGE) if offset != first)]

    def _own(self) -> Iterator[tuple[int, PlaylistHead]]:
        """The account's own playlists, each with the offset of its page."""
        for offset in self._pages():
            yield from ((offset, head) for head in self.service.library_page(offset).playlists if self.is_ours(head))

    # ------------------------------------------------------------ by its mark

    def adopt(self) -> Found | None:
        """A playlist of one's own whose mark fits, or that a creation without a mark left behind; else None.

        The mark fits with the lock's id; its name only tells apart what shares an id: a listing that was copied with
        its lock is another one's copy. Of several (the user duplicated the playlist) the oldest is ours.
        """
        marked = [(mark, offset, head) for offset, head in self._own() if (mark := texts.lock_in(head.description))]
        marked = [item for item in marked if item[0][1] == self.lock.id]
        called = texts.lock_in(texts.mark(self.loaded.name, self.lock.id))
        fitting = [item for item in marked if item[0] == called]
        fitting = fitting or [item for item in marked if not self._is_copied(item[0][0])]
        if not fitting:
            return self._left_behind()
        _, offset, head = fitting[-1]
        notes = [f"Found again by the mark in its description: {head.name}"]
        if len(fitting) > 1:
            notes.append(
                f"{len(fitting)} playlists of yours carry that mark; the oldest was taken. To take another: "
                f"playlist link {self.loaded.name} LINK"
            )
        return self._found(head, offset, notes)

    def _left_behind(self) -> Found | None:
        """The playlist that a creation without a mark made though its answer was lost: new, empty, of that name."""
        before = self.state.making(self.place)
        if before is None:
            return None
        name = texts.one_line(self.loaded.tracklist.title, texts.NAME_LIMIT)
        for offset, head in self._own():
            if head.id not in before and head.name == name and not head.total:
                return self._found(head, offset, ["Found again: a playlist that an interrupted run had made"])
        return None

    def _found(self, head: PlaylistHead, offset: int, notes: list[str]) -> Found:
        remembered = Remembered(playlist_id=head.id, name=head.name, url=head.url, page=offset, lock=self.lock.id)
        return Found(head=head, remembered=remembered, notes=tuple(notes))

    # ------------------------------------------------------------ a new one

    def create(self) -> Found:
        """A new playlist. Its mark goes with the creation, so that a lost answer cannot leave a second one; where the
        service refuses the text, what is in the library before is noted instead."""
        mark = texts.mark(self.loaded.name, self.lock.id)
        name = texts.one_line(self.loaded.tracklist.title, texts.NAME_LIMIT)
        public = self.loaded.tracklist.public
        for left in range(CREATE_TRIES - 1, -1, -1):
            try:
                return self._made(self.service.create(name, mark, public), mark)
            except Ambiguous:
                found = self._patiently()
                if found is not None:
                    return self._made(found.head, mark, page=found.remembered.page)
                if not left:
                    raise
            except ServiceError as error:
                if _answered(error) != REFUSED or not mark or not left:
                    raise
                found = self.adopt()
                if found is not None:
                    return found
                mark = ""
                self.state.keep_making(self.place, [head.id for _, head in self._own()])
        raise AssertionError("the last try returns or raises")

    def _patiently(self) -> Found | None:
        for pause in (0.0, *PATIENCE_S):
            self.desk.clock.sleep(pause)
            found = self.adopt()
            if found is not None:
                return found
        return None

    def _made(self, head: PlaylistHead, mark: str, page: int = 0) -> Found:
        public = self.loaded.tracklist.public
        remembered = Remembered(
            playlist_id=head.id,
            name=head.name,
            url=head.url,
            page=page,
            lock=self.lock.id,
            base=(),
            created=True,
            texts=Texts(
                name=head.name,
                name_asked=texts.one_line(self.loaded.tracklist.title, texts.NAME_LIMIT),
                description=head.description,
                description_asked=mark,
                public_asked=public,
                public_seen=head.public,
            ),
        )
        self.state.remember(self.place, remembered)
        self.state.keep_making(self.place, None)
        return Found(head=head, remembered=remembered, created=True)


def _answered(error: ServiceError) -> int | None:
    """The status that the service refused with; None where it did not answer."""
    return getattr(getattr(error.__cause__, "failure", None), "status", None)


def is_refusal(error: ServiceError) -> bool:
    """Whether the service said no to what was asked: asking again would bring the same."""
    return error.code == 3 and not isinstance(error, (Ambiguous, NotFound)) and _answered(error) is not None
