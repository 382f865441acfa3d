"""One page from the web, bounded in size, time and redirects; addresses on private networks are refused."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit, urlunsplit

from playlist_builder import __version__
from playlist_builder.clock import Clock
from playlist_builder.errors import ListingError
from playlist_builder.listing.source import MAX_BYTES

CONNECT_S, READ_S, WHOLE_S = 10.0, 15.0, 45.0
MOST_REDIRECTS = 5
AGENT = f"playlist-builder/{__version__} (reads track listings)"
REFUSALS = (401, 402, 403, 406, 418, 429, 451, 503, 999)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What an address answered: its bytes, the charset that the server named, and where redirects led."""

    url: str
    content: bytes
    charset: str | None = None


def fetch(url: str, clock: Clock, *, allow_private: bool = False) -> Page:
    """The page at an http or https address.

    The host's name is resolved once, every address it has is checked, and that address is spoken to, so that a second
    answer of the name server cannot lead elsewhere. Raises `ListingError` that says what to do instead.
    """
    ends = clock.now().timestamp() + WHOLE_S
    for _ in range(MOST_REDIRECTS + 1):
        answer = _ask(url, clock, ends, allow_private)
        if isinstance(answer, Page):
            return answer
        url = answer
    raise ListingError(f"{url}: redirected more than {MOST_REDIRECTS} times. {_BY_HAND}")


_BY_HAND = "Save the page in a browser and import the file."


def _ask(url: str, clock: Clock, ends: float, allow_private: bool) -> Page | str:
    """The page, or the address that it redirects to."""
    import urllib3

    scheme, host, port = _parts(url)
    address = _address(url, host, port, allow_private)
    split = urlsplit(url)
    target = urlunsplit(("", "", split.path or "/", split.query, ""))
    named = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}[scheme]
    headers = {
        "Host": named if port == usual else f"{named}:{port}",
        "User-Agent": AGENT,
        "Accept": "text/html,application/xhtml+xml,text/*;q=0.9,*/*;q=0.5",
        "Accept-Encoding": "gzip, deflate",
    }
    timeout = urllib3.Timeout(connect=CONNECT_S, read=READ_S)
    pool: urllib3.HTTPConnectionPool
    if scheme == "https":
        pool = urllib3.HTTPSConnectionPool(address, port, timeout=timeout, server_hostname=host, assert_hostname=host)
    else:
        pool = urllib3.HTTPConnectionPool(address, port, timeout=timeout)
    try:
        with pool:
            answer = pool.urlopen(
                "GET",
                target,
                headers=headers,
                redirect=False,
                retries=False,
                preload_content=False,
                assert_same_host=False,
            )
            try:
                return _answered(answer, url, clock, ends)
            finally:
                answer.release_conn()
                answer.close()
    except urllib3.exceptions.HTTPError as error:
        raise ListingError(f"{url}: cannot be read ({_why(error)}). {_BY_HAND}") from error


def _answered(answer: object, url: str, clock: Clock, ends: float) -> Page | str:
    import urllib3

    assert isinstance(answer, urllib3.BaseHTTPResponse)
    status = answer.status
    if status in (301, 302, 303, 307, 308) and answer.headers.get("Location"):
        return urljoin(url, answer.headers["Location"])
    if status in REFUSALS:
        raise ListingError(f"{url}: the site refuses programs ({status}). {_BY_HAND}")
    if status in (404, 410):
        raise ListingError(f"{url}: there is no such page ({status}). Check the address.")
    if status != 200:
        raise ListingError(f"{url}: the site answered {status}. Try later, or save the page and import the file.")
    content = bytearray()
    for piece in answer.stream(65_536, decode_content=True):
        content += piece
        if len(content) > MAX_BYTES:
            raise ListingError(f"{url}: larger than {MAX_BYTES // 1_000_000} MB. {_BY_HAND}")
        if clock.now().timestamp() > ends:
            raise ListingError(f"{url}: took longer than {WHOLE_S:.0f} s. {_BY_HAND}")
    return Page(url=url, content=bytes(content), charset=_charset(answer.headers.get("Content-Type", "")))


def _parts(url: str) -> tuple[str, str, int]:
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError as error:
        raise ListingError(f"{url}: not a web address ({error}).") from error
    if split.scheme not in ("http", "https") or not split.hostname:
        raise ListingError(f"{url}: only http and https addresses can be read.")
    if split.username or split.password:
        raise ListingError(f"{url.rpartition('@')[2]}: an address with a user's name in it is not read.")
    try:
        host = split.hostname.encode("idna").decode("ascii") if not split.hostname.isascii() else split.hostname
    except UnicodeError as error:
        raise ListingError(f"{url}: not a web address ({error}).") from error
    return split.scheme, host, port or {"http": 80, "https": 443}[split.scheme]


def _address(url: str, host: str, port: int, allow_private: bool) -> str:
    """The host's address; raises `ListingError` where any of its addresses is not a public one."""
    try:
        found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise ListingError(f"{url}: the host {host} is not known here. Check the address and the network.") from error
    if not allow_private:
        for text in found:
            address = ipaddress.ip_address(text.partition("%")[0])
            inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None) or address
            if not (address.is_global and inner.is_global) or address.is_multicast:
                raise ListingError(
                    f"{url}: {host} is on a private network ({text}), so it was not asked. "
                    "If you mean it: --allow-private"
                )
    return found[0]


def _charset(content_type: str) -> str | None:
    for part in content_type.split(";")[1:]:
        key, _, value = part.partition("=")
        if key.strip().lower() == "charset":
            return value.strip().strip("\"'") or None
    return None


def _why(error: Exception) -> str:
    """A few words for a network failure, without addresses of objects."""
    import urllib3

    kinds = (
        (urllib3.exceptions.SSLError, "its certificate is not trusted"),
        (urllib3.exceptions.ConnectTimeoutError, "it does not answer"),
        (urllib3.exceptions.ReadTimeoutError, "it answers too slowly"),
        (urllib3.exceptions.NewConnectionError, "no connection"),
        (urllib3.exceptions.DecodeError, "its compression is broken"),
        (urllib3.exceptions.ProtocolError, "the connection broke"),
    )
    return next((words for kind, words in kinds if isinstance(error, kind)), type(error).__name__)
