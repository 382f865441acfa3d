"""Options and arguments that commands share, completion included."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from playlist_builder.cli.app import App

F = TypeVar("F", bound=Callable[..., object])
pass_app = click.make_pass_decorator(object)  # an App; typed where it is used


class Seconds(click.FloatRange):
    """A number of seconds; an error calls it a number."""

    name = "number"


def complete_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Listing names that begin with what is typed; nothing where settings cannot be read."""
    from playlist_builder.errors import PlaylistError
    from playlist_builder.store.listings import Listings
    from playlist_builder.store.settings import load_settings

    try:
        names = [item.name for item in Listings(load_settings()).all()]
    except (PlaylistError, OSError):
        return []
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def complete_services(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The services that begin with what is typed."""
    from playlist_builder.services import SERVICES

    return [CompletionItem(name) for name in SERVICES if name.startswith(incomplete)]


def service_option(function: F) -> F:
    return click.option(
        "--service",
        metavar="S",
        shell_complete=complete_services,
        help="spotify, or demo without account (default: PLAYLIST_SERVICE).",
    )(function)


def json_option(function: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")(function)


def name_argument(function: F) -> F:
    return click.argument("name", shell_complete=complete_names)(function)


def names_argument(function: F) -> F:
    function = click.option("--all", "all_", is_flag=True, help="Every listing of yours.")(function)
    return click.argument("names", nargs=-1, metavar="NAME... | --all", shell_complete=complete_names)(function)


def output_option(function: F) -> F:
    return click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Write to FILE instead of standard output.",
    )(function)


def write_output(app: App, path: Path, text: str, more: str = "") -> None:
    """Writes what `-o` asks for, and says where; raises `UsageError` where there is no such directory."""
    from playlist_builder.errors import UsageError
    from playlist_builder.store.files import replace_file

    if not path.absolute().parent.is_dir():
        raise UsageError(f"{path}: there is no directory {path.absolute().parent}. Make it, or write to another file.")
    if path.exists() and not path.is_file():  # a device or a pipe cannot be replaced
        path.write_bytes(text.encode())
    else:
        replace_file(path, text.encode())
    if app.verbosity >= 0:
        app.err.print(f"Wrote {path.absolute()}{more}", markup=False, soft_wrap=True)


def app_of(ctx: click.Context) -> App:
    """The App of this run."""
    from playlist_builder.cli.app import App

    found = ctx.find_object(App)
    assert found is not None
    return found
