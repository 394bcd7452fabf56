"""Photos on a page: the copies that may leave, never what the camera wrote beside them."""

import io

from PIL import Image

from events.ids import BadId, read_public_id
from files.models import StoredFile
from files.photos import read_photo
from ui.pdf.marks import photo_svg


def picture_of(ref: str, variant: str) -> str:
    """A photo as templates take it; empty when there is none, or its bytes are gone."""
    try:
        file = StoredFile.objects.filter(pk=read_public_id("fil", ref), picture__isnull=False).first()
    except BadId:
        return ""
    if file is None:
        return ""
    try:
        content = read_photo(file=file, variant=variant)
    except FileNotFoundError:
        return ""
    with Image.open(io.BytesIO(content)) as image:
        width, height = image.size
    return photo_svg(content, width=width, height=height)
