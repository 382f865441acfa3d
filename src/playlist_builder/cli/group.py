"""The `playlist` group: finds commands late, and turns errors into messages, JSON and exit codes in one place."""

from __future__ import annotations

import contextlib
import errno
import itertools
import json
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, cast

import click

from playlist_builder import __version__
from playlist_builder.cli import reminders
from playlist_builder.errors import ConfigError, PlaylistError, UsageError

# command → its module in this folder (and the name there, if not `command`) and its line in --help, in that order.
# The line stands here so that --help imports no command.
COMMANDS: dict[str, tuple[str, str]] = {
    "login": ("login", "Log in to the service, through the browser."),
    "logout": ("logout", "Delete the login and the cached answers."),
    "import": ("import_", "Turn a text, page, table, playlist file or link into a listing."),
    "sync": ("sync", "Find a listing's tracks and create or update its playlist."),
    "review": ("review", "Settle doubtful and missing tracks, here or on a local page."),
    "report": ("report", "A listing with its matches and mismatches; no request."),
    "explain": ("explain", "Why a row became what it is."),
    "list": ("list", "The listings there are."),
    "lock": ("lock", "Find a listing's tracks and write its lock file alone."),
    "pin": ("decide:pin", "Choose the recording for a row."),
    "skip": ("decide:skip", "Leave a row out for good."),
    "later": ("decide:later", "Keep looking for a row without asking."),
    "unpin": ("decide:unpin", "Take a decision of yours back."),
    "history": ("history", "What was written when."),
    "undo": ("undo", "Put back what was there before the last write."),
    "link": ("link:link", "Adopt a playlist of your own for a listing."),
    "unlink": ("link:unlink", "Forget which playlist is a listing's."),
    "remove": ("link:remove", "Stop looking after a listing."),
    "status": ("status", "What is in sync, what waits for you, quota and login."),
    "doctor": ("doctor", "Check settings, login, network and schedules."),
    "export": ("export", "The matched playlist as a file."),
    "edit": ("edit", "Open a listing in your editor."),
    "schedule": ("schedule", "Keep playlists in order through the system's own scheduler."),
}


# A disk that is full, over quota, read-only or not ours is no bug of the program.
FULL = (
    errno.ENOSPC,
    getattr(errno, "EDQUOT", errno.ENOSPC),
    errno.EFBIG,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.EIO,
)
FULL_DATABASE = ("disk is full", "disk I/O error", "readonly database", "unable to open database")


class Group(click.Group):
    """Imports a command's module when it is called; names near ones when there is no such command."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        return cast(click.Command, getattr(import_module(f"playlist_builder.cli.{module}"), attribute or "command"))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, 1)
            hint = f" Did you mean {near[0]!r}?" if near else " `playlist --help` lists them."
            raise click.UsageError(f"No such command {args[0]!r}.{hint}", ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(
    cls=Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: playlist sync rocky-iv --service demo",
)
@click.version_option(__version__, prog_name="playlist")
@click.option("-v", "--verbose", count=True, help="Say more; -vv logs each request (never a secret).")
@click.option("-q", "--quiet", is_flag=True, help="Say only what needs a person.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", metavar="WHEN",
              help="auto, always or never; NO_COLOR counts too (default: auto).")  # fmt: skip
@click.pass_context
def playlist(ctx: click.Context, verbose: int, quiet: bool, color: str) -> None:
    """Turn a soundtrack's track listing into a playlist, in order, and keep it so."""
    from playlist_builder.cli.app import App

    if ctx.obj is None:
        ctx.obj = App(verbosity=-1 if quiet else verbose, color=color)


def run(args: Sequence[str] | None = None, obj: Any = None) -> int:
    """Runs one command line and returns its exit code; errors are printed (as JSON where `--json` is asked for).

    The only place that turns a `PlaylistError` into words and a code. A bug keeps its traceback, and Python's code 1.
    """
    arguments = forward(list(sys.argv[1:] if args is None else args))
    code = _run(arguments, obj)
    if reminders.wanted(arguments):
        reminders.remind(obj)
    return code


def forward(arguments: list[str]) -> list[str]:
    """The arguments with `-v`, `-q` and `--color` in front: they count wherever they stand before a `--`."""
    first: list[str] = []
    rest: list[str] = []
    given = iter(arguments)
    for word in given:
        if word == "--":
            return [*first, *rest, word, *given]
        if word in ("-q", "--quiet", "--verbose") or word.startswith("--color=") or re.fullmatch("-v+", word):
            first.append(word)
        elif word == "--color":
            first += [word, *itertools.islice(given, 1)]
        else:
            rest.append(word)
    return [*first, *rest]


def _run(arguments: list[str], obj: Any) -> int:
    as_json = "--json" in arguments
    try:
        result = playlist.main(args=arguments, prog_name="playlist", standalone_mode=False, obj=obj)
    except PlaylistError as error:
        return _fail(error, as_json)
    except click.UsageError as error:
        if as_json:
            _say(UsageError(error.format_message()), as_json)
        else:
            error.show()
        return 2
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        print("Stopped.", file=sys.stderr)  # noqa: T201 - the consoles may not exist yet
        return 130
    except BrokenPipeError:
        with contextlib.suppress(OSError):
            sys.stdout.close()
        return 0
    except OSError as error:
        if error.errno not in FULL:
            raise
        return _fail(_of_disk(error.strerror or str(error), error.filename), as_json)
    except Exception as error:
        if type(error).__module__ != "sqlite3" or not any(words in str(error) for words in FULL_DATABASE):
            raise
        return _fail(_of_disk(str(error), None), as_json)
    return result if isinstance(result, int) else 0


def _fail(error: PlaylistError, as_json: bool) -> int:
    _say(error, as_json)
    return error.code


def _of_disk(what: str, path: object) -> ConfigError:
    """What a disk that is full or may not be written means for a person. Files are replaced in one step: none is
    half-written."""
    where = f"{path}: " if path else ""
    return ConfigError(f"{where}cannot be read or written ({what}). Allow it or make room, then run the command again.")


def main() -> None:
    """The console script."""
    from playlist_builder.cli.app import utf8_streams

    utf8_streams()
    sys.exit(run())


def _say(error: PlaylistError, as_json: bool) -> None:
    from playlist_builder.report.json import error_object
    from playlist_builder.report.text import clean

    if as_json:
        print(json.dumps({"version": 1, "error": error_object(error)}, ensure_ascii=False))  # noqa: T201
    else:
        print(f"Error: {clean(error.message, newlines=True)}", file=sys.stderr)  # noqa: T201
