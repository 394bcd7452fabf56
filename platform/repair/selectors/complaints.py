"""Complaints as the desk's pages and reports read them: a fixed number of queries, however many there are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from dispatch.models import Clock
from dispatch.texts import CLOCKS
from events.models import Fact
from files.links import file_url, photo_url
from repair import texts
from repair.ids import complaint_ref, job_ref
from repair.models import Complaint, ComplaintCause, Job
from repair.selectors.jobs import TimelineItem
from repair.services.choosing import LOCAL, local_day
from tenants.actors import Actor
from ui.formats import format_fen

ICONS: Final[dict[str, str]] = {
    "investigate": "search", "hand_on": "users", "find": "pencil", "ask_evidence": "help", "give_evidence": "paperclip",
    "evidence_lapsed": "alarm", "give_solution": "bulb", "accept": "check", "reopen": "refresh", "close": "archive",
    "close_unanswered": "archive", "withdraw": "ban", "add_files": "paperclip",
}  # fmt: skip
TONES: Final[dict[str, str]] = {"give_solution": "wait", "accept": "good", "reopen": "warn", "evidence_lapsed": "warn"}
AGES: Final[tuple[tuple[int | None, Any], ...]] = (
    (1, _l("under a day")), (3, _l("1 to 3 days")), (7, _l("3 to 7 days")), (None, _l("over a week")),
)  # fmt: skip
MONTHS: Final = 12


def list_complaints(complaints: QuerySet[Complaint]) -> QuerySet[Complaint]:
    """With the running clock of each."""
    clocks = Clock.objects.filter(subject_id=OuterRef("pk"), stopped_at=None, cancelled_at=None).order_by("due_at")
    return complaints.select_related("tenant").annotate(
        due_at=Subquery(clocks.values("due_at")[:1]),
        started_at=Subquery(clocks.values("started_at")[:1]),
        paused_at=Subquery(clocks.values("paused_at")[:1]),
    )


def read_jobs(complaint: Complaint) -> list[tuple[str, Job, Any]]:
    """The jobs complained of, with what leads to them."""
    jobs = complaint.jobs.select_related("workshop", "agent").order_by("pk")
    return [(job_ref(job.pk), job, texts.JOB_STATES.get(job.status, job.status)) for job in jobs]


def complaints_of_job(job: Job) -> list[tuple[str, Complaint, Any]]:
    """What a job's page says of complaints: that there are some, and how far they are."""
    found = Complaint.objects.filter(links__job=job).order_by("-filed_at")
    return [(complaint_ref(row.pk), row, texts.COMPLAINT_STATES.get(row.status, row.status)) for row in found]


def read_clock(complaint: Complaint) -> Clock | None:
    """The clock that runs, or the one that ran last."""
    return Clock.objects.filter(subject_id=complaint.pk, kind="problem").order_by("-started_at").first()


def read_files(complaint: Complaint, actor: Actor) -> list[dict[str, Any]]:
    """Photos and papers, each with what shows it."""
    return [
        {
            "row": row,
            "is_photo": row.file.picture is not None,
            "url": photo_url(file_id=row.file_id, actor=actor)
            if row.file.picture is not None
            else file_url(file_id=row.file_id, actor=actor),
            "thumb": photo_url(file_id=row.file_id, actor=actor, variant="thumb")
            if row.file.picture is not None
            else "",
        }
        for row in complaint.files.select_related("file").order_by("added_at", "pk")
    ]


def read_timeline(complaint: Complaint) -> list[TimelineItem]:
    """What happened, newest first; our own notes stand among it."""
    facts = Fact.objects.filter(subject=complaint_ref(complaint.pk)).order_by("-id")[:200]
    items = [tell_fact(fact) for fact in facts]
    items += [
        TimelineItem(note.noted_at, note.by, str(_("Note among ourselves")), note.text, "lock", "neutral")
        for note in complaint.notes.order_by("-noted_at")[:200]
    ]
    return sorted(items, key=lambda item: item.time, reverse=True)


def tell_fact(fact: Fact) -> TimelineItem:
    """One fact in words."""
    who, data = texts.name_actor(fact.actor_name), fact.data
    if fact.type == "clock.breached":
        title = _("Clock ran out: %(clock)s") % {"clock": CLOCKS.get(data["clock"], data["clock"])}
        return TimelineItem(fact.occurred_at, who, title, "", "alarm", "bad")
    if fact.type == "complaint.opened":
        return TimelineItem(fact.occurred_at, who, str(_("Complaint filed")), "", "message-exclamation", "info")
    if fact.type == "complaint.compensation_due":
        amount = format_fen(amount_fen=data["amount_fen"])
        return TimelineItem(fact.occurred_at, who, str(_("Compensation due")), amount, "cash", "info")
    event = str(data.get("event", ""))
    title = str(texts.COMPLAINT_STEPS.get(event, event))
    return TimelineItem(
        fact.occurred_at, who, title, tell_detail(data), ICONS.get(event, "filled/point"), TONES.get(event, "neutral")
    )


def tell_detail(data: dict[str, Any]) -> str:
    """What a step brought with it."""
    detail: dict[str, Any] = data.get("detail") or {}
    parts = [str(data.get("note") or "")]
    if detail.get("compensation_fen"):
        parts.append(format_fen(amount_fen=detail["compensation_fen"]))
    if "from" in detail:
        parts.append(f"{detail['from']} → {detail['to']}")
    if "after" in detail and detail["after"].get("cause"):
        parts.append(str(ComplaintCause(detail["after"]["cause"]).label))
    return " · ".join(part for part in parts if part)


# --- reports ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CauseMonths:
    """Complaints by cause (a row) and month (a column) in which they were filed; one without a cause yet stands last."""

    months: Sequence[date]
    rows: Sequence[tuple[str, Sequence[int], int]]  # label, by month, all
    totals: Sequence[int]


def count_by_cause(*, now: datetime) -> CauseMonths:
    """The last twelve months, one query."""
    last = local_day(now).replace(day=1)
    months = [last]
    while len(months) < MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    months.reverse()
    found: Counter[tuple[str, date]] = Counter()
    rows = (
        Complaint.objects.annotate(month=TruncMonth("filed_at", tzinfo=LOCAL))
        .filter(filed_at__gte=now - timedelta(days=31 * MONTHS))
        .values_list("cause", "month")
        .annotate(count=Count("pk"))
        .order_by()
    )
    for cause, month, count in rows:
        found[cause, month.date()] += count
    labels = [*ComplaintCause.choices, ("", _("Not found out yet"))]
    table = [(str(label), [found[cause, month] for month in months]) for cause, label in labels]
    return CauseMonths(
        months=months,
        rows=[(label, counts, sum(counts)) for label, counts in table if any(counts)],
        totals=[sum(found[cause, month] for cause, _label in labels) for month in months],
    )


def count_ages(*, now: datetime) -> list[tuple[str, int]]:
    """How old the open ones are."""
    found: Counter[str] = Counter()
    for filed_at in Complaint.objects.filter(ended_at__isnull=True).values_list("filed_at", flat=True):
        days = (now - filed_at).days
        found[next(str(label) for limit, label in AGES if limit is None or days < limit)] += 1
    return [(str(label), found[str(label)]) for _limit, label in AGES]


def charts_of(by_cause: CauseMonths) -> dict[str, Any]:
    """The same as stacked bars, a bar a month; the table beside it has the exact figures."""
    months = [f"{month:%Y-%m}" for month in by_cause.months]
    option = {
        "legend": {"type": "scroll"},
        "xAxis": {"type": "category", "data": months},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {"type": "bar", "stack": "cause", "name": label, "data": list(counts), "barMaxWidth": 28}
            for label, counts, _all in by_cause.rows
        ],
    }
    rows = [[label, *counts, total] for label, counts, total in by_cause.rows]
    rows.append([_("All"), *by_cause.totals, sum(by_cause.totals)])
    return {"option": option, "chart_table": {"head": [_("Cause"), *months, _("All")], "rows": rows}}
