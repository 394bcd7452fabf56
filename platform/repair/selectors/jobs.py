"""What the pages of the repair desk read: a fixed number of queries, however much there is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dispatch.clocks.reading import stood_still
from dispatch.models import Clock, Leg
from dispatch.planning import WorkshopReason
from dispatch.texts import CLOCKS, pause_text, tell_clock
from events.models import Fact
from repair import states, texts
from repair.ids import job_ref
from repair.models import (
    ConditionReport,
    Estimate,
    HoldCause,
    Incident,
    Job,
    JobKind,
    QualityCheck,
    ReportSide,
    Visit,
    Workshop,
    WorkshopDay,
)
from repair.selectors.shots import shot_names
from repair.services.choosing import local_day
from repair.services.collecting import hash_of
from tenants.people.models import join_names
from ui.formats import format_duration, format_fen, format_moment
from ui.tones import tone_of_status

SEARCHED = ("number", "plate", "vin", "external_ref", "tenant__name", "contact", "phone")
FACTS_SHOWN = 300


def list_jobs(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """With `due_at`: the running clock of each job that runs out first."""
    clocks = Clock.objects.filter(subject_id=OuterRef("pk"), stopped_at=None, cancelled_at=None, due_at__isnull=False)
    first = clocks.order_by("due_at")
    return jobs.select_related("tenant", "agent", "workshop").annotate(
        due_at=Subquery(first.values("due_at")[:1]),
        started_at=Subquery(first.values("started_at")[:1]),
        paused_at=Subquery(first.values("paused_at")[:1]),
    )


def search_jobs(jobs: QuerySet[Job], text: str) -> QuerySet[Job]:
    """Jobs in which every word of `text` occurs: number, plate, VIN, reference, tenant, contact."""
    for word in text.split()[:5]:
        condition = Q()
        for name in SEARCHED:
            condition |= Q(**{f"{name}__icontains": word})
        jobs = jobs.filter(condition)
    return jobs


def late_jobs(jobs: QuerySet[Job], *, now: datetime) -> QuerySet[Job]:
    """Jobs of which a running clock has run out."""
    return jobs.filter(Exists(late_clocks(now=now).filter(subject_id=OuterRef("pk"))))


def late_clocks(*, now: datetime) -> QuerySet[Clock]:
    """Running clocks whose time is over."""
    return Clock.objects.filter(stopped_at=None, cancelled_at=None, paused_at=None, due_at__lt=now)


# --- one job ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """A fact as a person reads it."""

    time: datetime
    who: str
    title: str
    text: str
    icon: str
    tone: str


def read_timeline(job: Job) -> list[TimelineItem]:
    """What happened to the job, newest first."""
    facts = Fact.objects.filter(subject=job_ref(job.pk)).order_by("-id")[:FACTS_SHOWN]
    return [tell_fact(fact) for fact in facts]


def tell_fact(fact: Fact) -> TimelineItem:
    """One fact in words."""
    data: Mapping[str, Any] = fact.data
    who = texts.name_actor(fact.actor_name)
    if fact.type.startswith("clock."):
        told = tell_clock(fact.type, data)
        return TimelineItem(fact.occurred_at, who, told.title, told.text, told.icon, told.tone)
    if fact.type == "job.opened":
        return TimelineItem(
            fact.occurred_at, who, str(_("Order received")), str(data.get("external_ref", "")), "inbox", "info"
        )
    after = str(data.get("after", ""))
    icon = "filled/point" if data.get("event") in texts.OVERLAYS else texts.ICONS.get(after, "filled/point")
    tone = "neutral" if data.get("event") in texts.OVERLAYS else tone_of_status(status=after)
    return TimelineItem(fact.occurred_at, who, texts.title_of(data), tell_detail(data), icon, tone)


def tell_detail(data: Mapping[str, Any]) -> str:
    """What a step brought with it."""
    detail: Mapping[str, Any] = data.get("detail") or {}
    parts = [texts.said(str(data.get("note") or "")), *tell_odometer(detail)]
    if detail.get("cause"):
        parts.insert(0, str(HoldCause(detail["cause"]).label))
    if "version" in detail:
        parts.append(_("Estimate %(version)s") % {"version": detail["version"]})
    parts += [
        format_fen(amount_fen=int(detail[name]))
        for name in ("approved_fen", "total_fen", "amount_fen")
        if detail.get(name)
    ]
    if "keys" in detail:
        parts.append(_("Keys: %(keys)s") % {"keys": detail["keys"]})
    if detail.get("given"):
        parts.append(", ".join(str(texts.THINGS.get(name, name)) for name in detail["given"]))
    if detail.get("remarks"):
        parts.append(str(detail["remarks"]))
    if detail.get("photos"):
        count = len(detail["photos"])
        parts.append(ngettext("%(count)d photo", "%(count)d photos", count) % {"count": count})
    if detail.get("is_rollback"):
        parts.append(_("Batch rolled back, free of charge"))
    if detail.get("score"):
        parts.append(f"{detail['score']}/5")
    return " · ".join(part for part in parts if part)


def tell_odometer(detail: Mapping[str, Any]) -> list[str]:
    """What was read, or put right."""
    if "after_km" in detail:
        return [f"{detail['before_km']:,} km → {detail['after_km']:,} km"]
    return [f"{detail['odometer_km']:,} km"] if "odometer_km" in detail else []


def read_clocks(job: Job) -> list[dict[str, Any]]:
    """The job's clocks: each that runs or was breached, and of each kind that went well the last, with their number."""
    shown: list[dict[str, Any]] = []
    well: dict[str, dict[str, Any]] = {}
    clocks = Clock.objects.filter(subject_id=job.pk).select_related("excuse__alert").prefetch_related("pauses__alert")
    for clock in clocks.order_by("started_at", "pk"):
        item = {"clock": clock, "label": CLOCKS.get(clock.kind, clock.kind), "verdict": verdict_of(clock), "count": 1}
        item["pause"] = pause_of(clock)
        if item["verdict"] is None or clock.breached_at is not None:
            shown.append(item)
        else:
            item["count"] = well.get(clock.kind, {"count": 0})["count"] + 1
            well[clock.kind] = item
    return shown + list(well.values())


def verdict_of(clock: Clock) -> tuple[str, str] | None:
    """How a clock ended: state for the badge, and words; None while it runs."""
    if clock.breached_at is not None:
        return "breached", _("Breached %(at)s") % {"at": format_moment(moment=clock.breached_at)}
    if clock.stopped_at is not None:
        return "met", _("Met") if clock.due_at else _("Measured")
    if clock.cancelled_at is not None:
        return "cancelled", _("Ended without a verdict")
    return None


def pause_of(clock: Clock) -> str:
    """That a clock stands still and why, or for how long it stood; empty when it never did."""
    if clock.paused_at is not None:
        lying = [pause_text(pause.reason) for pause in clock.pauses.all() if pause.ended_at is None]
        return _("Paused: %(why)s") % {"why": join_names(dict.fromkeys(lying))}
    stood = stood_still(clock)
    return _("Paused for %(time)s") % {"time": format_duration(duration=stood)} if stood else ""


def read_legs(job: Job) -> list[Leg]:
    """The legs of the job's visit (or its errand), the newest first."""
    purpose = job.visit_id or job.pk
    return list(Leg.objects.filter(purpose_id=purpose).select_related("agent").order_by("-pk"))


def read_estimates(job: Job) -> list[Estimate]:
    """Versions with their lines, the newest first."""
    return list(Estimate.objects.filter(job=job).prefetch_related("lines").order_by("-version"))


def read_reports(job: Job) -> list[dict[str, Any]]:
    """The condition reports of the visit, each hash computed again, and at the return what differs."""
    if job.visit_id is None:
        return []
    reports = list(ConditionReport.objects.filter(visit=job.visit_id).select_related("custody").order_by("signed_at"))
    first = as_corrected(reports[0]) if reports else {}
    names = shot_names() if reports else {}
    return [
        {
            "report": report,
            "is_verified": hash_of(report.content) == report.hash,
            "items": [(texts.ITEMS.get(name, name), has) for name, has in report.content.get("items", {}).items()],
            "shots": [names.get(code, code) for code in report.content.get("shots", {})],
            "corrections": list(report.custody.corrections.filter(side=report.side).order_by("pk")),
            "differences": [] if report.pk == reports[0].pk else differences(first, as_corrected(report)),
        }
        for report in reports
    ]


def as_corrected(report: ConditionReport) -> dict[str, Any]:
    """What was signed, with the odometer as it was corrected since."""
    kept = report.custody.odometer_out_km if report.side == ReportSide.PICKUP else report.custody.odometer_in_km
    content: dict[str, Any] = report.content
    return content | ({} if kept is None else {"odometer_km": kept})


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What is not as it was at the pickup."""
    found = []
    driven = int(after.get("odometer_km", 0)) - int(before.get("odometer_km", 0))
    if driven:
        found.append(_("%(km)s km driven") % {"km": driven})
    energy = int(after.get("energy_percent", 0)) - int(before.get("energy_percent", 0))
    if energy:
        found.append(_("fuel or charge %(change)s %%") % {"change": f"{energy:+d}"})
    if after.get("keys") != before.get("keys"):
        found.append(
            _("keys: %(before)s before, %(after)s now") % {"before": before.get("keys"), "after": after.get("keys")}
        )
    lost = [name for name, was in before.get("items", {}).items() if was and not after.get("items", {}).get(name)]
    found += [_("missing: %(name)s") % {"name": texts.ITEMS.get(name, name)} for name in lost]
    return found


def read_checks(job: Job) -> list[dict[str, Any]]:
    """The quality checks, each item with its answer, the newest first."""
    checks = QualityCheck.objects.filter(job=job).select_related("standard").order_by("-round")
    return [
        {
            "check": check,
            "items": [(texts.in_language(item), check.results.get(item["code"])) for item in check.standard.items],
        }
        for check in checks
    ]


def read_choice(visit: Visit | None) -> list[dict[str, Any]]:
    """The workshops that were considered, nearest first, and why each other one was not taken."""
    if visit is None:
        return []
    refused = {entry["workshop"]: entry["reason"] for entry in visit.workshop_why.get("refused", [])}
    return [
        {
            "name": entry["name"],
            "km": None if entry["metres"] is None else entry["metres"] / 1000,
            "is_chosen": entry["id"] == str(visit.workshop_id),
            "reasons": [str(WorkshopReason(code).text) for code in entry["reasons"]],
            "refusal": refused.get(entry["id"], ""),
        }
        for entry in visit.workshop_why.get("considered", [])
    ]


def incidents_of(job: Job) -> list[Incident]:
    """The job's incident files, open ones first."""
    files = Incident.objects.filter(job=job).select_related("job")
    return list(files.order_by(F("released_at").asc(nulls_first=True), "-reported_at"))


# --- workshops ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WorkshopLoad:
    """A workshop with the bays that are taken on each of some days, and its jobs."""

    workshop: Workshop
    days: Sequence[tuple[date, int, int]]  # day, taken, bays
    jobs: int
    waiting: int

    @property
    def services(self) -> list[str]:
        """What it does, in words."""
        labels = dict(JobKind.choices)
        return [str(labels.get(kind, kind)) for kind in self.workshop.services]


def load_of_workshops(
    *, now: datetime, workshop_ids: Sequence[UUID] | None = None, days: int = 7
) -> list[WorkshopLoad]:
    """Every workshop (or these) with its bays from today on, and the jobs that it has in hand."""
    first = local_day(now)
    span = [first + timedelta(days=number) for number in range(days)]
    rows = WorkshopDay.objects.filter(day__in=span)
    taken = {(row.workshop_id, row.day): (row.taken, row.bays) for row in rows}
    at_work = Job.objects.filter(status__in=[*states.AT_WORK.split(), states.QC, states.REWORK], workshop__isnull=False)
    counts = {
        row["workshop"]: (row["jobs"], row["waiting"])
        for row in at_work.values("workshop").annotate(
            jobs=Count("pk"),
            waiting=Count("pk", filter=Q(status__in=[states.AT_WORKSHOP, states.SENT_BACK, states.REWORK])),
        )
    }
    workshops = Workshop.objects.order_by("-is_active", "name")
    if workshop_ids is not None:
        workshops = workshops.filter(pk__in=list(workshop_ids))
    return [
        WorkshopLoad(
            workshop,
            [(day, *taken.get((workshop.pk, day), (0, workshop.bays))) for day in span],
            *counts.get(workshop.pk, (0, 0)),
        )
        for workshop in workshops
    ]


# --- the console's first page -------------------------------------------------------------------------------------------


def count_by_kind(jobs: QuerySet[Job]) -> dict[tuple[str, str], int]:
    """How many open jobs of each kind stand in each state."""
    rows = jobs.filter(status__in=states.OPEN.split()).values_list("kind", "status").annotate(count=Count("pk"))
    return {(kind, status): count for kind, status, count in rows.order_by()}


def count_by_tenant(jobs: QuerySet[Job], *, now: datetime) -> list[dict[str, Any]]:
    """Each tenant with open jobs: how many, how many wait for it, are held, are late."""
    is_late = Exists(late_clocks(now=now).filter(subject_id=OuterRef("pk")))
    waiting = [states.AWAITING_APPROVAL, states.CONSENT_REQUIRED, states.FAILED]
    rows = (
        jobs.filter(status__in=states.OPEN.split())
        .annotate(is_late=is_late)
        .values("tenant_id", "tenant__name", "tenant__kind")
        .annotate(
            open=Count("pk"),
            waiting=Count("pk", filter=Q(status__in=waiting)),
            custody=Count("pk", filter=Q(status__in=states.CUSTODY.split())),
            late=Count("pk", filter=Q(is_late=True)),
            held=Count("pk", filter=Q(held_since__isnull=False)),
            oldest=Min("received_at"),
        )
        .order_by("-open", "tenant__name")
    )
    return [dict(row) for row in rows]


def count_needs(jobs: QuerySet[Job], *, now: datetime) -> dict[str, int]:
    """What needs a hand, one query."""
    return jobs.aggregate(
        approval=Count("pk", filter=Q(status__in=[states.AWAITING_APPROVAL, states.CONSENT_REQUIRED])),
        workshop=Count("pk", filter=needs_workshop_q()),
        failed=Count("pk", filter=Q(status__in=[states.PICKUP_FAILED, states.RETURN_FAILED, states.REFUSED])),
        held=Count("pk", filter=Q(held_since__isnull=False, status__in=states.OPEN.split())),
        unrated=Count("pk", filter=Q(status=states.DELIVERED)),
        oldest_approval=Min("status_since", filter=Q(status__in=[states.AWAITING_APPROVAL, states.CONSENT_REQUIRED])),
        latest=Max("received_at"),
    )


def needs_workshop_q() -> Q:
    """Jobs with an agent that no workshop could be found for."""
    return Q(
        status=states.ACKNOWLEDGED, agent__isnull=False, workshop__isnull=True, kind__in=states.WITH_WORKSHOP.split()
    )


def count_late_clocks(*, now: datetime) -> dict[str, int]:
    """Late running clocks by kind."""
    return dict(late_clocks(now=now).values_list("kind").annotate(count=Count("pk")).order_by("kind"))
