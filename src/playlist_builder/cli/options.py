"""Options and arguments that commands share, completion included."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from playlist_builder.cli.app import App

F = TypeVar("F", bound=Callable[..., object])
pass_app = click.make_pass_decorator(object)  # an App; typed where it is used


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


def service_option(function: F) -> F:
    return click.option(
        "--service", metavar="S", help="The service: spotify, or demo (no account). Default: PLAYLIST_SERVICE."
    )(function)


def json_option(function: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")(function)


def name_argument(function: F) -> F:
    return click.argument("name", shell_complete=complete_names)(function)


def names_argument(function: F) -> F:
    function = click.option("--all", "all_", is_flag=True, help="Every listing of yours.")(function)
    return click.argument("names", nargs=-1, metavar="NAME...", shell_complete=complete_names)(function)


def app_of(ctx: click.Context) -> App:
    """The App of this run."""
    from playlist_builder.cli.app import App

    found = ctx.find_object(App)
    assert found is not None
    return found
