"""A listing's cover picture, made to fit what the service takes."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

from playlist_builder.errors import ListingError

MOST_BYTES = 190_000  # of the JPEG: 256 KB after base64 is what the service accepts (reported by clients)
LARGEST_FILE = 40_000_000
SIDE = 1000  # pixels of the square; covers are shown at 640


@dataclass(frozen=True, slots=True)
class Cover:
    """A JPEG that fits, and the key that tells whether the listing's picture changed."""

    jpeg: bytes
    key: str


def read(listing: Path, name: str) -> Cover:
    """The picture called `name` beside the listing; raises `ListingError` for a path, a missing file or no picture."""
    if Path(name).name != name or name in ("", ".", ".."):
        raise ListingError(f"{listing}: cover = {name!r} must be the name of a picture beside the listing, not a path.")
    path = listing.with_name(name)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ListingError(f"{path}: the picture is larger than {LARGEST_FILE // 1_000_000} MB.")
        content = path.read_bytes()
    except OSError as error:
        raise ListingError(f"{path}: the cover cannot be read ({error.strerror or error}).") from error
    return Cover(fit(content, str(path)), hashlib.sha256(content).hexdigest()[:32])


def fit(content: bytes, name: str) -> bytes:
    """The picture as a square JPEG of at most MOST_BYTES, its middle kept; raises `ListingError` where it is none."""
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(content)) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ListingError(
            f"{name}: not a picture that can be read ({type(error).__name__}). Use a JPEG or PNG."
        ) from error
    side = min(SIDE, *picture.size)
    picture = ImageOps.fit(picture, (side, side))
    for scale, quality in ((1.0, 90), (1.0, 80), (1.0, 65), (0.64, 75), (0.64, 55), (0.3, 60)):
        small = picture if scale == 1.0 else picture.resize((max(1, int(side * scale)),) * 2)
        out = io.BytesIO()
        small.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= MOST_BYTES:
            break
    return out.getvalue()
