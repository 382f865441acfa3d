"""One listing's playlist made right: find or create it, merge, plan, write, read back.

Nothing is cleared and refilled; a copy of the list is saved before the first write; no write is repeated unless the
list was read in between.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from playlist_builder import cover, grey
from playlist_builder.cover import Cover
from playlist_builder.decided import person_decision
from playlist_builder.errors import NotFound, ServiceError, UnsafePlan
from playlist_builder.matching.decide import THRESHOLD
from playlist_builder.matching.score import score
from playlist_builder.model import Changes, Entry, Match, PlaylistHead, PlaylistRef, Recording, Snapshot
from playlist_builder.report.text import command_line
from playlist_builder.settle import settle
from playlist_builder.store import lock as locks
from playlist_builder.store.lock import Decision
from playlist_builder.store.state import Copy, Remembered, Texts
from playlist_builder.syncing import texts
from playlist_builder.syncing.grey import one_recording, stand_ins, with_stand_ins
from playlist_builder.syncing.merge import Memory, Merged, Wish, merge, remember
from playlist_builder.syncing.plan import Plan, plan
from playlist_builder.syncing.recovery import CutOff, as_it_was, base_after, recovered
from playlist_builder.syncing.retarget import Same
from playlist_builder.which import Which, is_refusal

if TYPE_CHECKING:
    from playlist_builder.builder import Desk, Loaded, Options

MUCH = 0.3  # share of the entries whose removal needs a person's yes …
MANY = 5  # … if it is more than this many entries
MOST_REVISIONS = 8


@dataclass(frozen=True)
class Ask:
    """Questions that a run may put to a person; None where nobody is there to answer."""

    recreate: Callable[[str], bool] | None = None  # the playlist is gone: make a new one?
    insist: Callable[[str], bool] | None = None  # the plan removes much: go on?


@dataclass(frozen=True)
class TextsToWrite:
    """What to change of a playlist's texts; None: nothing."""

    name: str | None = None
    description: str | None = None
    public: bool | None = None

    def parts(self) -> list[TextsToWrite]:
        """Each text alone."""
        alone = (
            TextsToWrite(name=self.name),
            TextsToWrite(description=self.description),
            TextsToWrite(public=self.public),
        )
        return [part for part in alone if part != NOTHING]


NOTHING = TextsToWrite()


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
        self.which = Which(desk, loaded, lock, dry_run=options.dry_run)
        self.changes = Changes()
        self.notes: list[str] = []
        self.head: PlaylistHead | None = None
        self.created = False

    def run(self) -> None:
        """Makes the playlist right, or raises `ServiceError` or `UnsafePlan` with nothing lost."""
        remembered = self._run()
        if remembered is None or self.options.dry_run or self.options.locked:
            return
        before, done = self.matches, self.changes
        remembered = grey.look(self.desk, remembered, (self.head and self.head.total) or 0)
        looked = grey.mend(self.desk, self.loaded.name, self.loaded.tracklist, self.matches, remembered)
        self.state.remember(self.place, looked.remembered)
        self.notes += looked.notes
        self._stand_in(looked.remembered)
        if self.matches != before:
            self._merge_and_write(looked.remembered, NOTHING)
            self.changes = replace(
                self.changes,
                added=self.changes.added + done.added,
                removed=self.changes.removed + done.removed,
                moved=self.changes.moved + done.moved,
            )

    def _run(self) -> Remembered | None:
        """What is remembered of the playlist when it is right; None in a dry run that would create it."""
        picture = self._picture()  # before anything is made: what is no picture stops the run
        found = self.which.find()
        if found is None and self.options.dry_run:
            self.changes = Changes(added=len(self._wanted()))
            return None
        found = found or self.which.create()
        self.head, self.created = found.head, found.created
        self.notes += found.notes
        remembered = found.remembered
        self._stand_in(remembered)
        wanted = self._texts(remembered)
        if self._unchanged(remembered):
            self.changes = self._kept(remembered)
            if self.options.dry_run:
                return remembered
            sent = self._send_texts(remembered, wanted)
            if wanted != NOTHING:
                self._look_again(remembered)
            said = self._said(remembered, sent)
            remembered = replace(remembered, texts=said, held=False, synced_at=self.state.now())
            self.state.remember(self.place, remembered)
        else:
            remembered = self._merge_and_write(remembered, wanted)
        return remembered if self.options.dry_run else self._write_picture(remembered, picture)

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

    def _stand_in(self, remembered: Remembered | None) -> None:
        """What went grey is wanted elsewhere; nothing of that reaches the lock."""
        if remembered is not None and remembered.grey and not self.options.refresh:
            known = self.state.recordings(stand_ins(remembered.grey).values())
            self.matches = with_stand_ins(self.matches, remembered.grey, known)

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

    # ------------------------------------------------------------ the list

    def _merge_and_write(self, remembered: Remembered, wanted: TextsToWrite) -> Remembered:
        """Reads, merges, writes texts and list, and reads again: what is remembered then."""
        snapshot = self._read(remembered)
        self.head = snapshot.head
        cut_off = self.state.cut_off(self.place, remembered.playlist_id)
        merged = self._merge(snapshot, remembered, cut_off)
        steps = plan([entry.uri for entry in snapshot.entries], merged.goal)
        self._refuse_if_unsafe(steps, snapshot, stand_ins(remembered.grey))
        changes = Changes(
            added=steps.added,
            removed=steps.removed,
            moved=steps.moved,
            kept=len(merged.uris) - steps.added - len(merged.foreign),
            foreign=len(merged.foreign),
        )
        if self.options.dry_run:
            self.changes = changes
            return remembered
        decisions = self._hand(merged, snapshot)
        if decisions and not self.options.locked:
            self._save_lock(decisions)
        sent = self._send_texts(remembered, wanted)  # before the list: the reading after that proves both
        copy = cut_off
        done = snapshot
        if steps.operations:
            copy = self._save_copy(remembered, snapshot, merged, cut_off)
            done = self._written(snapshot, steps, merged.uris)
        self.changes = changes  # what failed on the way is not told as done
        self.head = done.head
        if wanted != NOTHING and not steps.operations:
            self._look_again(remembered)
        self._restored(merged)
        self._learn(done)
        kept = _kept(merged, tuple(entry.uri for entry in done.entries), self.lock.named(self.service.name))
        remembered = replace(
            remembered,
            name=done.head.name,
            url=done.head.url,
            lock=self.lock.id,
            base=kept.base,
            known=tuple(sorted(kept.known)),
            links=kept.links,
            desired=self._wanted(),
            revisions=(*remembered.revisions, done.head.revision)[-MOST_REVISIONS:],
            texts=self._said(remembered, sent),
            held=False,
            synced_at=self.state.now(),
            read_at=self.state.now(),
        )
        self.state.remember(self.place, remembered)
        if copy is not None:  # also one that was cut off: it had come to its end after all, or what it left is right
            self.state.finish_copy(copy.id, replace(copy, after=tuple(entry.uri for entry in done.entries)))
        return remembered

    def _read(self, remembered: Remembered) -> Snapshot:
        if self.created and remembered.base == () and self.head is not None and not self.head.total:
            return Snapshot(head=self.head, entries=())  # just made: nothing can be in it
        snapshot = self.service.read(remembered.playlist_id)
        if not self.which.is_ours(snapshot.head):
            raise ServiceError(f"The playlist {snapshot.head.name!r} belongs to another account; it was not touched.")
        return snapshot

    def _save_copy(self, remembered: Remembered, snapshot: Snapshot, merged: Merged, cut_off: Copy | None) -> Copy:
        """A copy of the list before the write. After one that was cut off, the list of before that: what stands there
        now is a list that nobody wanted."""
        before = snapshot.entries
        if cut_off is not None and cut_off.kind == "sync":
            before = as_it_was(before, _of(cut_off))
        copy = Copy(
            playlist_id=remembered.playlist_id,
            run=self.number,
            taken=self.state.now(),
            before=before,
            target=merged.uris,
            base=remembered.base,
            leaves=tuple(uri for _, uri in merged.ours),
            created=self.created,
        )
        return replace(copy, id=self.state.save_copy(self.place, copy))

    def _merge(self, snapshot: Snapshot, remembered: Remembered, cut_off: Copy | None) -> Merged:
        decisions = self._decisions()
        wishes = [
            Wish(
                row=row,
                uri=match.recording.uri if match.recording else None,
                recording=match.recording,
                open=match.recording is None and match.outcome in ("missing", "review"),
                restored=decision is not None and decision.restored,
                person=match.outcome == "pinned",
            )
            for row, (match, decision) in enumerate(zip(self.matches, decisions, strict=True))
            if match.outcome != "skipped"
        ]
        base = remembered.base
        memory = Memory(
            base=base if cut_off is None else base_after(base, _of(cut_off), snapshot.entries),
            named=self.lock.named(self.service.name),
            known=frozenset(remembered.known),
            links=remembered.links,
            unsure=cut_off is not None,
        )
        merged = merge(snapshot.entries, wishes, memory, same=one_recording, fits=self._fits, prune=self.options.prune)
        return merged if cut_off is None else recovered(merged, snapshot.entries, _of(cut_off))

    def _fits(self, row: int, recording: Recording) -> bool:
        """Whether a recording that the user put in answers the row: by its names, whatever its version."""
        track = self.matches[row].track
        return bool(recording.title) and score(track, recording).total >= THRESHOLD

    def _command(self, verb: str, *rest: str) -> str:
        """A command for this listing that can be copied."""
        return command_line(verb, self.loaded.name, self.service.name, *rest)

    def _written(self, snapshot: Snapshot, steps: Plan, target: Sequence[str | None]) -> Snapshot:
        """The list after the plan; a refusal names the rows whose recording nobody has seen yet."""
        try:
            return settle(self.desk, snapshot, steps, target, self._relinked())
        except ServiceError as error:
            unseen = [i for i, m in enumerate(self.matches) if m.recording is not None and not m.recording.title]
            if type(error) not in (ServiceError, NotFound) or not unseen:
                raise
            rows = "; ".join(
                f"row {i + 1} ({self.matches[i].track.title}): {self._command('unpin', str(i + 1))}" for i in unseen
            )
            raise ServiceError(f"{error.message} Is it a link that you chose? To take one back, {rows}") from error

    def _refuse_if_unsafe(self, steps: Plan, snapshot: Snapshot, replaced: Container[str | None]) -> None:
        lost = steps.removed - sum(entry.uri in replaced for entry in snapshot.entries)
        much = lost > MANY and lost > MUCH * len(snapshot.entries)
        if not much or self.options.yes or self.options.dry_run:
            return
        words = f"{steps.removed} of the playlist's {len(snapshot.entries)} entries would be removed"
        if self.desk.ask.insist is not None and self.desk.ask.insist(f"{words}. Go on?"):
            return
        raise UnsafePlan(f"{words}, so nothing was written. Look with -n; to go on: --yes")

    def _relinked(self) -> Same:
        """Whether an entry is the recording that some row wants, under another id."""
        wanted = {match.recording.uri: match.recording for match in self.matches if match.recording}

        def same(entry: Entry, uri: str | None) -> bool:
            recording = wanted.get(uri) if uri is not None else None
            return recording is not None and entry.recording is not None and one_recording(entry.recording, recording)

        return same

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
        tracks = self.loaded.tracklist.tracks
        self.lock = locks.amend(self.loaded.lock_path, self.lock, tracks, self.service.name, decisions)

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

    def _wishes(self) -> TextsToWrite:
        """The texts as the listing wants them."""
        wishes = self.loaded.tracklist
        mark = texts.mark(self.loaded.name, self.lock.id)
        return TextsToWrite(
            name=texts.one_line(wishes.title, texts.NAME_LIMIT),
            description=texts.description_for(wishes.description, wishes.source, mark),
            public=wishes.public,
        )

    def _texts(self, remembered: Remembered) -> TextsToWrite:
        assert self.head is not None
        said, wishes, head = remembered.texts, self._wishes(), self.head
        described = said.description
        if described is None and head.description == texts.mark(self.loaded.name, self.lock.id):
            described = head.description  # a bare mark is ours, whoever remembers writing it
        return TextsToWrite(
            name=texts.text_to_write(said.name, wishes.name or "", head.name, asked_before=said.name_asked),
            description=texts.text_to_write(
                described, wishes.description or "", head.description, asked_before=said.description_asked
            ),
            public=texts.visibility_to_write(said.public_asked, said.public_seen, bool(wishes.public), head.public),
        )

    def _send_texts(self, remembered: Remembered, wanted: TextsToWrite) -> TextsToWrite:
        """Sends the texts; those that need not be sent again: taken, or refused for good. If they are refused
        together, each is sent alone, so that one does not keep back the others."""
        parts = wanted.parts()
        if not parts:
            return NOTHING
        error = self._change(remembered, wanted)
        if error is None:
            return wanted
        if len(parts) == 1 or not is_refusal(error):
            self.notes.append(f"The service did not take the playlist's texts ({error}).")
            return wanted if is_refusal(error) else NOTHING
        done = [self._send_texts(remembered, part) for part in parts]
        return TextsToWrite(
            name=next((part.name for part in done if part.name is not None), None),
            description=next((part.description for part in done if part.description is not None), None),
            public=next((part.public for part in done if part.public is not None), None),
        )

    def _change(self, remembered: Remembered, wanted: TextsToWrite) -> ServiceError | None:
        """Sends texts; the error that came, unless it stops the run."""
        try:
            self.service.change_details(
                remembered.playlist_id, name=wanted.name, description=wanted.description, public=wanted.public
            )
        except ServiceError as error:
            if error.code != 3:
                raise
            return error
        return None

    def _look_again(self, remembered: Remembered) -> None:
        """The playlist's head as it reads now, from the library's page where it was."""
        heads = self.service.library_page(remembered.page).playlists
        self.head = next((head for head in heads if head.id == remembered.playlist_id), self.head)

    def _said(self, remembered: Remembered, sent: TextsToWrite) -> Texts:
        """What to remember of the texts, as the service reports them after `sent`.

        Where nothing is remembered yet, the listing's words count as asked for: what differs from them is the user's,
        and stays when the listing changes.
        """
        assert self.head is not None
        said, wishes, head = remembered.texts, self._wishes(), self.head
        if sent.name is not None or said.name is None or head.name == wishes.name:
            is_ours = sent.name is not None or head.name == wishes.name
            said = replace(said, name=head.name if is_ours else wishes.name, name_asked=wishes.name)
        if sent.description is not None or said.description is None or head.description == wishes.description:
            is_ours = sent.description is not None or head.description == wishes.description
            said = replace(
                said,
                description=head.description if is_ours else wishes.description,
                description_asked=wishes.description,
            )
        asked = self.created or sent.public is not None
        if asked or said.public_asked is None or head.public == wishes.public:
            said = replace(said, public_asked=wishes.public, public_seen=head.public)
        if asked and wishes.public is False and head.public:
            self.notes.append(
                "Spotify reports the playlist as public although it was asked not to be. In the app: … > Make private."
            )
        return said

    # ------------------------------------------------------------ the cover

    def _picture(self) -> Cover | None:
        """The listing's cover; raises `ListingError` for what is no picture."""
        name = self.loaded.tracklist.cover
        return None if name is None else cover.read(self.loaded.path, name)

    def _write_picture(self, remembered: Remembered, picture: Cover | None) -> Remembered:
        """Sends the cover where it is not the one sent last."""
        if picture is None or picture.key == remembered.texts.cover:
            return remembered
        try:
            self.service.set_cover(remembered.playlist_id, picture.jpeg)
        except ServiceError as error:
            if error.code != 3:
                raise
            self.notes.append(f"The service did not take the cover ({error}); the tracks are right.")
            return remembered
        remembered = replace(remembered, texts=replace(remembered.texts, cover=picture.key))
        self.state.remember(self.place, remembered)
        return remembered


def _of(copy: Copy) -> CutOff:
    return CutOff(before=copy.before, target=copy.target, leaves=copy.leaves)


def _kept(merged: Merged, after: Sequence[str | None], named: frozenset[str]) -> Memory:
    """What to remember of the list as read; what someone else put in meanwhile is not ours."""
    if len(after) == len(merged.uris):
        return remember(merged, after, named)
    return Memory(base=tuple(uri for _, uri in merged.ours), named=named, known=named)
