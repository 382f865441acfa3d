"""`playlist link`, `unlink`, `remove`: which playlist is a listing's."""

from __future__ import annotations

import contextlib

import click

from playlist_builder.cli.options import app_of, name_argument, service_option
from playlist_builder.errors import NotFound, ServiceError, UsageError


@click.command("link", epilog="Example: playlist link rocky-iv spotify:playlist:3cEYpjA9oz9GiPac4AsH4n")
@name_argument
@click.argument("playlist")
@service_option
@click.pass_context
def link(ctx: click.Context, name: str, playlist: str, service: str | None) -> int:
    """Adopt a playlist of your own (a link, URI or id) as the listing's; what is in it stays yours."""
    from playlist_builder.cli.known import place_of
    from playlist_builder.cli.run import alone, load
    from playlist_builder.report.text import clean, command_line
    from playlist_builder.report.words import plural
    from playlist_builder.store.listings import Listings
    from playlist_builder.store.state import Remembered

    app = app_of(ctx)
    place = place_of(app, name, service)
    with app.open_service(place.service) as opened, contextlib.closing(app.state(place.service)) as state:
        uri = opened.uri_of(playlist, "playlist")
        if uri is None:
            raise UsageError(f"{playlist!r} is no playlist link, such as https://open.spotify.com/playlist/….")
        try:
            snapshot = opened.read(uri.rsplit(":", 1)[-1])
        except NotFound as error:
            raise NotFound(
                f"There is no playlist {playlist} that this account can see. Copy the link of one of your own: "
                "in the app, Share, Copy link to playlist."
            ) from error
        head = snapshot.head
        if head.owner_id not in (opened.account.user_id, opened.account.id):
            raise ServiceError(f"The playlist {head.name!r} is not yours; only one of your own can be linked.")
        for other, theirs in state.places(place.service, place.account).items():
            if theirs.playlist_id == head.id and other != name:
                unlink = command_line("unlink", other, place.service)
                raise ServiceError(f"The playlist {head.name!r} is {other}'s already. First: {unlink}")
        loaded = load(app, place.service, Listings(app.settings).find(name), adopt=True)
        known = tuple(sorted(loaded.lock.named(place.service)))  # nothing that stands there is ours
        made = Remembered(playlist_id=head.id, name=head.name, url=head.url, lock=loaded.lock.id, base=(), known=known)
        with alone(app, place.service, name):
            state.remember(place, made)
    app.out.print(
        f"{name} is kept in {clean(head.name)} from now on; what is in it ({plural(len(snapshot.entries), 'track')}) "
        "is yours and stays.",
        markup=False,
        soft_wrap=True,
    )
    app.out.print(f"Next: {command_line('sync', name, place.service, '-n')}", markup=False, soft_wrap=True)
    return 0


@click.command("unlink", epilog="Example: playlist unlink rocky-iv")
@name_argument
@service_option
@click.pass_context
def unlink(ctx: click.Context, name: str, service: str | None) -> int:
    """Forget which playlist is the listing's; the playlist itself stays as it is."""
    from playlist_builder.cli.known import place_of
    from playlist_builder.report.text import clean

    app = app_of(ctx)
    place = place_of(app, name, service, must_exist=False)
    with contextlib.closing(app.state(place.service)) as state:
        remembered = state.remembered(place)
        state.forget(place)
    if remembered is None:
        app.out.print(f"No playlist is remembered for {name}.", markup=False)
        return 0
    title = clean(remembered.name or remembered.playlist_id)
    app.out.print(
        f"Forgot that {title} is {name}'s. It stays in your library, untouched.", markup=False, soft_wrap=True
    )
    app.out.print(
        "While the mark stands in its description, a sync finds it again: delete the mark there.",
        markup=False,
        soft_wrap=True,
    )
    return 0


@click.command("remove", epilog="Example: playlist remove rocky-iv --remote")
@name_argument
@click.option("--remote", is_flag=True, help="Also remove the playlist from your library.")
@click.option("--listing", "with_listing", is_flag=True, help="Also delete the listing and its lock.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@service_option
@click.pass_context
def remove(ctx: click.Context, name: str, remote: bool, with_listing: bool, yes: bool, service: str | None) -> int:
    """Stop looking after a listing: forget its schedule, playlist and memory; more only if asked."""
    from playlist_builder.cli.known import place_of
    from playlist_builder.cli.run import alone, lock_path
    from playlist_builder.cli.schedule import remove_entries
    from playlist_builder.report.text import clean
    from playlist_builder.store.listings import Listings

    app = app_of(ctx)
    place = place_of(app, name, service, must_exist=False)
    item = Listings(app.settings).find(name) if with_listing else None
    if item is not None and item.shipped:
        raise UsageError(f"{name} ships with the package; there is no file of yours to delete.")
    if (remote or with_listing) and not yes:
        what = " and ".join(
            [*(["the playlist in your library"] if remote else []), *(["the listing file"] if with_listing else [])]
        )
        if not app.interactive:
            raise UsageError(f"This removes {what}. To go on without a question: --yes")
        click.confirm(f"Remove {what} of {name}?", abort=True, err=True)
    with alone(app, place.service, name), contextlib.closing(app.state(place.service)) as state:
        remembered = state.remembered(place)
        known = bool(remembered or state.rows(place) or state.runs(place, 1))
        if remote and remembered is None:
            app.out.print(f"No playlist is remembered for {name}: none was removed from the library.", markup=False)
        elif remote and remembered is not None:  # first of all: what can fail
            with app.open_service(place.service) as opened:
                opened.remove_from_library(remembered.playlist_id)
            app.out.print(
                f"Removed from the library: {clean(remembered.name)}. Your account page on the web can restore it.",
                markup=False,
                soft_wrap=True,
            )
        schedules = remove_entries(app, place.service, name)
        for title in schedules:
            app.out.print(f"Its schedule was removed ({title}).", markup=False)
        if not known and not schedules:
            Listings(app.settings).find(name)  # a name that nothing is known of is a slip
        state.forget(place, all=True)
    if item is not None:
        lock_path(app, place.service, item).unlink(missing_ok=True)
        item.path.unlink()
        app.out.print(f"Deleted {item.path} and its lock.", markup=False, soft_wrap=True)
    app.out.print(f"{name} is no longer looked after.", markup=False)
    return 0
