"""Photos: known by their bytes, kept whole, shown upright and without what the camera wrote; the same upload once."""

import struct
import zlib
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.http import Http404
from django.test import RequestFactory
from PIL import ExifTags, Image

from files import links
from files.links import photo_url
from files.models import StoredFile
from files.photos import MOST_BYTES, REFUSALS, PhotoRefused, keep_photo, read_photo
from files.services import read_file, sweep_files
from tenants.actors import NOBODY, Actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.postgresql.base import WallError
from tests.fleet.test_batch_races import together


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Path) -> Path:
    settings.FILE_STORAGE_URL = f"file://{tmp_path}"
    return tmp_path


def photo(
    *, size: tuple[int, int] = (400, 200), kind: str = "JPEG", turned: int = 1, mode: str = "RGB", place: bool = True
) -> bytes:
    """A picture whose left half is red, with a camera's words in it."""
    image = Image.new(mode, size, "blue" if mode != "L" else 0)
    image.paste("red" if mode != "L" else 255, (0, 0, size[0] // 2, size[1]))
    out = BytesIO()
    if kind not in {"JPEG", "HEIF"}:
        image.save(out, format=kind)
        return out.getvalue()
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = turned
    exif[ExifTags.Base.Make] = "Phone"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:11:25 08:30:00"
    if place:
        exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (31.0, 15.0, 42.0), 3: "E", 4: (121.0, 30.0, 0.0)})
    image.save(out, format=kind, exif=exif.tobytes())  # as bytes, HEIF takes the turn into its own record too
    return out.getvalue()


def keep(tenant: Tenant | None, actor: Actor, now: Any, content: bytes, **changes: Any) -> StoredFile:
    return keep_photo(tenant=tenant, name="IMG_1.jpg", content=content, purpose="test", actor=actor, now=now, **changes)


@pytest.mark.django_db
def test_the_photo_is_kept_as_it_came_and_its_copies_tell_nothing(acme: Tenant, system: Actor, now: Any) -> None:
    content = photo()
    file = keep(acme, system, now, content)
    assert read_file(file_id=file.pk, tenant=acme) == content
    assert file.picture == {
        "taken": "2026-11-25T08:30:00", "lat": 31.261667, "lng": 121.5, "width": 400, "height": 200,
    }  # fmt: skip
    for variant, size in (("view", (400, 200)), ("thumb", (320, 160))):
        copy = read_photo(file=file, variant=variant)
        shown = Image.open(BytesIO(copy))
        assert (shown.format, shown.size, dict(shown.getexif())) == ("JPEG", size, {})
        assert b"Phone" not in copy


@pytest.mark.django_db
def test_a_photo_taken_upright_is_shown_upright(acme: Tenant, system: Actor, now: Any) -> None:
    file = keep(acme, system, now, photo(turned=6))  # turn by 90 degrees to the right: left becomes top
    shown = Image.open(BytesIO(read_photo(file=file, variant="view")))
    assert shown.size == (200, 400)
    assert file.picture is not None
    assert (file.picture["width"], file.picture["height"]) == (200, 400)
    top, bottom = shown.getpixel((100, 50)), shown.getpixel((100, 350))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[0] > 200 > 60 > bottom[0]


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("PNG", "L"), ("WEBP", "RGB"), ("JPEG", "L")])
def test_other_kinds_are_taken_too(acme: Tenant, system: Actor, now: Any, kind: str, mode: str) -> None:
    file = keep(acme, system, now, photo(kind=kind, mode=mode))
    assert file.content_type == f"image/{kind.lower()}"
    assert Image.open(BytesIO(read_photo(file=file, variant="thumb"))).mode == "RGB"


@pytest.mark.django_db
def test_a_photo_of_an_iphone_is_kept_as_it_came_and_shown_as_a_jpeg(acme: Tenant, system: Actor, now: Any) -> None:
    content = photo(kind="HEIF", turned=6)
    file = keep(acme, system, now, content)
    assert (file.content_type, read_file(file_id=file.pk, tenant=acme)) == ("image/heic", content)
    assert file.picture == {
        "taken": "2026-11-25T08:30:00", "lat": 31.261667, "lng": 121.5, "width": 200, "height": 400,
    }  # fmt: skip
    copy = read_photo(file=file, variant="view")
    shown = Image.open(BytesIO(copy))
    assert (shown.format, shown.size, dict(shown.getexif())) == ("JPEG", (200, 400), {})
    assert b"Phone" not in copy
    top, bottom = shown.getpixel((100, 50)), shown.getpixel((100, 350))
    assert isinstance(top, tuple) and isinstance(bottom, tuple)
    assert top[0] > 200 > 60 > bottom[0]


def bomb() -> bytes:
    """A PNG that says it has 10^9 pixels, in a few bytes."""

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 40_000, 25_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(b"\0" * 100)) + part(b"IEND", b"")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\0" * (MOST_BYTES + 1), "photo_too_large"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no_picture"),
        (b"%PDF-1.7 nothing", "no_picture"),
        (b"GIF89a" + b"\0" * 50, "no_picture"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "no_picture"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "broken_picture"),
        (photo()[:1500], "broken_picture"),
        (photo(kind="HEIF")[:-200], "broken_picture"),
        (bomb(), "too_many_pixels"),
        (photo(size=(9_000, 9_000), kind="PNG", mode="L"), "too_many_pixels"),
        (photo(size=(5_001, 5_000), kind="PNG", mode="L"), "too_many_pixels"),
        (photo(size=(5_001, 5_000), kind="WEBP", mode="L"), "too_many_pixels"),
        (photo(size=(30_000, 10), kind="PNG", mode="L"), "too_many_pixels"),
    ],
    ids=[
        "empty",
        "huge",
        "svg",
        "pdf",
        "gif",
        "film",
        "heic",
        "cut",
        "cut heic",
        "bomb",
        "pixels",
        "png",
        "webp",
        "long",
    ],
)
def test_what_is_no_photo_is_refused_with_the_reason(
    acme: Tenant, system: Actor, now: Any, storage: Path, content: bytes, code: str
) -> None:
    with pytest.raises(PhotoRefused) as refused:
        keep(acme, system, now, content)
    assert refused.value.code == code
    assert refused.value.message
    assert refused.value.fix
    assert not StoredFile.objects.exists()
    assert [path for path in storage.rglob("*") if path.is_file()] == []


def test_every_refusal_says_what_helps() -> None:
    assert all(message and fix for message, fix in REFUSALS.values())


@pytest.mark.django_db
def test_the_same_upload_is_the_same_file_and_another_picture_under_its_number_is_refused(
    acme: Tenant, system: Actor, now: Any
) -> None:
    key, content = uuid4(), photo()
    first = keep(acme, system, now, content, upload_key=key)
    assert keep(acme, system, now, content, upload_key=key) == first
    with pytest.raises(PhotoRefused, match="key_reused"):
        keep(acme, system, now, photo(size=(100, 100)), upload_key=key)
    assert StoredFile.objects.count() == 1


@pytest.mark.django_db
def test_photos_are_touched_outside_the_wall_alone(acme: Tenant, system: Actor, now: Any) -> None:
    file = keep(acme, system, now, photo())
    with tenant_context(acme):
        for call in (lambda: keep(acme, system, now, photo()), lambda: read_photo(file=file, variant="view")):
            with pytest.raises(WallError):
                call()


@pytest.mark.django_db
def test_a_photo_is_swept_with_its_copies(acme: Tenant, system: Actor, now: Any, storage: Path) -> None:
    keep(acme, system, now, photo())
    assert len([path for path in storage.rglob("*") if path.is_file()]) == 3
    assert sweep_files(now=now + timedelta(hours=25)) == 1
    assert [path for path in storage.rglob("*") if path.is_file()] == []


def test_two_uploads_of_one_photo_at_once_make_one_file(own_db: str, acme: Tenant, system: Actor, now: Any) -> None:
    key, content = uuid4(), photo()
    kept: list[StoredFile] = []
    raised = together(*[lambda: kept.append(keep(acme, system, now, content, upload_key=key))] * 3)
    assert raised == [None] * 3
    assert len({file.pk for file in kept}) == 1
    assert StoredFile.objects.get().sha256 == kept[0].sha256


# --- links ------------------------------------------------------------------------------------------------------------


def asked_by(actor: Actor) -> Any:
    request = RequestFactory().get("/")
    request.actor = actor  # type: ignore[attr-defined]
    return request


def token_of(url: str) -> str:
    return url.rstrip("/").rsplit("/", 1)[-1]


pytestmark = pytest.mark.urls("config.urls_console")
STAFF = Actor(kind="user", id="s", name="s", staff_roles=frozenset({"agent"}))


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["tenant", "staff"])
def test_a_photo_is_shown_inline_to_whom_the_link_was_made_for(
    acme: Tenant, pacific: Tenant, system: Actor, now: Any, who: str
) -> None:
    file = keep(acme, system, now, photo())
    member = Actor(kind="user", id="m", name="m", tenant=acme, roles=frozenset({"viewer"}))
    reader = member if who == "tenant" else STAFF
    token = token_of(photo_url(file_id=file.pk, actor=reader, variant="thumb"))
    answer = links.show_photo(asked_by(reader), token)
    assert answer.content == read_photo(file=file, variant="thumb")
    assert (answer["Content-Type"], answer["Content-Disposition"]) == ("image/jpeg", "inline")
    others = [
        replace(reader, id="other"),
        replace(reader, tenant=pacific),
        NOBODY,
        STAFF if who == "tenant" else member,
    ]
    for other in others:
        with pytest.raises(Http404):
            links.show_photo(asked_by(other), token)
    with pytest.raises(Http404):  # a link to look is no link to fetch
        links.download(asked_by(reader), token)
    with pytest.raises(Http404):
        links.show_photo(asked_by(reader), token + "x")


@pytest.mark.django_db
def test_a_tenants_link_never_opens_another_tenants_file(
    acme: Tenant, pacific: Tenant, system: Actor, now: Any
) -> None:
    file = keep(pacific, system, now, photo())
    member = Actor(kind="user", id="m", name="m", tenant=acme, roles=frozenset({"viewer"}))
    with pytest.raises(Http404):
        links.show_photo(asked_by(member), token_of(photo_url(file_id=file.pk, actor=member)))


@pytest.mark.django_db
def test_who_fetches_a_photo_gets_the_copy_without_its_place(acme: Tenant, system: Actor, now: Any) -> None:
    file = keep(acme, system, now, photo())
    answer = links.download(asked_by(STAFF), token_of(links.file_url(file_id=file.pk, actor=STAFF)))
    assert answer.content == read_photo(file=file, variant="view")


@pytest.mark.django_db
def test_a_link_to_look_stays_the_same_within_the_hour_and_ends(acme: Tenant, system: Actor, now: Any) -> None:
    file = keep(acme, system, now, photo())
    with time_machine.travel(now, tick=False) as moment:
        url = photo_url(file_id=file.pk, actor=STAFF)
        moment.shift(59 * 60)
        assert photo_url(file_id=file.pk, actor=STAFF) == url
        assert links.show_photo(asked_by(STAFF), token_of(url)).status_code == 200
        moment.shift(62 * 60)
        with pytest.raises(Http404):
            links.show_photo(asked_by(STAFF), token_of(url))


@pytest.mark.django_db
def test_a_link_opens_nothing_once_its_person_has_left(acme: Tenant, system: Actor, now: Any) -> None:
    file = keep(acme, system, now, photo())
    member = Actor(kind="user", id="m", name="m", tenant=acme, roles=frozenset({"viewer"}))
    token = token_of(photo_url(file_id=file.pk, actor=member))
    with pytest.raises(Http404):
        links.show_photo(asked_by(replace(member, roles=frozenset())), token)


@pytest.mark.django_db
def test_a_phones_picture_of_several_is_a_photo(acme: Tenant, system: Actor, now: Any) -> None:
    out = BytesIO()
    first, second = (Image.new("RGB", (300, 200), colour) for colour in ("red", "blue"))
    first.save(out, "MPO", save_all=True, append_images=[second])
    assert keep(acme, system, now, out.getvalue()).content_type == "image/jpeg"
