"""Which pictures the desk's rows name, and where their reader sees them: the row is the permission."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from events.ids import BadId, public_id, read_public_id
from events.models import Fact
from files.links import photo_url
from files.models import StoredFile
from repair import texts
from repair.ids import job_ref
from repair.models import ConditionReport, Disbursement, EstimateLine, Job, ProgressNote, QualityCheck, ReportSide
from repair.selectors.shots import shot_names
from tenants.actors import Actor

CHECKED = ("pass_quality", "fail_quality")


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo with what it shows."""

    label: str
    thumb: str
    view: str


def pickup_report(job: Job) -> ConditionReport | None:
    """What agent and customer signed when the vehicle was fetched."""
    if job.visit_id is None:
        return None
    return ConditionReport.objects.filter(visit=job.visit_id, side=ReportSide.PICKUP).order_by("-signed_at").first()


def pictures_of_report(report: ConditionReport | None, job: Job, actor: Actor) -> list[Picture]:
    """The shots of a condition report, as far as they were kept as photos."""
    if report is None:
        return []
    return pictures_of_shots(report.files, job, actor)


def pictures_of_shots(shots: Mapping[str, Any], job: Job, actor: Actor) -> list[Picture]:
    """Shots by their code, each under its name."""
    names = shot_names() if shots else {}
    return show(((str(ref), names.get(code, code)) for code, ref in shots.items()), job, actor)


def pictures_of_lines(job: Job, actor: Actor) -> list[Picture]:
    """What the estimates showed, line by line."""
    lines = EstimateLine.objects.filter(estimate__job=job).exclude(photos=[]).order_by("estimate__version", "no")
    return show(((str(ref), line.text) for line in lines for ref in line.photos), job, actor)


def pictures_of_checks(job: Job, actor: Actor) -> list[Picture]:
    """What inspectors took, newest last."""
    facts = Fact.objects.filter(subject=job_ref(job.pk), data__event__in=CHECKED).order_by("id")
    pairs = [(ref, str(fact.data.get("note") or "")) for fact in facts for ref in photos_in(fact.data)]
    return show(pairs, job, actor)


def pictures_of_notes(job: Job, actor: Actor) -> list[tuple[ProgressNote, list[Picture]]]:
    """The newest progress notes, each with its photos: two queries, however many."""
    notes = list(job.progress_notes.order_by("-noted_at")[:20])
    shown = show([(str(ref), str(ref)) for note in notes for ref in note.photos], job, actor)
    by_ref = {picture.label: picture for picture in shown}
    label = str(_("Progress"))
    return [(note, [replace(by_ref[ref], label=label) for ref in note.photos if ref in by_ref]) for note in notes]


def pictures_of_receipts(paid: Iterable[Disbursement], job: Job, actor: Actor) -> list[Picture]:
    """The receipts of what was laid out."""
    return show(((public_id("fil", row.receipt_id), row.get_kind_display()) for row in paid), job, actor)


def photos_in(data: Mapping[str, Any]) -> list[str]:
    """The files that a fact names."""
    detail: Mapping[str, Any] = data.get("detail") or {}
    return [str(ref) for ref in detail.get("photos") or []]


def show(pairs: Iterable[tuple[str, str]], job: Job, actor: Actor) -> list[Picture]:
    """Files with their labels, to be shown to a reader of the job: one query, however many."""
    known = [(key, label) for ref, label in pairs if (key := key_of(ref)) is not None]
    files = StoredFile.objects.filter(
        pk__in=[key for key, _label in known], tenant=job.tenant_id, picture__isnull=False
    )
    kept = set(files.values_list("pk", flat=True))
    return [
        Picture(label, photo_url(file_id=key, actor=actor, variant="thumb"), photo_url(file_id=key, actor=actor))
        for key, label in known
        if key in kept
    ]


def key_of(ref: str) -> UUID | None:
    """The key behind a file's id; None for what is none."""
    try:
        return read_public_id("fil", ref)
    except BadId:
        return None


def last_check(job: Job) -> tuple[QualityCheck, list[str]] | None:
    """The newest inspection, and in words what failed at it."""
    check = QualityCheck.objects.filter(job=job).select_related("standard").order_by("-round").first()
    if check is None:
        return None
    failed = [texts.in_language(item) for item in check.standard.items if check.results.get(item["code"]) == "fail"]
    return check, failed
