"""What a photo is, by its bytes: its kind, its size, when and where it was taken, and the copies that may leave."""

import contextlib
import struct
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from threading import BoundedSemaphore
from typing import Any, Final

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

KINDS: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "HEIF": "image/heic"}
HEIC_BRANDS: Final = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
MOST_PIXELS: Final = 60_000_000  # a phone's largest; more is a bomb
MOST_WHOLE: Final = (
    25_000_000  # of what is decoded at its full size with an alpha channel: PNG and WebP, no camera's kind
)
AT_ONCE: Final = BoundedSemaphore(
    2
)  # a large picture takes some hundred MB while it is open, whatever it weighs as a file
LONGEST_SIDE: Final = 20_000
VARIANTS: Final = {"view": 2_048, "thumb": 320}
register_heif_opener(thumbnails=False)  # it turns a picture upright as it reads it
BROKEN: Final = (
    struct.error,
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    MemoryError,
)


class NoPicture(Exception):
    """The bytes are no photo that we take; `code` says why."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A photo that was understood. `about` is kept for the record; the copies carry none of it."""

    content_type: str
    about: dict[str, Any]
    copies: dict[str, bytes]


def read_picture(content: bytes) -> Picture:
    """Understand the bytes. Raises NoPicture: no_picture, too_many_pixels, broken_picture."""
    image = open_image(content)
    width, height = image.size
    most = MOST_WHOLE if image.format in {"PNG", "WEBP"} else MOST_PIXELS
    if width * height > most or max(width, height) > LONGEST_SIDE:
        raise NoPicture("too_many_pixels", width=width, height=height)
    try:
        about = read_about(image)
        with AT_ONCE:
            copies = copies_of(image)
    except BROKEN as error:
        raise NoPicture("broken_picture") from error
    turned = about.pop("orientation", 1) in (5, 6, 7, 8)
    about["width"], about["height"] = (height, width) if turned else (width, height)
    return Picture(content_type=KINDS.get(str(image.format), "image/jpeg"), about=about, copies=copies)


def open_image(content: bytes) -> Image.Image:
    """The image, its head read alone."""
    try:
        return Image.open(BytesIO(content), formats=tuple(KINDS))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NoPicture("too_many_pixels", width=0, height=0) from error
    except (UnidentifiedImageError, *BROKEN) as error:
        is_cut = content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS  # its head stands at its end, too
        raise NoPicture("broken_picture" if is_cut else "no_picture") from error


def copies_of(image: Image.Image) -> dict[str, bytes]:
    """The copies: the picture is made small before anything else is done with it."""
    largest = max(VARIANTS.values())
    image.draft("RGB", (largest, largest))  # a JPEG is decoded no larger than it is needed
    image.load()
    small = image if image.mode not in {"P", "1"} else image.convert("RGBA")  # a palette cannot be averaged
    small.thumbnail((largest, largest))
    upright = flatten(ImageOps.exif_transpose(small))
    return {name: copy_of(upright, side) for name, side in VARIANTS.items()}


def flatten(image: Image.Image) -> Image.Image:
    """Plain colours on white."""
    if image.mode == "RGB":
        return image
    with_alpha = image.convert("RGBA")
    white = Image.new("RGBA", with_alpha.size, "white")
    return Image.alpha_composite(white, with_alpha).convert("RGB")


def copy_of(image: Image.Image, side: int) -> bytes:
    """A JPEG no longer than `side`, without anything but its pixels."""
    small = image.copy()
    small.thumbnail((side, side))
    small.info = {}
    out = BytesIO()
    small.save(out, format="JPEG", quality=82, optimize=True)
    return out.getvalue()


def read_about(image: Image.Image) -> dict[str, Any]:
    """When, where and by what it was taken, as far as the file says so. A camera's nonsense is left out."""
    about: dict[str, Any] = {}
    with contextlib.suppress(*BROKEN, ZeroDivisionError, AttributeError):
        exif = image.getexif()
        about["orientation"] = int(exif.get(ExifTags.Base.Orientation, 1))
        camera = exif.get_ifd(ExifTags.IFD.Exif)
        if taken := camera.get(ExifTags.Base.DateTimeOriginal):
            about["taken"] = datetime.strptime(str(taken).strip("\0 "), "%Y:%m:%d %H:%M:%S").isoformat()  # noqa: DTZ007
        place = exif.get_ifd(ExifTags.IFD.GPSInfo)
        if place:
            about["lat"] = degrees(place[ExifTags.GPS.GPSLatitude], place[ExifTags.GPS.GPSLatitudeRef] == "S")
            about["lng"] = degrees(place[ExifTags.GPS.GPSLongitude], place[ExifTags.GPS.GPSLongitudeRef] == "W")
    return about


def degrees(parts: Any, is_negative: bool) -> float:
    """Degrees, minutes and seconds as one number."""
    whole, minutes, seconds = (float(part) for part in parts)
    value = round(whole + minutes / 60 + seconds / 3600, 6)
    if not 0 <= value <= 180:  # also what is not a number
        raise ValueError(value)
    return -value if is_negative else value
