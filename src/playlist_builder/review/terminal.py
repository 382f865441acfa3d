"""The review in a terminal: one row at a time, one key and Enter an answer. Works over ssh and without colours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import click
from rich.cells import cell_len
from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from playlist_builder.errors import PlaylistError
from playlist_builder.model import Candidate
from playlist_builder.report.parts import REFUSALS, Part, asked_parts, candidate_parts, marked, why
from playlist_builder.report.text import clean
from playlist_builder.report.words import NAMES, count_words, label
from playlist_builder.review.session import Session, Shown
from playlist_builder.services import url_of

DETAILED = 6  # as many candidates are shown with every difference; more than that in one line each
HELP = (
    ("1, 2, …", "choose that recording"),
    ("s", "search with your own words (or: s WORDS)"),
    ("a", "look at the listing's album"),
    ("r", "look at what there is by the artist"),
    ("p", "paste a link or URI (a link alone at the prompt does too)"),
    ("o", "open a recording in the browser (o 2: the second)"),
    ("c", "back to the first candidates"),
    ("x", "leave the row out for good"),
    ("k", "keep looking: a known gap, each sync tries again"),
    ("l, Enter", "leave it for later"),
    ("u", "undo the last answer"),
    ("q", "quit; every answer so far is kept"),
)
KEYS = "number choose · s search · a album · r artist · p paste · o open · x skip · k keep looking · Enter later"
MORE_KEYS = "u undo · q quit · ? help"


@dataclass
class Review:
    """A conversation about the rows of a session. `run` returns when they are through, or the person quits."""

    session: Session
    console: Console
    read: Callable[[str], str]  # a prompt → a line; raises EOFError at the end of input
    launch: Callable[[str], object] = click.launch
    everything: bool = False
    kinds: list[str] = field(default_factory=list)  # of the answers so far

    def run(self) -> None:
        """Asks row by row, then prints the summary."""
        queue = self._queue()
        total, at = len(queue), 0
        while at < len(queue):
            try:
                step = self._row(queue[at], at + 1, total)
            except EOFError:
                step = None
                self.console.print()
            if step is None:
                break
            if isinstance(step, _Back):
                if step.row in queue:
                    at = queue.index(step.row)
                else:
                    queue.insert(at, step.row)
                    total += 1
                continue
            at += 1
        self._summary()

    def _queue(self) -> list[int]:
        rows = self.session.open_rows()
        return rows + (self.session.other_rows() if self.everything else [])

    # ------------------------------------------------------------ one row

    def _row(self, row: int, number: int, total: int) -> object | None:
        """Asks until the row is answered or left: something to go on, `_Back` to go to another row, None to quit."""
        self._head(row, number, total)
        self._candidates(row, self.session.shown(row))
        self._keys()
        while True:
            line = clean(self.read("› "))
            try:
                step = self._answer(row, line)
            except PlaylistError as error:
                self._say(error.message, "red")
                continue
            if step is not AGAIN:
                return None if step is QUIT else step

    def _answer(self, row: int, line: str) -> object:
        word, _, rest = line.partition(" ")
        key = word.lower()
        if line.isdigit():
            return self._choose(row, int(line))
        if key in ("", "l"):
            return NEXT
        if ":" in line or (len(line) > 12 and not rest):
            return self._paste(row, line)
        action = {
            "s": self._search, "a": self._album, "r": self._artist, "p": self._paste, "o": self._open,
            "c": self._first, "x": self._skip, "k": self._keep, "u": self._undo, "?": self._help, "h": self._help,
        }.get(key)  # fmt: skip
        if key == "q":
            return QUIT
        if action is None:
            self._say(f"“{line}” is no key here; ? shows them all.", "yellow")
            return AGAIN
        return action(row, rest.strip())

    def _choose(self, row: int, number: int) -> object:
        candidates = self.session.shown(row).candidates
        if not 1 <= number <= len(candidates):
            most = len(candidates)
            self._say(f"There is no {number} here; 1 to {most}." if most else "There is nothing to choose.", "yellow")
            return AGAIN
        return self._done(self.session.choose(row, candidates[number - 1].recording.uri), "chosen")

    def _skip(self, row: int, rest: str) -> object:
        return self._done(self.session.skip(row), "left out")

    def _keep(self, row: int, rest: str) -> object:
        return self._done(self.session.keep_looking(row), "kept looking for")

    def _done(self, sentence: str, kind: str) -> object:
        self.kinds.append(kind)
        self._say(sentence, "green")
        return NEXT

    def _undo(self, row: int, rest: str) -> object:
        undone = self.session.undo()
        if undone is None:
            self._say("There is no answer to take back.", "yellow")
            return AGAIN
        if self.kinds:
            self.kinds.pop()
        self._say(undone[1], "green")
        return _Back(undone[0])

    def _search(self, row: int, words: str) -> object:
        return self._look(row, lambda: self.session.search(row, words or self.read("Search for: ")))

    def _album(self, row: int, rest: str) -> object:
        return self._look(row, lambda: self.session.album(row))

    def _artist(self, row: int, rest: str) -> object:
        return self._look(row, lambda: self.session.artist(row))

    def _first(self, row: int, rest: str) -> object:
        self.session.forget_found(row)
        return self._look(row, lambda: self.session.kept(row))

    def _look(self, row: int, ask: Callable[[], Shown]) -> object:
        self._candidates(row, ask())
        return AGAIN

    def _paste(self, row: int, text: str) -> object:
        shown = self.session.paste(row, text or self.read("Link or URI: "))
        if shown.source != "link":
            self._candidates(row, shown)
            return AGAIN
        if shown.note:
            self._say(shown.note, "yellow")
        return self._done(self.session.choose(row, shown.candidates[0].recording.uri), "chosen")

    def _open(self, row: int, rest: str) -> object:
        candidates = self.session.shown(row).candidates
        at = int(rest) - 1 if rest.isdigit() else 0
        if not 0 <= at < len(candidates):
            self._say("There is nothing to open here.", "yellow")
            return AGAIN
        url = url_of(self.session.service, candidates[at].recording.uri)
        if url is None:
            self._say("There is no page of that recording to open (the demo has none).", "yellow")
        else:
            self._say(url, "dim")
            self.launch(url)
        return AGAIN

    def _help(self, row: int, rest: str) -> object:
        for key, text in HELP:
            self.console.print(Text.assemble((f" {key:<9}", "bold"), text))
        return AGAIN

    # ------------------------------------------------------------ what is shown

    def _head(self, row: int, number: int, total: int) -> None:
        session, match, track = self.session, self.session.matches[row], self.session.tracks[row]
        self.console.print()
        name = clean(session.loaded.tracklist.title)
        self.console.print(Rule(Text(f"{name} · {number} of {total}", "dim"), align="left", style="dim"))
        self._hang(Text(f"{row + 1:>3}", "dim"), Text(label(track), "bold"))
        asked = " · ".join(f"{part} {text}" for part, text in asked_parts(track, session.loaded.tracklist))
        if asked:
            self._say(f"listing: {asked}", "dim")
        old = session.old.get(row)
        if old is not None:
            was = "left out" if old.decision.skip else clean(old.decision.name or old.decision.uri or "")
            self._say(f"The row said “{old.words}” when you decided: {was}. Does that still hold?", "yellow")
        elif match.recording is not None:
            self._say(f"{NAMES[match.outcome]}: {clean(match.recording.label) or match.recording.uri}", "green")
        else:
            reason = why(match)
            self._say(
                NAMES[match.outcome] + (f": {reason}" if reason and reason != NAMES[match.outcome] else ""), "yellow"
            )

    def _candidates(self, row: int, shown: Shown) -> None:
        if shown.title:
            self._hang(Text(), Text(shown.title, "bold"))
        if shown.note:
            self._say(shown.note, "yellow")
        elif not shown.candidates:
            self._say("No candidates. s searches with your own words.", "dim")
        for number, found in enumerate(shown.candidates, 1):
            if len(shown.candidates) > DETAILED + 4 or shown.source == "album":
                lines = self._line(row, found)
            else:
                lines = self._detail(row, found)
            self._hang(Text(f"{number:>3}", "bold"), lines)

    def _parts(self, row: int, found: Candidate) -> dict[str, Part]:
        parts = candidate_parts(self.session.tracks[row], found, self.session.loaded.tracklist)
        return {part.name: part for part in parts}

    def _line(self, row: int, found: Candidate) -> Text:
        """One candidate in one line: what fits stands plain, what does not is marked."""
        parts = self._parts(row, found)
        fits = all(part.same is not False for part in parts.values())
        text = Text("= " if fits else "", "green")
        text.append_text(_named(parts))
        if parts["length"].theirs:
            text.append(f"  {parts['length'].theirs}", "dim")
        return text

    def _detail(self, row: int, found: Candidate) -> Text:
        """One candidate: names with the differing words marked, the rest, and a line for each difference."""
        parts = self._parts(row, found)
        if not found.recording.title:
            return Text(clean(found.recording.uri))
        text = _named(parts)
        rest = Text(" · ").join(_besides(parts[name]) for name in ("length", "album", "year") if parts[name].theirs)
        if rest:
            text.append("\n").append_text(rest)
        against = _against(parts, found)
        if against:
            text.append(f"\n≠ {against}", "yellow")
        return text

    def _keys(self) -> None:
        width = self.console.width
        lines = _wrapped(KEYS.split(" · ") + MORE_KEYS.split(" · "), width - 6)
        for line in lines:
            self.console.print(Text(f"     {line}", "dim"))

    def _say(self, text: str, style: str = "") -> None:
        self._hang(Text(), Text(clean(text), style))

    def _hang(self, mark: Text, text: Text) -> None:
        """Prints `text` with `mark` before its first line, every further line below its first word."""
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(width=3, no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(mark, text)
        self.console.print(grid)

    def _summary(self) -> None:
        session = self.session
        told = [f"{count} {kind}" for kind, count in Counter(self.kinds).items()]
        waiting = len(session.open_rows())
        self.console.print()
        self.console.print(Rule(style="dim"))
        self.console.print(Text(f"{', '.join(told) or 'No answers'}; {waiting or 'nothing'} still open.", "bold"))
        self.console.print(Text(count_words(session.matches), "dim"))


@dataclass(frozen=True)
class _Back:
    row: int


NEXT, AGAIN, QUIT = object(), object(), object()


def _named(parts: dict[str, Part]) -> Text:
    """Title – artist, the words that the listing does not have marked."""
    text = Text()
    for at, name in enumerate(("title", "artist")):
        part = parts[name]
        if at and part.theirs:
            text.append(" – ")
        differs = part.same is False or (name == "title" and "version" in parts)
        pieces = marked(part.ours, part.theirs) if differs else [(part.theirs, False)]
        for place, (words, other) in enumerate(pieces):
            text.append(" " if place else "")
            text.append(words, "bold yellow" if other else "")
    return text


def _besides(part: Part) -> Text:
    """A part of the second line; what the listing says instead stands behind it."""
    if part.same is False:
        return Text.assemble((part.theirs, "bold yellow"), (f" (not {part.ours})", "yellow"))
    return Text(part.theirs, "dim")


def _against(parts: dict[str, Part], found: Candidate) -> str:
    """What speaks against a candidate: the names that differ, the rule that refuses it, whether it cannot be played."""
    names: tuple[str, ...] = ("title", "artist", "version", "edition", "explicit")
    differing = [name for name in names if name in parts and parts[name].same is False]
    refusal = found.score.refusal
    if refusal:
        differing = [name for name in differing if name != "version"] + [REFUSALS.get(refusal, refusal)]
    if found.recording.playable is False:
        differing.append("cannot be played in your country")
    return ", ".join(differing)


def _wrapped(words: Sequence[str], width: int) -> list[str]:
    """`words` joined by dots, broken into lines of at most `width` cells between them."""
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} · {word}" if lines else word
        if lines and cell_len(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
