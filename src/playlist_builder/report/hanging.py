"""Text for a terminal whose further lines stand below its first word."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text


@dataclass(frozen=True)
class Hanging:
    """`text` after `mark`, broken at the console's width; no line ends in blanks."""

    mark: Text
    text: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(20, options.max_width - self.mark.cell_len)
        for number, line in enumerate(self.text.wrap(console, width)):
            line.rstrip()
            yield Text.assemble(self.mark if number == 0 else " " * self.mark.cell_len, line)


def indented(by: int, text: str, style: str = "") -> Hanging:
    """`text` behind `by` blanks on each of its lines."""
    return Hanging(Text(" " * by), Text(text, style))
