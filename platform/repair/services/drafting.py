"""The editor of an estimate: a draft that is kept while it is written, and its sending."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from events.commands import command
from events.ids import BadId, read_public_id
from files.models import StoredFile
from repair import states
from repair.events import PhotoTold
from repair.locking import lock_job
from repair.models import Estimate, EstimateDraft, Job
from repair.requests import EstimateLineDraft
from repair.services import working
from repair.telling import tell_photos
from tenants.actors import Actor

FIELDS: Final = ("kind", "operation", "text", "quantity", "unit_price", "amount")
PRICED: Final = ("text", "unit_price", "amount")  # a line without any of these is empty
MOST_LINES: Final = 100
MOST_PHOTOS: Final = 8
PURPOSE: Final = "photo"
WRITABLE: Final = {states.ESTIMATING: False, states.IN_REPAIR: True}  # state → whether it is an extra fault


class DraftChanged(Exception):
    """Somebody else has saved the draft since it was read: `by` and `at` say who and when."""

    def __init__(self, draft: EstimateDraft | None) -> None:
        self.by = draft.saved_by if draft else ""
        self.at = draft.saved_at if draft else None
        super().__init__("draft_changed")

    @property
    def message(self) -> str:
        """In the reader's language."""
        if not self.by:
            return _("This estimate has been sent or put away meanwhile. Reload the page to see it.")
        return _("%(name)s has changed this estimate meanwhile. Reload the page to see it.") % {"name": self.by}


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A line of the editor as it was read: what can be sent, or what is wrong with it by field."""

    draft: EstimateLineDraft | None
    errors: dict[str, str]


def is_writable(job: Job) -> bool:
    """Whether an estimate, or an extra fault, may be written now."""
    return job.status in WRITABLE and job.held_since is None


@command
def save_draft(
    *, job_id: UUID, lines: Sequence[Mapping[str, Any]], revision: int, actor: Actor, now: datetime
) -> EstimateDraft:
    """Keep the lines as typed; `revision` is the one that was read (0: none yet).

    No fact: a draft is nobody's business until it is sent. Raises DraftChanged, ValidationError.
    """
    job = lock_job(job_id=job_id)
    working.require_own_workshop(job, actor)
    if not is_writable(job):
        raise DraftChanged(None)
    draft, typed = EstimateDraft.objects.filter(job=job).first(), tidy(lines)
    if draft is not None and draft.revision == revision + 1 and draft.lines == typed:
        return draft  # the same was saved before, and the answer was lost on the way
    require_revision(draft, revision)
    draft = draft or EstimateDraft(job=job)
    draft.lines, draft.revision = typed, revision + 1
    StoredFile.objects.filter(pk__in=[file.pk for file in files_of(job, draft.lines).values()]).update(claimed_at=now)
    draft.saved_at, draft.saved_by = now, actor.name[:200]
    draft.save()
    return draft


def files_of(job: Job, lines: Sequence[Mapping[str, Any]]) -> dict[str, StoredFile]:
    """The photos of this tenant that the lines name, by their ids: one query."""
    keys = []
    for ref in {ref for line in lines for ref in line.get("photos") or []}:
        with contextlib.suppress(BadId):
            keys.append(read_public_id("fil", ref))
    return {file.ref: file for file in StoredFile.objects.filter(pk__in=keys, tenant=job.tenant_id, purpose=PURPOSE)}


def require_revision(draft: EstimateDraft | None, revision: int) -> None:
    """Raise DraftChanged when another has saved, or sent, since."""
    if (draft.revision if draft else 0) != revision:
        raise DraftChanged(draft)


def tidy(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Texts of known fields and nothing else; raises ValidationError when there are too many lines."""
    if len(lines) > MOST_LINES:
        raise ValidationError({"lines": _("An estimate has %(most)d lines at most.") % {"most": MOST_LINES}})
    return [
        {name: plain(line.get(name))[:300] for name in FIELDS} | {"photos": list_refs(line.get("photos"))}
        for line in lines
    ]


def plain(value: Any) -> str:
    """A text without what no table can keep."""
    return str(value or "").replace("\0", "").encode(errors="ignore").decode()


def list_refs(value: Any) -> list[str]:
    """The ids of photos, as far as they can be some."""
    refs = value if isinstance(value, list) else []
    return [plain(ref)[:40] for ref in refs if isinstance(ref, str)][:MOST_PHOTOS]


@command
def send_draft(*, job_id: UUID, revision: int, note: str, actor: Actor, now: datetime) -> Estimate:
    """Send what the draft holds: J11 while the estimate is written, J14 for an extra fault found at work.

    Raises DraftChanged, TransitionError, and ValidationError by field (`lines.2.amount`).
    """
    job = lock_job(job_id=job_id)
    working.require_own_workshop(job, actor)
    draft = EstimateDraft.objects.select_for_update().filter(job=job).first()
    require_revision(draft, revision)
    lines = read_lines(draft.lines if draft else [])
    photos = photos_of(job, lines)
    if job.status == states.IN_REPAIR:
        estimate = working.require_consent(job_id=job.pk, lines=lines, note=note, actor=actor, now=now)
    else:
        estimate = working.submit_estimate(job_id=job.pk, lines=lines, actor=actor, now=now)
    tell_photos(job, kind="estimate", photos=photos)
    StoredFile.objects.filter(pk__in=[photo.file_id for photo in photos]).update(claimed_at=now)
    if draft is not None:
        draft.delete()
    return estimate


def read_lines(lines: Sequence[Mapping[str, Any]]) -> list[EstimateLineDraft]:
    """The lines that are not empty; raises ValidationError by field for the others."""
    filled = [line for line in lines if any(str(line.get(name) or "").strip() for name in PRICED)]
    read = [read_line(line) for line in filled]
    errors = {f"lines.{number}.{name}": text for number, one in enumerate(read) for name, text in one.errors.items()}
    if not read:
        errors = {"lines": _("An estimate has one line at least.")}
    if errors:
        raise ValidationError(errors)
    return [one.draft for one in read if one.draft is not None]


def read_line(line: Mapping[str, Any]) -> Typed:
    """A line as typed: yuan become fen, and what cannot be read is said beside its field.

    With a unit price the amount is computed; without one what is typed is a flat price.
    """
    errors: dict[str, str] = {}
    text, quantity = str(line.get("text") or "").strip(), str(line.get("quantity") or "1").strip() or "1"
    priced = "unit_price" if str(line.get("unit_price") or "").strip() else "amount"
    price, count = read_yuan(str(line.get(priced) or "")), Decimal(1)
    if not text:
        errors["text"] = _("Say what is done.")
    if price is None:
        errors[priced] = _("Give an amount in yuan with two decimals at most, such as 380 or 1280.50.")
    try:
        count = working.read_quantity(quantity)
    except InvalidOperation:
        errors["quantity"] = _("Give a quantity above 0 and below 1,000,000, with two decimals at most.")
    if errors or price is None:
        return Typed(draft=None, errors=errors)
    unit_price = price if priced == "unit_price" else None
    draft = EstimateLineDraft(
        kind=str(line.get("kind") or "labour"), text=text, quantity=quantity, unit_price_fen=unit_price,
        amount_fen=price if unit_price is None else working.gross_of(count, unit_price),
        operation=str(line.get("operation") or "").strip(), photos=tuple(str(ref) for ref in line.get("photos") or []),
    )  # fmt: skip
    return Typed(draft=draft, errors={})


def read_yuan(text: str) -> int | None:
    """Yuan as typed, in fen; None for what is no amount. A thousands comma is read."""
    try:
        amount = Decimal(text.strip().replace(",", "").removeprefix("¥").removeprefix("￥").strip()) * 100
    except ArithmeticError:
        return None
    if not amount.is_finite() or amount < 0 or amount != amount.to_integral_value() or amount > 100_000_000:
        return None
    return int(amount)


def photos_of(job: Job, lines: Sequence[EstimateLineDraft]) -> list[PhotoTold]:
    """The photos of the lines, each a file that was kept for this tenant; raises ValidationError by field."""
    known = files_of(job, [{"photos": line.photos} for line in lines])
    found: list[PhotoTold] = []
    for number, line in enumerate(lines):
        for ref in line.photos:
            if ref not in known:
                raise ValidationError({f"lines.{number}.photos": _("A photo is gone; add it again.")})
            file = known[ref]
            found.append(PhotoTold(file_id=file.pk, line_no=number + 1, sha256=file.sha256, taken_at=file.created_at))
    return found
