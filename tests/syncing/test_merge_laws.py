"""Laws of the merge for random listings, memories and remote lists with duplicates, local files and nulls.

Two machines, and a state that is lost, end as one machine would as long as the user's hand stays with tracks of the
user's own and no row comes back that was dropped: of a track that the lock names as past, an old base cannot tell
whether the other machine or the user brought it back, so it stays. Where information is lost the law is that nothing
else is.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from playlist_builder.model import Entry, Recording
from playlist_builder.syncing.merge import Memory, Merged, Wish, merge, remember
from playlist_builder.syncing.plan import plan
from playlist_builder.syncing.replay import replay

LISTED = "ABCDEF"
FOREIGN = "uvwxyz"
LETTERS = frozenset(LISTED)


def entry(uri: str | None) -> Entry:
    if uri is None:
        return Entry(uri=None, kind="null")
    if uri.startswith("spotify:local:"):
        return Entry(uri=uri, kind="local")
    return Entry(uri=uri, kind="episode" if uri == "e" else "track", recording=recorded(uri))


def recorded(uri: str) -> Recording:
    """Relinked entries are written with an apostrophe: A' is the recording A."""
    return Recording(uri=uri, title=uri, isrc=uri.rstrip("'"))


def same(a: Recording, b: Recording) -> bool:
    return a.isrc == b.isrc


def fits(row: int, recording: Recording) -> bool:
    return ord(recording.uri[0]) % 4 == row % 4


@dataclass(frozen=True)
class Case:
    remote: list[Entry]
    wishes: list[Wish]
    memory: Memory
    prune: bool

    def merged(self) -> Merged:
        return merge(self.remote, self.wishes, self.memory, same=same, fits=fits, prune=self.prune)


REMOTE = st.lists(
    st.one_of(
        st.sampled_from(LISTED),
        st.sampled_from(LISTED),
        st.sampled_from(FOREIGN),
        st.sampled_from(["A'", "B'", "e", "spotify:local:::l:1", "spotify:local:::m:1", None]),
    ),
    max_size=12,
)


@st.composite
def wish_lists(draw: st.DrawFn) -> list[Wish]:
    uris = draw(st.lists(st.one_of(st.sampled_from(LISTED), st.none()), max_size=8))
    return [
        Wish(
            row=row,
            uri=uri,
            recording=recorded(uri) if uri and draw(st.booleans()) else None,
            open=draw(st.booleans()) if uri is None else False,
            restored=draw(st.booleans()),
            person=draw(st.booleans()),
        )
        for row, uri in enumerate(uris)
    ]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    wishes = draw(wish_lists())
    base = draw(st.one_of(st.none(), st.lists(st.sampled_from([*LISTED, "A'"]), max_size=8)))
    named = {wish.uri for wish in wishes if wish.uri} | draw(st.sets(st.sampled_from(LISTED)))
    known = draw(st.sets(st.sampled_from(LISTED)))
    memory = Memory(
        base=None if base is None else tuple(base),
        named=frozenset(named),
        known=frozenset(known),
        links={"A'": "A"} if draw(st.booleans()) else {},
        unsure=draw(st.booleans()),
    )
    return Case([entry(uri) for uri in draw(REMOTE)], wishes, memory, draw(st.booleans()))


def decided(wishes: list[Wish], made: Merged) -> list[Wish]:
    """The rows with what the merge decided written down, as the lock has it the next time."""
    pins = dict(made.pins)
    after = []
    for wish in wishes:
        if wish.row in pins:
            uri = pins[wish.row]
            after.append(replace(wish, uri=uri, recording=recorded(uri), open=False, person=True))
        elif wish.row in made.skipped:
            after.append(replace(wish, uri=None, open=False))
        else:
            after.append(replace(wish, restored=wish.restored or wish.row in made.restored))
    return after


@given(cases())
@settings(max_examples=120, deadline=None)
def test_a_plan_reaches_every_merge_and_the_counts_add_up(case: Case) -> None:
    made = case.merged()
    uris = [held.uri for held in case.remote]
    planned = plan(uris, made.goal)
    assert replay(uris, planned.operations) == list(made.uris)
    named = [item for item in made.goal if isinstance(item, int)]
    assert sorted([*named, *made.removed]) == list(range(len(uris)))
    assert made.kept + len(made.foreign) + len(made.removed) == len(uris)
    assert made.kept + len(made.foreign) == len(named)
    assert len(uris) - planned.removed + planned.added == len(made.uris)
    gone, kept = Counter(uris[i] for i in made.removed), Counter(made.uris)
    for uri, times in Counter(uris).items():
        assert kept[uri] >= times - gone[uri]


@given(cases())
@settings(max_examples=120, deadline=None)
def test_local_files_episodes_and_nulls_always_stay(case: Case) -> None:
    made = case.merged()
    staying = {item for item in made.goal if isinstance(item, int)}
    assert all(index in staying for index, held in enumerate(case.remote) if held.kind != "track")


@given(cases())
@settings(max_examples=120, deadline=None)
def test_what_is_not_ours_stays_behind_its_neighbour(case: Case) -> None:
    made = case.merged()
    if not case.prune:
        ours = set(case.memory.base or ()) | case.memory.named
        assert all(case.remote[index].uri in ours for index in made.removed)
    staying = [item for item in made.goal if isinstance(item, int)]
    for index in made.foreign:  # in between only what comes in place of what stood in between
        neighbour = max((i for i in staying if i < index), default=-1)
        ahead = list(made.goal[: made.goal.index(index)])
        new = 0
        while ahead and isinstance(ahead[-1], str):
            ahead.pop()
            new += 1
        assert (ahead[-1] if ahead else -1) == neighbour
        assert new <= sum(neighbour < gone < index for gone in made.removed)


@given(cases())
@settings(max_examples=120, deadline=None)
def test_our_entries_stand_in_the_listings_order(case: Case) -> None:
    made = case.merged()
    pins = dict(made.pins)
    wanted = [pins.get(wish.row, wish.uri) for wish in case.wishes if wish.row not in made.skipped]
    assert [uri for _, uri in made.ours] == [uri for uri in wanted if uri is not None]
    assert [place for place, _ in made.ours] == sorted({place for place, _ in made.ours})
    assert {uri.rstrip("'") for place, _ in made.ours if (uri := made.uris[place])} == {
        uri.rstrip("'") for uri in wanted if uri
    }


@given(cases(), st.booleans())
@settings(max_examples=120, deadline=None)
def test_merging_the_result_again_changes_nothing(case: Case, state_lost: bool) -> None:
    made = case.merged()
    wishes = decided(case.wishes, made)
    named = case.memory.named | {wish.uri for wish in wishes if wish.uri}
    memory = Memory(base=None, named=named) if state_lost else remember(made, made.uris, named)
    again = merge([entry(uri) for uri in made.uris], wishes, memory, same=same, fits=lambda *_: False, prune=False)
    relinked = any(uri and uri.endswith("'") for uri in made.uris)  # without a recording only the state tells
    if state_lost and not relinked:
        assert not any(isinstance(item, str) for item in again.goal)
        assert set(again.removed) <= set(range(len(made.uris))) - {place for place, _ in made.ours}
    elif not state_lost:
        assert again.uris == made.uris
        assert plan(made.uris, again.goal).operations == ()
        assert (again.pins, again.restored, again.skipped, again.removed) == ((), (), (), ())


def test_a_pin_on_a_copy_of_a_relinked_recording_moves_nothing_later() -> None:
    """Two rows hold one URI, one row by its relinked name and one by the user's hand: they keep their turns."""
    wishes = [
        Wish(row=0, uri="C"),
        Wish(row=1, uri="B", recording=recorded("B")),
        Wish(row=6, uri=None, open=True),
        Wish(row=7, uri="A"),
    ]
    remote = [entry(uri) for uri in ("A", "B'", "A", "B'")]
    made = Case(remote, wishes, Memory(base=None, named=frozenset("ABC")), prune=False).merged()
    assert made.pins == ((6, "B'"),)
    memory = remember(made, made.uris, frozenset({"A", "B", "B'", "C"}))
    again = merge([entry(uri) for uri in made.uris], decided(wishes, made), memory, same=same, fits=lambda *_: False)
    assert again.uris == made.uris
    assert again.removed == ()


@dataclass
class World:
    """A listing, its lock, a playlist, and machines that take turns. The lock travels; the memories do not."""

    listing: str = ""
    lock: set[str] = field(default_factory=set)
    remote: list[str | None] = field(default_factory=list)
    memories: dict[str, Memory] = field(default_factory=dict)
    restored: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)

    def sync(self, machine: str) -> Merged:
        self.lock |= set(self.listing)
        memory = self.memories.get(machine, Memory(base=None, named=frozenset()))
        rows = [
            Wish(row=row, uri=None if uri in self.skipped else uri, restored=uri in self.restored)
            for row, uri in enumerate(self.listing)
        ]
        made = merge(
            [entry(uri) for uri in self.remote],
            rows,
            replace(memory, named=frozenset(self.lock)),
            same=same,
            fits=lambda *_: False,
        )
        self.remote = list(made.uris)
        self.restored |= {self.listing[row] for row in made.restored}
        self.skipped |= {self.listing[row] for row in made.skipped}
        self.memories[machine] = remember(made, made.uris, frozenset(self.lock))
        return made

    def edit(self, listing: str, additions: list[tuple[int, str | None]], shuffle: int | None) -> None:
        self.restored &= set(listing)
        self.skipped &= set(listing)
        self.listing = listing
        for at, uri in additions:
            self.remote.insert(at % (len(self.remote) + 1), uri)
        if shuffle is not None:
            random.Random(shuffle).shuffle(self.remote)


TURNS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(LISTED), unique=True, min_size=1).map("".join),
        st.lists(st.tuples(st.integers(0, 20), st.sampled_from([*FOREIGN, "e", None])), max_size=2),
        st.one_of(st.none(), st.none(), st.integers(0, 99)),
        st.sampled_from(["here", "there"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


@given(TURNS)
@settings(max_examples=120, deadline=None)
def test_machines_that_take_turns_and_lose_their_state_end_as_one_would(
    turns: list[tuple[str, list[tuple[int, str | None]], int | None, str, bool]],
) -> None:
    one, several = World(), World()
    dropped: set[str] = set()
    for wanted, additions, shuffle, machine, state_lost in turns:
        listing = "".join(uri for uri in wanted if uri not in dropped)
        dropped |= LETTERS & (set(one.listing) - set(listing))
        for world in (one, several):
            world.edit(listing, additions, shuffle)
        if state_lost:
            several.memories.pop(machine, None)
        one.sync("here")
        several.sync(machine)
        assert one.remote == several.remote
        assert [uri for uri in one.remote if uri in LETTERS] == list(listing)


@given(TURNS, st.lists(st.integers(0, 20), min_size=6, max_size=6))
@settings(max_examples=120, deadline=None)
def test_whoever_syncs_nothing_of_the_users_is_lost_and_nothing_comes_twice(
    turns: list[tuple[str, list[tuple[int, str | None]], int | None, str, bool]], removals: list[int]
) -> None:
    """Also when the user removes tracks between the turns."""
    world = World()
    for (listing, additions, shuffle, machine, state_lost), removal in zip(turns, removals, strict=False):
        world.edit(listing, additions, shuffle)
        if removal < len(world.remote):
            del world.remote[removal]
        if state_lost:
            world.memories.pop(machine, None)
        foreign = Counter(uri for uri in world.remote if uri not in LETTERS) if world.remote else Counter()
        world.sync(machine)
        assert Counter(uri for uri in world.remote if uri not in LETTERS) == foreign
        assert [uri for uri in world.remote if uri in set(listing)] == [u for u in listing if u not in world.skipped]


@given(st.lists(st.sampled_from(LISTED), unique=True, min_size=2).map("".join), st.data())
@settings(max_examples=120, deadline=None)
def test_a_track_removed_twice_is_skipped_wherever_it_is_synced(listing: str, data: st.DataObject) -> None:
    """As long as each machine has written since the track was placed."""
    world = World()
    world.edit(listing, [], None)
    gone = data.draw(st.sampled_from(listing))
    for machine in ("here", "there"):
        world.sync(machine)
    for removals in (1, 2):
        world.remote.remove(gone)
        machine = data.draw(st.sampled_from(["here", "there"]))
        made = world.sync(machine)
        row = (listing.index(gone),)
        assert (made.restored, made.skipped) == ((row, ()) if removals == 1 else ((), row))
    for machine in ("there", "here"):
        world.sync(machine)
        assert world.remote == [uri for uri in listing if uri != gone]
