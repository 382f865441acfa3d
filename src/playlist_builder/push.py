"""One listing's playlist made right: find or create it, merge, plan, write, read back.

Nothing is cleared and refilled; a copy of the list is saved before the first write; no write is repeated unless the
list was read in between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from playlist_builder import cover, grey
from playlist_builder.cover import Cover
from playlist_builder.decided import person_decision
from playlist_builder.errors import Ambiguous, NotApplied, NotFound, ServiceError, UnsafePlan
from playlist_builder.matching.decide import THRESHOLD
from playlist_builder.matching.score import score
from playlist_builder.model import Changes, Entry, Match, PlaylistHead, PlaylistRef, Recording, Snapshot
from playlist_builder.report.text import command_line
from playlist_builder.store import lock as locks
from playlist_builder.store.lock import Decision
from playlist_builder.store.state import Copy, Remembered, Texts
from playlist_builder.syncing import texts
from playlist_builder.syncing.grey import one_recording, stand_ins, with_stand_ins
from playlist_builder.syncing.merge import Memory, Merged, Wish, merge, remember
from playlist_builder.syncing.plan import Plan, plan
from playlist_builder.syncing.replay import replay

if TYPE_CHECKING:
    from playlist_builder.builder import Desk, Loaded, Options

PATIENCE_S = (0.3, 0.6, 1.2, 2.9)  # pauses before a stale read is believed: 5 s in all
ROUNDS = 4  # times that a list is planned for in one run
MUCH = 0.3  # share of the entries whose removal needs a person's yes …
MANY = 5  # … if it is more than this many entries
MOST_REVISIONS = 8


@dataclass(frozen=True)
class Ask:
    """Questions that a run may put to a person; None where nobody is there to answer."""

    recreate: Callable[[str], bool] | None = None  # the playlist is gone: make a new one?
    insist: Callable[[str], bool] | None = None  # the plan removes much: go on?


class Push:
    """One push. After `run`: `matches`, `changes`, `notes`, and `reference()` tell what happened."""

    def __init__(
        self,
        desk: Desk,
        loaded: Loaded,
        lock: locks.Lock,
        matches: tuple[Match, ...],
        options: Options,
        run: int | None,
    ) -> None:
        self.desk = desk
        self.service = desk.service
        self.state = desk.state
        self.loaded = loaded
        self.lock = lock
        self.matches = matches
        self.options = options
        self.number = run
        self.place = desk.place(loaded.name)
        self.changes = Changes()
        self.notes: list[str] = []
        self.head: PlaylistHead | None = None
        self.created = False

    def run(self) -> None:
        """Makes the playlist right, or raises `ServiceError` or `UnsafePlan` with nothing lost."""
        self._run()
        remembered = self.state.remembered(self.place)
        if remembered is None or self.options.dry_run or self.options.locked:
            return
        before, done = self.matches, self.changes
        remembered = grey.look(self.desk, remembered, (self.head and self.head.total) or 0)
        looked = grey.mend(self.desk, self.loaded.name, self.loaded.tracklist, self.matches, remembered)
        self.state.remember(self.place, looked.remembered)
        self.notes += looked.notes
        self._stand_in(looked.remembered)
        if self.matches != before:
            self._merge_and_write(looked.remembered)
            self.changes = replace(
                self.changes,
                added=self.changes.added + done.added,
                removed=self.changes.removed + done.removed,
                moved=self.changes.moved + done.moved,
            )

    def _stand_in(self, remembered: Remembered | None) -> None:
        """What went grey is wanted elsewhere; nothing of that reaches the lock."""
        if remembered is not None and remembered.grey and not self.options.refresh:
            known = self.state.recordings(stand_ins(remembered.grey).values())
            self.matches = with_stand_ins(self.matches, remembered.grey, known)

    def _run(self) -> None:
        remembered = self.state.remembered(self.place)
        self._stand_in(remembered)
        remembered = self._adopt() if remembered is None else self._still_there(remembered)
        if remembered is None:
            if self.options.dry_run:
                self._dry_new()
                return
            remembered = self._create()
        assert self.head is not None
        writes_texts = self._texts(remembered)
        picture = self._picture(remembered)
        if self._unchanged(remembered) and writes_texts == TextsToWrite() and picture is None:
            self.changes = self._kept(remembered)
            self._release(remembered)
            return
        if self._unchanged(remembered):
            self.changes = self._kept(remembered)
        else:
            remembered = self._merge_and_write(remembered)
        if not self.options.dry_run:
            remembered = self._write_texts(remembered, writes_texts)
            self._write_picture(remembered, picture)

    def reference(self) -> PlaylistRef | None:
        """The playlist as reports name it; None where there is none (a dry run that would create it)."""
        if self.head is None:
            return None
        return PlaylistRef(
            id=self.head.id,
            name=self.head.name,
            url=self.service.url_of(f"spotify:playlist:{self.head.id}") if self.service.name != "demo" else None,
            created=self.created,
            public=self.head.public,
        )

    # ------------------------------------------------------------ which playlist

    def _ours(self, head: PlaylistHead) -> bool:
        account = self.service.account
        return head.owner_id in (account.user_id, account.id)

    def _pages(self, first: int = 0) -> Sequence[int]:
        """Offsets of the library's pages, `first` first."""
        total = self.service.library_page(first).total
        return [first, *(offset for offset in range(0, total, 50) if offset != first)]

    def _adopt(self) -> Remembered | None:
        """A playlist of one's own that carries this lock's mark, or None."""
        for offset in self._pages():
            for head in self.service.library_page(offset).playlists:
                found = texts.lock_in(head.description)
                if found is not None and found[1] == self.lock.id and self._ours(head):
                    self.head = head
                    self.notes.append(f"Found again by the mark in its description: {head.name}")
                    return Remembered(playlist_id=head.id, name=head.name, page=offset, url=head.url)
        return None

    def _still_there(self, remembered: Remembered) -> Remembered | None:
        for offset in self._pages(remembered.page):
            for head in self.service.library_page(offset).playlists:
                if head.id == remembered.playlist_id:
                    if not self._ours(head):
                        raise ServiceError(
                            f"The playlist {head.name!r} belongs to another account now; it was not touched. "
                            f"To make one of your own: {self._command('unlink')}, then sync again."
                        )
                    self.head = head
                    return replace(remembered, page=offset)
        if self.service.in_library(remembered.playlist_id):
            snapshot = self.service.read(remembered.playlist_id)
            if self._ours(snapshot.head):
                self.head = snapshot.head
                return remembered
        name = remembered.name or self.loaded.tracklist.title
        question = f"The playlist {name!r} was removed from the library. Make a new one?"
        if self.desk.ask.recreate is not None and not self.options.dry_run and self.desk.ask.recreate(question):
            self.state.forget(self.place)
            return None
        raise ServiceError(
            f"The playlist {name!r} is no longer in the library, so nothing was written. To make a new one: "
            f"{self._command('unlink')}, then {self._command('sync')}. "
            f"To stop looking after it: {self._command('remove')}"
        )

    def _command(self, verb: str, *rest: str) -> str:
        """A command for this listing that can be copied."""
        return command_line(verb, self.loaded.name, self.service.name, *rest)

    def _create(self) -> Remembered:
        mark = texts.mark(self.loaded.name, self.lock.id)
        name = texts.one_line(self.loaded.tracklist.title, texts.NAME_LIMIT)
        public = self.loaded.tracklist.public
        for attempt in range(3):
            try:
                self.head = self.service.create(name, mark, public)
                break
            except Ambiguous:
                found = self._patiently_adopt()
                if found is not None:
                    self.created = True
                    return found
                if attempt == 2:
                    raise
            except ServiceError as error:
                if error.code != 3 or isinstance(error, NotFound) or not mark:
                    raise
                found = self._adopt()  # a text that is refused must not leave a second playlist
                if found is not None:
                    return found
                if attempt == 2:
                    raise
                mark = ""
        assert self.head is not None
        self.created = True
        made = Remembered(
            playlist_id=self.head.id,
            name=self.head.name,
            url=self.head.url,
            base=(),
            created=True,
            texts=Texts(
                name=self.head.name,
                name_asked=name,
                description=self.head.description,
                description_asked=mark,
                public_asked=public,
                public_seen=self.head.public,
            ),
        )
        self.state.remember(self.place, made)
        return made

    def _patiently_adopt(self) -> Remembered | None:
        for pause in (0.0, *PATIENCE_S):
            self.desk.clock.sleep(pause)
            found = self._adopt()
            if found is not None:
                self.notes.pop()
                return found
        return None

    # ------------------------------------------------------------ unchanged?

    def _wanted(self) -> tuple[str, ...]:
        return tuple(m.recording.uri for m in self.matches if m.recording is not None)

    def _unchanged(self, remembered: Remembered) -> bool:
        return (
            self.head is not None
            and remembered.base is not None
            and self.head.revision in remembered.revisions
            and remembered.desired == self._wanted()
            and not (self.options.prune and len(remembered.base) != (self.head.total or 0))
        )

    def _kept(self, remembered: Remembered) -> Changes:
        ours = len(remembered.desired)
        total = self.head.total if self.head and self.head.total is not None else ours
        return Changes(kept=ours, foreign=max(0, total - ours))

    def _release(self, remembered: Remembered) -> None:
        """After an undo a sync by name takes the playlist up again."""
        if not self.options.dry_run:
            self.state.remember(self.place, replace(remembered, held=False, synced_at=self.state.now()))

    def _dry_new(self) -> None:
        self.changes = Changes(added=len(self._wanted()))

    # ------------------------------------------------------------ the list

    def _merge_and_write(self, remembered: Remembered) -> Remembered:
        snapshot = self._read(remembered)
        merged = self._merge(snapshot, remembered)
        steps = plan([entry.uri for entry in snapshot.entries], merged.goal)
        changes = Changes(
            added=steps.added,
            removed=steps.removed,
            moved=steps.moved,
            kept=len(merged.uris) - steps.added - len(merged.foreign),
            foreign=len(merged.foreign),
        )
        self._refuse_if_unsafe(steps, snapshot, stand_ins(remembered.grey))
        if self.options.dry_run:
            self.changes = changes
            return remembered
        decisions = self._hand(merged, snapshot)
        if decisions and not self.options.locked:
            self._save_lock(decisions)
        copy = Copy(
            playlist_id=remembered.playlist_id,
            run=self.number,
            taken=self.state.now(),
            before=snapshot.entries,
            target=merged.uris,
            base=remembered.base,
            leaves=tuple(uri for _, uri in merged.ours),
            created=self.created,
        )
        number = self.state.save_copy(self.place, copy) if steps.operations else None
        done = self._written(snapshot, steps, merged.uris) if steps.operations else snapshot
        self.changes = changes
        after = tuple(entry.uri for entry in done.entries)
        self._restored(merged)
        self._learn(done)
        kept = _kept(merged, after, self.lock.named(self.service.name))
        remembered = replace(
            remembered,
            name=done.head.name,
            url=done.head.url,
            base=kept.base,
            known=tuple(sorted(kept.known)),
            links=kept.links,
            desired=self._wanted(),
            revisions=(*remembered.revisions, done.head.revision)[-MOST_REVISIONS:],
            held=False,
            synced_at=self.state.now(),
            read_at=self.state.now(),
        )
        self.state.remember(self.place, remembered)
        if number is not None:
            self.state.finish_copy(number, replace(copy, after=after))
        self.head = done.head
        return remembered

    def _read(self, remembered: Remembered) -> Snapshot:
        if self.created and remembered.base == () and self.head is not None:
            return Snapshot(head=self.head, entries=())  # just made: nothing can be in it
        snapshot = self.service.read(remembered.playlist_id)
        if not self._ours(snapshot.head):
            raise ServiceError(f"The playlist {snapshot.head.name!r} belongs to another account; it was not touched.")
        return snapshot

    def _merge(self, snapshot: Snapshot, remembered: Remembered) -> Merged:
        decisions = self._decisions()
        wishes = [
            Wish(
                row=i,
                uri=m.recording.uri if m.recording else None,
                recording=m.recording,
                open=m.recording is None and m.outcome in ("missing", "review"),
                restored=bool(decisions[i] and decisions[i].restored),  # type: ignore[union-attr]
                person=m.outcome == "pinned",
            )
            for i, m in enumerate(self.matches)
            if m.outcome != "skipped"
        ]
        cut_off = self._cut_off(remembered)
        memory = Memory(
            base=remembered.base if cut_off is None else _base_after(remembered.base, cut_off, snapshot.entries),
            named=self.lock.named(self.service.name),
            known=frozenset(remembered.known),
            links=remembered.links,
            unsure=cut_off is not None,
        )
        merged = merge(snapshot.entries, wishes, memory, same=one_recording, fits=self._fits, prune=self.options.prune)
        return merged if cut_off is None else recovered(merged, snapshot.entries, cut_off)

    def _cut_off(self, remembered: Remembered) -> Copy | None:
        """The copy of a write that was interrupted and not made good since."""
        copies = self.state.copies(self.place, remembered.playlist_id)
        return copies[0] if copies and copies[0].after is None else None

    def _fits(self, row: int, recording: Recording) -> bool:
        """Whether a recording that the user put in answers the row: by its names, whatever its version."""
        track = self.matches[row].track
        return bool(recording.title) and score(track, recording).total >= THRESHOLD

    def _written(self, snapshot: Snapshot, steps: Plan, target: tuple[str | None, ...]) -> Snapshot:
        """The list after the plan; a refusal names the rows whose recording nobody has seen yet."""
        try:
            return settle(self.desk, snapshot, steps, target, self._relinked)
        except ServiceError as error:
            unseen = [i for i, m in enumerate(self.matches) if m.recording is not None and not m.recording.title]
            if type(error) not in (ServiceError, NotFound) or not unseen:
                raise
            rows = "; ".join(
                f"row {i + 1} ({self.matches[i].track.title}): {self._command('unpin', str(i + 1))}" for i in unseen
            )
            raise ServiceError(f"{error.message} Is it a link that you chose? To take one back, {rows}") from error

    def _refuse_if_unsafe(self, steps: Plan, snapshot: Snapshot, replaced: Container[str | None] = ()) -> None:
        lost = steps.removed - sum(entry.uri in replaced for entry in snapshot.entries)
        much = lost > MANY and lost > MUCH * len(snapshot.entries)
        if not much or self.options.yes or self.options.dry_run:
            return
        words = f"{steps.removed} of the playlist's {len(snapshot.entries)} entries would be removed"
        if self.desk.ask.insist is not None and self.desk.ask.insist(f"{words}. Go on?"):
            return
        raise UnsafePlan(f"{words}, so nothing was written. Look with -n; to go on: --yes")

    def _relinked(self, entry: Entry, uri: str | None) -> bool:
        if uri is None or entry.recording is None:
            return False
        wanted = next((m.recording for m in self.matches if m.recording and m.recording.uri == uri), None)
        return wanted is not None and one_recording(entry.recording, wanted)

    # ------------------------------------------------------------ what was learnt

    def _decisions(self) -> tuple[Decision | None, ...]:
        return locks.align(self.lock, self.loaded.tracklist.tracks).decisions(self.service.name)

    def _hand(self, merged: Merged, snapshot: Snapshot) -> dict[int, Decision]:
        """The user's hand as decisions; tells them and changes the matches."""
        decisions: dict[int, Decision] = {}
        matches = list(self.matches)
        by_uri = {entry.uri: entry.recording for entry in snapshot.entries if entry.recording}
        for row, uri in merged.pins:
            recording = by_uri.get(uri) or Recording(uri=uri, title="")
            decisions[row] = person_decision(recording)
            matches[row] = replace(
                matches[row],
                outcome="pinned",
                found_by="pin",
                recording=recording,
                reason="chosen in the app",
                score=None,
            )
            self.notes.append(f"Row {row + 1} is now what you put in: {recording.label}")
        for row in merged.skipped:
            decisions[row] = Decision(decided="person", skip=True)
            matches[row] = replace(matches[row], outcome="skipped", recording=None, reason="you removed it twice")
            self.notes.append(
                f"Row {row + 1} ({matches[row].track.title}) was removed again, so it is left out from now on. "
                f"To bring it back: {self._command('unpin', str(row + 1))}"
            )
        for row in merged.restored:
            self.notes.append(
                f"Row {row + 1} ({matches[row].track.title}) had been removed and was put back once. "
                f"To leave it out: {self._command('skip', str(row + 1))}"
            )
        self.matches = tuple(matches)
        return decisions

    def _restored(self, merged: Merged) -> None:
        if not merged.restored or self.options.locked:
            return
        decisions = self._decisions()
        changed = {row: d for row in merged.restored if (d := decisions[row]) is not None}
        self._save_lock({row: replace(decision, restored=True) for row, decision in changed.items()})

    def _save_lock(self, changed: dict[int, Decision]) -> None:
        decisions = list(self._decisions())
        for row, decision in changed.items():
            decisions[row] = decision
        self.lock = locks.updated(self.lock, self.loaded.tracklist.tracks, self.service.name, decisions)
        locks.save(self.loaded.lock_path, self.lock)

    def _learn(self, done: Snapshot) -> None:
        """The entries that were read tell ISRC, length and playability; the matches get what they lacked."""
        read = {e.recording.uri: e.recording for e in done.entries if e.recording and e.kind == "track"}
        self.state.keep_recordings(read.values())
        matches = list(self.matches)
        filled: dict[int, Decision] = {}
        decisions = self._decisions()
        for i, m in enumerate(matches):
            fuller = read.get(m.recording.uri) if m.recording else None
            if fuller is None:
                continue
            matches[i] = replace(m, recording=fuller)
            decision = decisions[i]
            if decision and decision.uri == fuller.uri and fuller.isrc and decision.isrc is None:
                filled[i] = replace(decision, isrc=fuller.isrc, name=decision.name or fuller.label)
        self.matches = tuple(matches)
        if filled and not self.options.locked:
            self._save_lock(filled)

    # ------------------------------------------------------------ name, description, visibility

    def _texts(self, remembered: Remembered) -> TextsToWrite:
        assert self.head is not None
        said, wishes = remembered.texts, self.loaded.tracklist
        mark = texts.mark(self.loaded.name, self.lock.id)
        wanted = texts.description_for(wishes.description, wishes.source, mark)
        title = texts.one_line(wishes.title, texts.NAME_LIMIT)
        name = texts.text_to_write(said.name, title, self.head.name, asked_before=said.name_asked)
        return TextsToWrite(
            name=name,
            description=texts.text_to_write(
                said.description, wanted, self.head.description, asked_before=said.description_asked
            ),
            public=texts.visibility_to_write(said.public_asked, said.public_seen, wishes.public, self.head.public),
        )

    def _write_texts(self, remembered: Remembered, wanted: TextsToWrite) -> Remembered:
        assert self.head is not None
        said = remembered.texts
        if wanted != TextsToWrite():
            try:
                self.service.change_details(
                    remembered.playlist_id, name=wanted.name, description=wanted.description, public=wanted.public
                )
            except ServiceError as error:
                if error.code != 3:
                    raise
                self.notes.append(f"The service did not take the playlist's texts ({error}); the tracks are right.")
        said = replace(
            said,
            name=wanted.name or said.name,
            name_asked=wanted.name or said.name_asked,
            description=wanted.description if wanted.description is not None else said.description,
            description_asked=wanted.description if wanted.description is not None else said.description_asked,
            public_asked=wanted.public if wanted.public is not None else said.public_asked,
            public_seen=self.head.public,
        )
        if said.public_asked is False and self.head.public:
            self.notes.append(
                "Spotify reports the playlist as public although it was asked not to be. In the app: … > Make private."
            )
        remembered = replace(remembered, texts=said)
        self.state.remember(self.place, remembered)
        return remembered

    def _picture(self, remembered: Remembered) -> Cover | None:
        """The listing's cover where it is not the one sent last; raises `ListingError` for what is no picture."""
        name = self.loaded.tracklist.cover
        if name is None:
            return None
        found = cover.read(self.loaded.path, name)
        return None if found.key == remembered.texts.cover else found

    def _write_picture(self, remembered: Remembered, picture: Cover | None) -> None:
        if picture is None:
            return
        try:
            self.service.set_cover(remembered.playlist_id, picture.jpeg)
        except ServiceError as error:
            if error.code != 3:
                raise
            self.notes.append(f"The service did not take the cover ({error}); the tracks are right.")
            return
        said = replace(remembered.texts, cover=picture.key)
        self.state.remember(self.place, replace(remembered, texts=said))


@dataclass
class TextsToWrite:
    """What to change of a playlist's texts; None: nothing."""

    name: str | None = None
    description: str | None = None
    public: bool | None = None


def _kept(merged: Merged, after: Sequence[str | None], named: frozenset[str]) -> Memory:
    """What to remember of the list as read; what someone else put in meanwhile is not ours."""
    if len(after) == len(merged.uris):
        return remember(merged, after, named)
    return Memory(base=tuple(uri for _, uri in merged.ours), named=named, known=named)


def _base_after(base: tuple[str, ...] | None, cut_off: Copy, entries: Sequence[Entry]) -> tuple[str, ...] | None:
    """What is ours in a list that an interrupted write left: what stands there beyond the user's own of each URI."""
    if base is None or cut_off.leaves is None:
        return base
    there = Counter(entry.uri for entry in entries)
    own = Counter(cut_off.target) - Counter(cut_off.leaves)
    ours = {uri: max(0, there[uri] - own[uri]) for uri in (*base, *cut_off.leaves)}
    kept = []
    for uri in (*base, *cut_off.leaves):
        if ours[uri] > 0:
            ours[uri] -= 1
            kept.append(uri)
    return tuple(kept)


def recovered(merged: Merged, entries: Sequence[Entry], cut_off: Copy) -> Merged:
    """`merged` with the user's entries put back that an interrupted write had taken out only to add them again."""
    before = Counter(entry.uri for entry in cut_off.before if entry.kind == "track")
    lost = Counter(cut_off.target) - Counter(entry.uri for entry in entries) - Counter(merged.uris)
    goal, uris, ours = list(merged.goal), list(merged.uris), list(merged.ours)
    for place, uri in enumerate(cut_off.target):
        if uri is None or not lost[uri] or not before[uri]:
            continue
        lost[uri] -= 1
        at = _behind(cut_off.target[:place], uris)
        goal.insert(at, uri)
        uris.insert(at, uri)
        ours = [(where + (where >= at), wanted) for where, wanted in ours]
    return replace(merged, goal=tuple(goal), uris=tuple(uris), ours=tuple(ours))


Same = Callable[[Entry, str | None], bool]


def settle(
    desk: Desk,
    snapshot: Snapshot,
    steps: Plan,
    target: Sequence[str | None],
    same: Same = lambda entry, uri: False,
) -> Snapshot:
    """Sends the plan, one edit at a time, and verifies by reading; plans again where something else came out.

    Returns the list as read at the end. `same` says whether an entry is the URI's recording under another id. Raises
    `NotApplied` after ROUNDS tries, and definite refusals of the service as they come.
    """
    playlist = snapshot.head.id
    there = {entry.uri for entry in snapshot.entries}
    going = Counter(e.uri for e in snapshot.entries if e.kind == "track") - Counter(target)
    new = {uri for uri in target if uri is not None and uri not in there}

    def fits(entry: Entry, uri: str | None) -> bool:
        # In a list that is otherwise right, what stands where we added a recording is that recording: the service may
        # show it under another id, and nothing of another name.
        return same(entry, uri) or (entry.kind == "track" and uri in new and not going[entry.uri])

    for _ in range(ROUNDS):
        now = [entry.uri for entry in snapshot.entries]
        sent = None
        try:
            for operation in steps.operations:
                sent = operation
                desk.service.write(playlist, operation)
                now = replay(now, [operation])
        except Ambiguous:
            assert sent is not None
            snapshot = _read_until(desk, playlist, [now, replay(now, [sent]), list(target)], fits)
        else:
            snapshot = _read_until(desk, playlist, [list(target)], fits)
        if _equal(snapshot, target, fits):
            return snapshot
        steps = plan([entry.uri for entry in snapshot.entries], retarget(snapshot.entries, target, going, same))
        if not steps.operations:
            return snapshot
    raise NotApplied(
        f"The playlist {snapshot.head.name!r} did not become what was planned after {ROUNDS} tries; a copy of the "
        "list before is kept (playlist history). Wait a while, then sync again."
    )


def _read_until(desk: Desk, playlist: str, wanted: list[list[str | None]], same: Same) -> Snapshot:
    """The list as read; read again with growing pauses while it is none of `wanted`: reads may be stale."""
    snapshot = desk.service.read(playlist)
    for pause in PATIENCE_S:
        if any(_equal(snapshot, uris, same) for uris in wanted):
            break
        desk.clock.sleep(pause)
        snapshot = desk.service.read(playlist)
    return snapshot


def _equal(snapshot: Snapshot, uris: Sequence[str | None], same: Same) -> bool:
    """Whether the list holds these URIs in order, a recording under another id counting as itself."""
    if len(snapshot.entries) != len(uris):
        return False
    pairs = zip(snapshot.entries, uris, strict=True)
    return all(entry.uri == uri or same(entry, uri) for entry, uri in pairs)


def _behind(ahead: Sequence[str | None], uris: Sequence[str | None]) -> int:
    """The place behind the nearest of `ahead` that `uris` has, the second of a repeated URI standing for the second."""
    for place in range(len(ahead) - 1, -1, -1):
        which = ahead[: place + 1].count(ahead[place])
        places = [i for i, uri in enumerate(uris) if uri == ahead[place]]
        if places:
            return places[min(which, len(places)) - 1] + 1
    return 0


def retarget(
    entries: Sequence[Entry], target: Sequence[str | None], going: Counter[str | None], same: Same
) -> list[int | str]:
    """A goal for `plan`: `target` over `entries` as they are now.

    Of entries that `target` does not have, as many as `going` says are to go; the rest came from elsewhere meanwhile
    and stay behind their neighbour.
    """
    free: dict[str | None, list[int]] = {}
    for place in range(len(entries) - 1, -1, -1):
        free.setdefault(entries[place].uri, []).append(place)
    goal: list[int | str] = []
    used: set[int] = set()
    for uri in target:
        found = _taken(uri, entries, free, used, same)
        if found is not None:
            goal.append(found)
            used.add(found)
        elif uri is not None and not uri.startswith("spotify:local:"):
            goal.append(uri)
    left = Counter(going)
    for place, entry in enumerate(entries):
        if place in used:
            continue
        if entry.kind == "track" and left[entry.uri] > 0:
            left[entry.uri] -= 1
            continue
        before = [goal.index(p) for p in range(place) if p in used]
        goal.insert(before[-1] + 1 if before else 0, place)
        used.add(place)
    return goal


def _taken(
    uri: str | None, entries: Sequence[Entry], free: dict[str | None, list[int]], used: set[int], same: Same
) -> int | None:
    """The place of an entry that is the URI, or its recording under another id; None where there is none."""
    while free.get(uri):
        place = free[uri].pop()
        if place not in used:
            return place
    return next((p for p, entry in enumerate(entries) if p not in used and same(entry, uri)), None)
