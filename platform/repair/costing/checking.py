"""Whether what is kept of the jobs' costs is what comes out when it is worked out again."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from repair.costing.rows import COMPARED, as_row, compare, current_rows, rate_now
from repair.models import Job, JobCost, JobRating

PAGE = 500


@dataclass(frozen=True, slots=True)
class CostDifference:
    """A line that is kept and does not come out, or comes out and is not kept."""

    job_id: UUID
    number: str
    source: str
    kept: str
    found: str

    def __str__(self) -> str:
        return f"{self.number} {self.source}: kept {self.kept}, comes out as {self.found}"


def find_differences(*, number: str = "") -> Iterator[CostDifference]:
    """Every difference, job by job, page by page: nothing is written."""
    rows = Job.objects.select_related("visit", "visit__custody", "visit__workshop").order_by("pk")
    if number:
        rows = rows.filter(number=number)
    last: UUID | None = None
    while page := list((rows if last is None else rows.filter(pk__gt=last))[:PAGE]):
        last = page[-1].pk
        yield from differences_of(page)


def differences_of(jobs: list[Job]) -> Iterator[CostDifference]:
    """Those of one page. A job that nothing has cost yet is rated by no card: its first step that costs will do it."""
    rated = set(JobRating.objects.filter(job__in=jobs).values_list("job_id", flat=True))
    standing = current_rows(job.pk for job in jobs)
    _pins, lines = rate_now(jobs)
    for job in jobs:
        fresh = {line.source: as_row(job.pk, line, timezone.now()) for line in lines[job.pk]}
        if job.pk not in rated and not standing.get(job.pk) and all(row.is_unrated for row in fresh.values()):
            continue
        gone, new = compare(standing.get(job.pk, {}), fresh)
        kept, found = ({row.source: row for row in rows} for rows in (gone, new))
        for source in sorted({*kept, *found}):
            yield CostDifference(job.pk, job.number, source, *say_two(kept.get(source), found.get(source)))


def say_two(kept: JobCost | None, found: JobCost | None) -> tuple[str, str]:
    """The values that differ, or nothing."""
    if kept is None or found is None:
        return "nothing" if kept is None else str(kept.amount_fen), "nothing" if found is None else str(
            found.amount_fen
        )
    names = [name for name in COMPARED if getattr(kept, name) != getattr(found, name)]
    return ", ".join(f"{name}={getattr(kept, name)}" for name in names), ", ".join(
        f"{getattr(found, name)}" for name in names
    )
