"""What the repair desk does when a leg moves (the jobs of its visit follow, and tenants hear of it) and when a step costs."""

from collections.abc import Sequence

from dispatch.clocks import stop_clocks
from dispatch.events import LegAssigned, LegMoved, LegUnassigned
from dispatch.models import LegKind
from events.commands import Recorded, tell
from events.listening import listens
from repair import states
from repair.events import AuthorisationSigned, JobMoved, OrderAgentNamed, OrderWindowsOffered
from repair.ids import order_ref
from repair.locking import lock_purposes
from repair.models import Authorisation, Job
from repair.services.choosing import ensure_workshops
from repair.services.costing import COSTING, rate_jobs
from repair.services.following import assign_jobs, follow, require_place, tell_agent
from repair.services.papers import BY_STEP, RELATED, SETTLED, issue_authorisation, issue_papers
from repair.telling import move_many


@listens(LegAssigned)
def name_agents(facts: Sequence[Recorded]) -> None:
    """J4: an agent for the pickup (or errand), and a workshop; a return leg's agent is told alone."""
    visits, jobs = lock_purposes(item.fact.purpose_id for item in facts)
    first = [item for item in facts if item.fact.kind != LegKind.RETURN]
    wanted = {item.fact.purpose_id: visits[item.fact.purpose_id] for item in first if item.fact.purpose_id in visits}
    because = {job.pk: item for item in facts for job in jobs.get(item.fact.purpose_id, [])}
    ensure_workshops(visits=wanted, jobs=jobs, because=because)
    for item in facts:
        mine = jobs.get(item.fact.purpose_id, [])
        if item.fact.kind != LegKind.RETURN:
            visit = visits.get(item.fact.purpose_id)
            assign_jobs(mine, visit, agent_id=item.fact.agent_id, actor=item.actor, now=item.occurred_at)
        for job in mine:
            if job.status in states.ACTIVE:
                tell_agent(job, item.fact, because=item)
    named = [job.pk for item in first for job in jobs.get(item.fact.purpose_id, [])]
    stop_clocks(kind="dispatch", subject_ids=named, now=facts[0].occurred_at)


@listens(LegMoved)
def follow_legs(facts: Sequence[Recorded]) -> None:
    """J5 to J7 follow the pickup leg; J16c follows the return leg. Nobody sets out before J4 has named a workshop."""
    visits, jobs = lock_purposes(item.fact.purpose_id for item in facts)
    for item in facts:
        mine = jobs.get(item.fact.purpose_id, [])
        if item.fact.event == "set_out" and item.fact.kind == LegKind.PICKUP:
            require_place(mine, visits.get(item.fact.purpose_id))
        if item.fact.kind != LegKind.RETURN:
            follow(item.fact.event, mine, actor=item.actor, now=item.occurred_at)
        elif item.fact.event == "arrive":
            arriving = [job for job in mine if job.status == states.RETURNING]
            move_many(arriving, "arrive_return", actor=item.actor, now=item.occurred_at)


@listens(LegUnassigned)
def lose_agents(facts: Sequence[Recorded]) -> None:
    """J4b: nobody is left for the window; other windows are offered to the customer."""
    _visits, jobs = lock_purposes(item.fact.purpose_id for item in facts)
    for item in facts:
        mine = jobs.get(item.fact.purpose_id, [])
        back = [job for job in mine if job.status in states.NAMED.split()]
        if item.fact.kind != LegKind.RETURN:
            lost = [job for job in mine if job.status in states.BEFORE_CUSTODY.split()]
            Job.objects.filter(pk__in=[job.pk for job in lost]).update(agent_id=None)
            move_many(back, "unassign", actor=item.actor, now=item.occurred_at, note=item.fact.reason)
            stop_clocks(kind="contact", subject_ids=[job.pk for job in back], now=item.occurred_at)
        offer_windows(item, [job for job in mine if job.status in states.ACTIVE], back)


def offer_windows(item: Recorded, jobs: Sequence[Job], had_agent: Sequence[Job]) -> None:
    """Take back the agent's name, and offer what there is."""
    named = {job.pk for job in had_agent}
    for job in jobs:
        ref = order_ref(job.order_id)
        if job.pk in named or item.fact.kind == LegKind.RETURN:
            gone = OrderAgentNamed(
                subject=ref, order_id=job.order_id, leg=item.fact.kind, agent_name="", agent_phone="", planned_at=None
            )
            tell(job.tenant_id, gone, because=item)
        if item.fact.windows:
            offered = OrderWindowsOffered(subject=ref, order_id=job.order_id, windows=item.fact.windows)
            tell(job.tenant_id, offered, because=item)


@listens(JobMoved)
def rate_steps(facts: Sequence[Recorded]) -> None:
    """What a job costs is known as soon as it has happened, and before a paper lists it."""
    because = {item.fact.job_id: item for item in facts if item.fact.event in COSTING}
    if because:
        rate_jobs(because, now=facts[0].occurred_at, because=because)


@listens(JobMoved)
def make_out_papers(facts: Sequence[Recorded]) -> None:
    """The papers that are due after these steps; the jobs are locked by who moved them."""
    due = [item for item in facts if item.fact.event in BY_STEP or (moved(item) and item.fact.after in SETTLED)]
    keys = {item.fact.job_id for item in due}
    jobs = {job.pk: job for job in Job.objects.filter(pk__in=keys).select_related(*RELATED)} if keys else {}
    for item in due:
        issue_papers(
            jobs[item.fact.job_id], event=item.fact.event, has_moved=moved(item), actor=item.actor, now=item.occurred_at
        )


def moved(item: Recorded) -> bool:
    """Whether the step changed the state."""
    return bool(item.fact.after != item.fact.before)


@listens(AuthorisationSigned)
def make_out_authorisations(facts: Sequence[Recorded]) -> None:
    """The paper of each authorisation that was signed for a job; a standing one is the tenant's own."""
    for item in facts:
        if item.fact.job_id is not None:
            paper = Authorisation.objects.select_related(*(f"job__{name}" for name in RELATED)).get(
                pk=item.fact.authorisation_id
            )
            issue_authorisation(paper, actor=item.actor, now=item.occurred_at)
