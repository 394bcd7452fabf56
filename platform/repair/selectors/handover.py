"""What the agent needs at the vehicle: the leg, what it serves, what was seen at pickup, and what the phone sent before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from dispatch.models import Leg, LegKind
from events.ids import BadId, public_id, read_public_id
from files.links import photo_url
from repair import states, texts
from repair.models import (
    Authorisation,
    ConditionReport,
    EstimateLine,
    HandoverDraft,
    HandoverPhoto,
    Job,
    LineDecision,
    ReportSide,
    ShotOccasion,
    Visit,
)
from repair.selectors.shots import required_shots
from repair.services.collecting import authorisation_for
from tenants.actors import Actor

GIVEN: Final = "given-"  # before the shots of the hand-over from the workshop: a leg has one photo a shot
# The report may be begun on the way, for a phone without a line does not know yet that it has arrived.
THERE: Final = (states.CONTACTED, states.AT_PICKUP)
BACK: Final = (states.RETURNING, states.AT_RETURN)


@dataclass(frozen=True, slots=True)
class Stop:
    """A leg with what lies behind it. An errand has no visit."""

    leg: Leg
    visit: Visit | None
    jobs: list[Job]

    @property
    def side(self) -> ReportSide:
        """Which report is due."""
        return ReportSide.RETURN if self.leg.kind == LegKind.RETURN else ReportSide.PICKUP

    def at(self, *statuses: str) -> list[Job]:
        """The jobs in one of these states."""
        return [job for job in self.jobs if job.status in statuses]

    @property
    def due(self) -> list[Job]:
        """The jobs whose report is due, or will be at the vehicle."""
        return self.at(*(BACK if self.side == ReportSide.RETURN else THERE))

    @property
    def can_report(self) -> bool:
        """Whether the condition report is what is due now."""
        if self.visit is None or self.leg.status not in {"under_way", "arrived"}:
            return False
        return bool(self.due)


def read_stop(leg: Leg) -> Stop:
    """The leg and its jobs, in the order of their numbers."""
    visit = Visit.objects.select_related("workshop", "vehicle").filter(pk=leg.purpose_id).first()
    jobs = Job.objects.filter(visit=visit) if visit is not None else Job.objects.filter(pk=leg.purpose_id)
    return Stop(leg, visit, list(jobs.select_related("vehicle").order_by("number")))


def read_work(stop: Stop) -> list[dict[str, Any]]:
    """At the return: each order with what was done and what it costs, in fen; part of what is signed."""
    if stop.side != ReportSide.RETURN:
        return []
    lines = EstimateLine.objects.filter(
        estimate__job__in=stop.jobs, decision=LineDecision.APPROVED, work_begun_at__isnull=False
    )
    found: dict[Any, list[dict[str, Any]]] = {}
    for line in lines.select_related("estimate").order_by("estimate__version", "no"):
        found.setdefault(line.estimate.job_id, []).append({"text": line.text, "approved_fen": line.approved_fen})
    return [
        {"order": job.number, "lines": found.get(job.pk, []), "total_fen": sum(x["approved_fen"] for x in found.get(job.pk, []))}
        for job in stop.jobs
        if job.status in BACK
    ]  # fmt: skip


def read_before(stop: Stop, actor: Actor) -> dict[str, Any] | None:
    """What was seen and photographed at pickup; None there itself."""
    if stop.visit is None or stop.side != ReportSide.RETURN:
        return None
    report = ConditionReport.objects.filter(visit=stop.visit, side=ReportSide.PICKUP).first()
    if report is None:
        return None
    keys = [ref for ref in report.files.values() if ref.startswith("fil_")]
    content = report.content | {"odometer_km": stop.visit.custody.odometer_out_km}  # as corrected, if it was mistyped
    return {"content": content, "photos": photo_links(dict(report.files), actor) if keys else {}}


def photo_links(files: dict[str, str], actor: Actor) -> dict[str, dict[str, str]]:
    """shot → where its copies are shown."""
    links = {}
    for shot, ref in files.items():
        try:
            key = read_public_id("fil", ref)
        except BadId:
            continue
        links[shot] = {v: photo_url(file_id=key, actor=actor, variant=v) for v in ("thumb", "view")}
    return links


def read_sent(stop: Stop, actor: Actor) -> dict[str, dict[str, Any]]:
    """The photos that have arrived: shot → upload key, SHA-256, a link."""
    rows = HandoverPhoto.objects.filter(leg=stop.leg, replaced_at__isnull=True).select_related("file")
    return {
        row.shot: {
            "key": str(row.file.upload_key), "sha256": row.file.sha256,
            "thumb": photo_url(file_id=row.file_id, actor=actor, variant="thumb"),
        }
        for row in rows
    }  # fmt: skip


def read_authorisation(stop: Stop, now: datetime) -> Authorisation | None:
    """The one that covers every job at the door, if there is one for each."""
    papers = [authorisation_for(job, now) for job in stop.jobs]
    return papers[0] if papers and all(papers) else None


def describe_report(stop: Stop, actor: Actor) -> dict[str, Any]:
    """What the page's script works with: what is fixed, the shots, what was seen before, what was kept."""
    assert stop.visit is not None
    draft = HandoverDraft.objects.filter(leg=stop.leg).first()
    fixed: dict[str, Any] = {"vin": stop.visit.vin, "plate": stop.visit.plate, "side": stop.side.value}
    if work := read_work(stop):
        fixed["work"] = work
    before = read_before(stop, actor)
    return {
        "leg": public_id("leg", stop.leg.pk),
        "fixed": fixed,
        "shots": [{"key": shot.code, "label": shot.name} for shot in required_shots(ShotOccasion.REPORT, stop.due)],
        "items": [{"key": key, "label": str(label)} for key, label in texts.ITEMS.items()],
        "before": before["content"] if before else None,
        "draft": draft.content if draft else None,
        "draft_saved": draft.saved_at.isoformat() if draft else "",
        "sent": read_sent(stop, actor),
    }
