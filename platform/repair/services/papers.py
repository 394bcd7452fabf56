"""When which paper is due: by the step of a job, a signed authorisation, a loan, an award."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from events.commands import command
from events.ids import public_id
from repair import states
from repair.documents.contents.custody import KINDS, freeze_authorisation, freeze_condition
from repair.documents.contents.given import AwardFacts, LoanFacts, freeze_award, freeze_loan
from repair.documents.contents.settlement import freeze_settlement
from repair.documents.contents.work import freeze_estimate, freeze_fitness, freeze_quality
from repair.locking import lock_job
from repair.models import (
    Authorisation,
    ConditionReport,
    Document,
    DocumentKind,
    Estimate,
    Job,
    QualityCheck,
    ReportSide,
)
from repair.selectors.settling import repaired
from repair.services.issuing import About, about, issue
from tenants.actors import Actor

SETTLED: Final = frozenset(
    {states.READY, states.AWAITING_RETURN, states.PAID, states.OFFICE_REFUSED, states.DELIVERED, states.HANDED_OVER}
)
"""States in which it is known what a job costs: once reached, its settlement statement is made out."""


def issue_settlement(job: Job, actor: Actor, now: datetime) -> None:
    """What it costs; what the customer has signed at the return stands."""
    if job.status == states.DELIVERED and Document.objects.filter(job=job, kind=DocumentKind.SETTLEMENT).exists():
        return
    issue(DocumentKind.SETTLEMENT, about(job), freeze_settlement(job, now), actor=actor, now=now)


def issue_quality(job: Job, actor: Actor, now: datetime) -> None:
    """Of a vehicle that was worked on and has passed: the report and the certificate."""
    if was_inspected(job):
        issue(DocumentKind.QUALITY, about(job), freeze_quality(job), actor=actor, now=now)
        issue(DocumentKind.FITNESS, about(job), freeze_fitness(job), actor=actor, now=now)


def was_inspected(job: Job) -> bool:
    """Whether it was worked on, and the last inspection passed."""
    last = QualityCheck.objects.filter(job=job).order_by("round").last()
    return last is not None and last.is_passed and repaired(job)


def issue_estimate(job: Job, actor: Actor, now: datetime) -> None:
    """The version that was just sent; a newer one takes the place of an estimate, a supplement stands beside it."""
    estimate = Estimate.objects.filter(job=job).order_by("version").last()
    assert estimate is not None
    what = about(job)
    if estimate.is_supplement:
        what = replace(what, subject=public_id("est", estimate.pk))
    issue(DocumentKind.ESTIMATE, what, freeze_estimate(job, estimate), actor=actor, now=now)


def issue_condition(side: ReportSide) -> Callable[[Job, Actor, datetime], None]:
    """The report that was just signed; one paper for all jobs of the visit."""

    def run(job: Job, actor: Actor, now: datetime) -> None:
        report = (
            ConditionReport.objects.filter(visit=job.visit_id, side=side).select_related("custody", "visit").first()
        )
        if report is None:
            return
        jobs = list(report.visit.jobs.exclude(status__in=states.JOB.ended).select_related(*RELATED).order_by("number"))
        what = About(
            subject=public_id("rep", report.pk), base=jobs[0].number, tenant_id=job.tenant_id, visit_id=job.visit_id,
            order_ids=[each.order_id for each in jobs],
        )  # fmt: skip
        issue(DocumentKind(KINDS[side]), what, freeze_condition(jobs, report), actor=actor, now=now)

    return run


RELATED: Final = ("tenant", "workshop", "agent")
BY_STEP: Final[dict[str, Callable[[Job, Actor, datetime], None]]] = {
    "take_custody": issue_condition(ReportSide.PICKUP),
    "deliver": issue_condition(ReportSide.RETURN),
    "submit_estimate": issue_estimate,
    "require_consent": issue_estimate,
}


def issue_papers(job: Job, *, event: str, has_moved: bool, actor: Actor, now: datetime) -> None:
    """The papers that are due after a step; the job is as the step has left it."""
    if event in BY_STEP:
        BY_STEP[event](job, actor, now)
    if has_moved and job.status in SETTLED:
        issue_settlement(job, actor, now)
        if job.status == states.READY:
            issue_quality(job, actor, now)


def issue_authorisation(paper: Authorisation, *, actor: Actor, now: datetime) -> Document:
    """The authorisation that was just signed for a job."""
    assert paper.job is not None
    what = replace(about(paper.job), subject=public_id("aut", paper.pk))
    return issue(DocumentKind.AUTHORISATION, what, freeze_authorisation(paper.job, paper), actor=actor, now=now)


@command
def issue_loan_agreement(*, job_id: UUID, loan: LoanFacts, actor: Actor, now: datetime) -> Document:
    """The courtesy-car agreement, at the hand-over of the car and again at its return; for who keeps the pool."""
    lock_job(job_id=job_id)
    job = Job.objects.select_related(*RELATED).get(pk=job_id)
    what = replace(about(job), subject=loan.subject)
    return issue(DocumentKind.LOAN, what, freeze_loan(job, loan), actor=actor, now=now)


@command
def issue_award(*, award: AwardFacts, actor: Actor, now: datetime) -> Document:
    """The certificate of honour; for who keeps the points."""
    what = About(subject=award.subject, base=award.base)
    return issue(DocumentKind.AWARD, what, freeze_award(award), actor=actor, now=now)
