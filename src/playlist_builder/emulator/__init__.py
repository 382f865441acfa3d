"""A faithful local Spotify: accounts and Web API over a small catalogue. The demo service, and the test double.

`Emulator` runs it inside this process; `python -m playlist_builder.emulator` serves it alone.
"""

from __future__ import annotations

from playlist_builder.emulator.faults import Fault, LoggedRequest
from playlist_builder.emulator.library import Account, Entry, Playlist, User
from playlist_builder.emulator.options import ALL_SCOPES, Options
from playlist_builder.emulator.server import Emulator

__all__ = ["ALL_SCOPES", "Account", "Emulator", "Entry", "Fault", "LoggedRequest", "Options", "Playlist", "User"]
