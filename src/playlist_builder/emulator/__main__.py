"""Serves the emulator alone: `python -m playlist_builder.emulator`. Ends on SIGINT or SIGTERM."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import IO, Any

from playlist_builder.emulator.catalogue import Catalogue
from playlist_builder.emulator.faults import LoggedRequest
from playlist_builder.emulator.options import Options
from playlist_builder.emulator.server import Emulator
from playlist_builder.emulator.shapes import MODES


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line, parsed."""
    parser = argparse.ArgumentParser(
        prog="python -m playlist_builder.emulator",
        description="Serves a local Spotify: accounts and Web API over a small catalogue.",
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: any free one)")
    parser.add_argument("--mode", choices=tuple(MODES), default="dev-new", help="regime of the application")
    parser.add_argument("--catalogue", type=Path, metavar="FILE", help="recordings as JSON lines, .gz too")
    parser.add_argument(
        "--database", type=Path, metavar="FILE", help="keep what --catalogue holds here, ready to search"
    )
    parser.add_argument("--account", type=Path, metavar="FILE", help="keep the account here from run to run")
    parser.add_argument("--quota", type=int, metavar="N", help="requests that each bucket has in 24 hours")
    parser.add_argument("--rate", type=int, metavar="N", help="requests in any 30 seconds")
    parser.add_argument(
        "--consent", choices=("page", "auto", "deny"), default="auto", help="what /authorize does (default: auto)"
    )
    parser.add_argument("--client-id", action="append", metavar="ID", help="a registered application (default: any)")
    parser.add_argument("--redirect-uri", action="append", metavar="URI", help="a registered address (default: any)")
    parser.add_argument("--rotate", action="store_true", help="a refresh gives a new refresh token")
    parser.add_argument("--requests", type=Path, metavar="FILE", help="append every request as a JSON line")
    return parser.parse_args(argv)


def as_json(request: LoggedRequest) -> dict[str, Any]:
    """A logged request as the line of the `--requests` file."""
    return {
        "number": request.number,
        "at": request.at.isoformat(),
        "method": request.method,
        "path": request.path,
        "template": request.template,
        "query": dict(request.query),
        "body": request.body,
        "headers": dict(request.headers),
        "user": request.user,
        "status": request.status,
        "is_write": request.is_write,
        "fault": request.fault,
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Serves until a signal; the exit code."""
    asked = arguments(argv)
    options = Options(
        quota=asked.quota,
        rate_limit=asked.rate,
        consent=asked.consent,
        client_ids=None if asked.client_id is None else tuple(asked.client_id),
        redirect_uris=None if asked.redirect_uri is None else tuple(asked.redirect_uri),
        rotate_refresh_tokens=asked.rotate,
    )
    stop = threading.Event()
    with ExitStack() as stack:
        log: IO[str] | None = None
        if asked.requests is not None:
            log = stack.enter_context(asked.requests.open("a", encoding="utf-8"))

        def written(request: LoggedRequest) -> None:
            if log is not None:
                log.write(json.dumps(as_json(request), ensure_ascii=False) + "\n")
                log.flush()

        try:
            catalogue = stack.enter_context(closing(_catalogue(asked.catalogue, asked.database)))
            emulator = stack.enter_context(
                Emulator(
                    catalogue,
                    mode=asked.mode,
                    port=asked.port,
                    account_file=asked.account,
                    options=options,
                    on_request=written,
                )
            )
        except (OSError, ValueError) as error:
            sys.stderr.write(f"emulator: {error}\n")
            return 1
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: stop.set())
        sys.stdout.write(f"SPOTIFY_API_URL={emulator.api_url}\nSPOTIFY_ACCOUNTS_URL={emulator.accounts_url}\n")
        sys.stdout.flush()
        stop.wait()
    return 0


def _catalogue(path: Path | None, database: Path | None) -> Catalogue:
    """The shipped catalogue, or that of a file."""
    return Catalogue.shipped() if path is None else Catalogue.from_jsonl(path, database)


if __name__ == "__main__":
    sys.exit(main())
