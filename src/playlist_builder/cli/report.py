"""`playlist report`: one listing with its matches and mismatches, from lock and state, without a request."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from playlist_builder.cli.options import app_of, json_option, name_argument, output_option, service_option, write_output


@click.command("report", epilog="Example: playlist report rocky-iv --format html -o rocky-iv.html")
@name_argument
@click.option(
    "--format",
    "format_",
    metavar="FORMAT",
    type=click.Choice(["terminal", "json", "markdown", "html"]),
    default="terminal",
    help="terminal, json, markdown or html (default: terminal).",
)
@output_option
@click.option("--covers", is_flag=True, help="With html: show cover pictures, loaded from the service.")
@service_option
@json_option
@click.pass_context
def command(
    ctx: click.Context, name: str, format_: str, output: Path | None, covers: bool, service: str | None, as_json: bool
) -> int:
    """Show a listing's matches and mismatches; asks the service nothing."""
    from playlist_builder.cli.known import known
    from playlist_builder.model import Result

    app = app_of(ctx)
    found = known(app, name, service)
    title = found.loaded.tracklist.title
    if as_json or format_ == "json":
        from playlist_builder.report.json import track_objects

        made = {"version": 1, "listing": name, "service": found.service, "title": title}
        text = json.dumps({**made, "tracks": track_objects(found.matches)}, ensure_ascii=False, indent=2) + "\n"
    elif format_ == "markdown":
        from playlist_builder.report.markdown import report

        text = report(title, found.matches)
    elif format_ == "html":
        from playlist_builder.report.html import page

        text = page(title, name, found.matches, found.playlist_url, covers)
    else:
        text = _terminal(app, Result(listing=name, service=found.service, title=title, matches=found.matches), output)
    if output is not None:
        write_output(app, output, text)
    elif text:
        sys.stdout.write(text)
    return 0


def _terminal(app: object, result: object, output: Path | None) -> str:
    """Prints to the terminal and returns ""; with `output`, returns the text without colours."""
    import io

    from rich.console import Console
    from rich.text import Text

    from playlist_builder.cli.app import App
    from playlist_builder.model import Result
    from playlist_builder.report.terminal import rows, say_next
    from playlist_builder.report.text import clean
    from playlist_builder.report.words import count_words

    assert isinstance(app, App)
    assert isinstance(result, Result)
    out = app.out if output is None else Console(file=io.StringIO(), width=100, no_color=True)
    out.print(Text(f"{clean(result.title)}  ({result.listing})", "bold"))
    out.print(rows(result.matches, out, quiet=app.verbosity < 0, detail=app.verbosity > 0))
    out.print()
    out.print(Text(count_words(result.matches)))
    say_next(result, out)
    return out.file.getvalue() if isinstance(out.file, io.StringIO) else ""
