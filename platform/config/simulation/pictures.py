"""Photos for the simulation: drawn, plainly no real vehicle, one for each shot of a tenant, kept like any other photo."""

import io
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from PIL import Image, ImageDraw

from files.models import StoredFile
from files.photos import keep_photo
from files.services import claim_file
from tenants.actors import Actor
from tenants.models import Tenant

SPACE: Final = UUID("6f1a2c5e-0c4b-5d7a-9b3e-2f8d4c6a1e90")
SIZE: Final = (960, 720)
SKIES: Final = {"pickup": ("#c9d9e6", "#8fa5b5"), "return": ("#e6dcc9", "#b5a68f")}
PLAIN: Final = ("#dfe3e6", "#aab2b8")
PURPOSE: Final = "photo"


@dataclass(slots=True)
class Pictures:
    """Each picture is drawn and kept once; a later run of the simulation finds it again by its upload key."""

    made: dict[tuple[UUID, str], StoredFile] = field(default_factory=dict)

    def find(self, *, tenant: Tenant, name: str, actor: Actor, now: datetime) -> StoredFile:
        """The tenant's photo of this name, such as `pickup-front`."""
        key = (tenant.pk, name)
        if key not in self.made:
            file = keep_photo(
                tenant=tenant, name=f"{name}.jpg", content=draw(name), purpose=PURPOSE, actor=actor, now=now,
                upload_key=uuid5(SPACE, f"{tenant.pk}/{name}"),
            )  # fmt: skip
            claim_file(file_id=file.pk, now=now)
            self.made[key] = file
        return self.made[key]


def draw(name: str) -> bytes:
    """A JPEG: the outline of a car, or a signature, with its name under it."""
    sky, ground = SKIES.get(name.partition("-")[0], PLAIN)
    image = Image.new("RGB", SIZE, sky)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 500, 960, 720), fill=ground)
    if name.startswith("sign"):
        pen.line(
            [(240, 420), (330, 300), (390, 430), (470, 310), (540, 420), (700, 330)],
            fill="#1d2b33",
            width=9,
            joint="curve",
        )
    else:
        pen.rounded_rectangle((170, 340, 790, 520), 46, fill="#2f6f73")
        pen.polygon([(290, 345), (370, 235), (620, 235), (700, 345)], fill="#2f6f73")
        pen.polygon([(320, 340), (382, 256), (488, 256), (488, 340)], fill=sky)
        pen.polygon([(504, 340), (504, 256), (608, 256), (668, 340)], fill=sky)
        for left in (250, 620):
            pen.ellipse((left, 460, left + 110, 570), fill="#1d2b33")
            pen.ellipse((left + 34, 494, left + 76, 536), fill=ground)
    pen.text((40, 640), f"SIMULATION  {name}", fill="#1d2b33", font_size=40)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()
