"""The simulation's loop: rounds over all open jobs until nothing moves any more."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID

from django.core.exceptions import ValidationError

from config import clock
from config.simulation import stages
from config.simulation.cast import Cast
from dispatch.models import Leg
from dispatch.services import assigning, offers
from repair import states
from repair.models import Job
from repair.services.printing import print_due
from tenants.actors import StaffRole, system_actor
from tenants.refusals import Refused

logger = logging.getLogger(__name__)
JobStep = Callable[[Job, Cast, datetime], None]
LegStep = Callable[[Leg, Cast, datetime], None]
CHUNK = 200
PRINTED_A_ROUND = 5_000
QUIET_ROUNDS, PAUSE_S = 3, 0.5

LEG_STEPS: dict[str, LegStep] = {
    "offered": stages.answer_offer,
    "accepted": stages.call_customer,
    "contacted": stages.drive_on,
    "under_way": stages.arrive,
}
JOB_STEPS: dict[str, JobStep] = {
    states.AT_PICKUP: stages.at_pickup,
    states.PICKUP_FAILED: stages.pickup_failed,
    states.IN_CUSTODY: stages.in_custody,
    states.AT_WORKSHOP: stages.at_workshop,
    states.ESTIMATING: stages.estimating,
    states.AWAITING_APPROVAL: stages.decide,
    states.SENT_BACK: stages.send_back_answer,
    states.REJECTED: stages.rejected,
    states.APPROVED: stages.approved,
    states.PART_APPROVED: stages.approved,
    states.WAITING_PARTS: stages.start_work,
    states.IN_REPAIR: stages.in_repair,
    states.CONSENT_REQUIRED: stages.decide,
    states.QC: stages.inspect,
    states.REWORK: stages.resume,
    states.STOPPED: stages.stopped,
    states.READY: stages.ready,
    states.AT_RETURN: stages.at_return,
    states.RETURN_FAILED: stages.return_failed,
    states.REFUSED: stages.refused,
    states.DELIVERED: stages.delivered,
    states.PRE_CHECK: stages.pre_check,
    states.AT_STATION: stages.at_station,
    states.FAILED: stages.station_failed,
    states.DOCUMENTS_IN: stages.documents_in,
    states.AT_OFFICE: stages.at_office,
    states.PAID: stages.papers,
    states.OFFICE_REFUSED: stages.papers,
    states.ORDERED: stages.parts_ordered,
}


@dataclass(slots=True)
class Report:
    """What happened: actions done, actions refused with their reasons, and where every job stands."""

    actions: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    standing: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Simulation:
    """One run. `speed` is actions a second; 0 is as fast as it goes."""

    speed: float
    progress: Callable[[str], None]
    cast: Cast = field(default_factory=Cast)
    report: Report = field(default_factory=Report)
    started: float = field(default_factory=time.monotonic)

    def run(self, *, rounds: int = 60) -> Report:
        """Round after round, until a few have moved nothing: a worker may have named somebody behind the last one's back."""
        quiet = 0
        for number in range(1, rounds + 1):
            before = self.report.actions
            self.dispatch()
            self.step_legs()
            self.step_jobs()
            self.print_papers()
            self.close_rated()
            moved = self.report.actions - before
            self.progress(f"round {number}: {moved} actions, {self.describe()}")
            quiet = 0 if moved else quiet + 1
            if quiet == QUIET_ROUNDS:
                break
            if quiet:
                time.sleep(PAUSE_S)
        self.report.standing = Counter(Job.objects.values_list("status", flat=True))
        return self.report

    def dispatch(self) -> None:
        """Name agents, and hold the legs out to them now rather than at their windows."""
        self.report.actions += assigning.solve(now=clock.now()).assigned
        self.find_bays()
        waiting = list(Leg.objects.filter(status="assigned").values_list("pk", flat=True))
        for chunk in chunks(waiting):
            self.act(partial(self.hold_out, chunk))

    def find_bays(self) -> None:
        """A vehicle that no workshop has a bay for on its day is fetched on another; its tenant agrees."""
        jobs = Job.objects.filter(
            status__in=[states.ACKNOWLEDGED, states.ARRIVED], kind__in=states.WITH_WORKSHOP.split(), agent__isnull=False,
            visit__isnull=False, visit__workshop__isnull=True,
        )  # fmt: skip
        for job in jobs.order_by("visit_id", "pk").distinct("visit_id"):
            self.act(partial(stages.another_day, job, self.cast, clock.now()))

    def hold_out(self, leg_ids: list[UUID]) -> None:
        """Open the offers of these legs, as a dispatcher."""
        actor = self.cast.staff(StaffRole.DISPATCHER)
        self.count(offers.open_offers(leg_ids=leg_ids, actor=actor, now=clock.now()))

    def count(self, done: int) -> None:
        """Actions of a bulk service beyond the first."""
        self.report.actions += max(0, done - 1)

    def step_legs(self) -> None:
        """Every leg one step, in the order of the way, so that a round carries a leg to the door."""
        for status, step in LEG_STEPS.items():
            for leg in Leg.objects.filter(status=status).order_by("window_start", "pk"):
                if leg.kind == Leg.Kind.ERRAND and status == "contacted":
                    continue  # the agent's next step is to take the papers
                self.act(partial(step, leg, self.cast, clock.now()))

    def step_jobs(self) -> None:
        """Every job one step."""
        keys = list(Job.objects.exclude(status__in=states.JOB.ended).order_by("pk").values_list("pk", flat=True))
        for key in keys:
            job = Job.objects.select_related("visit").get(pk=key)
            step = self.step_for(job)
            if step is not None and job.held_since is None:
                self.act(partial(step, job, self.cast, clock.now()))

    @staticmethod
    def step_for(job: Job) -> JobStep | None:
        """What its person does next; None while somebody else must move first."""
        if job.kind == Job.Kind.VIOLATION and job.status == states.CONTACTED:
            return stages.violation_contacted
        if job.kind == Job.Kind.PARTS and job.status == states.ACKNOWLEDGED and job.visit_id is None:
            return stages.parts_wanted
        if job.kind == Job.Kind.PARTS and job.status == states.ARRIVED and job.visit_id is None:
            return stages.parts_arrived
        return JOB_STEPS.get(job.status)

    @staticmethod
    def print_papers() -> None:
        """What a worker would print; where one runs it has done most of it."""
        print_due(now=clock.now(), limit=PRINTED_A_ROUND)

    def close_rated(self) -> None:
        """J18 for all that are rated or were asked three times."""
        rated = list(Job.objects.filter(status__in=[states.RATED, states.NOT_RATED]).values_list("pk", flat=True))
        for chunk in chunks(rated):
            self.act(partial(stages.close, chunk, clock.now(), system_actor("close")))

    def act(self, call: Callable[[], None]) -> None:
        """Do one thing; a refusal is counted with its reason and the world goes on."""
        self.pace()
        try:
            call()
        except (Refused, ValidationError) as error:
            self.report.refusals[str(getattr(error, "message", error))] += 1
            logger.info("Refused: %s", error)
        else:
            self.report.actions += 1

    def pace(self) -> None:
        """Wait until the next action is due."""
        if self.speed > 0:
            due = self.started + self.report.actions / self.speed
            time.sleep(max(0.0, due - time.monotonic()))

    def describe(self) -> str:
        """Open and ended jobs now."""
        counts = Counter(Job.objects.values_list("status", flat=True))
        done = sum(counts[state] for state in (*states.JOB.ended, states.DELIVERED, states.RATED, states.NOT_RATED))
        return f"{done} of {sum(counts.values())} delivered or ended"


def chunks(keys: list[UUID]) -> Iterator[list[UUID]]:
    """Lists of at most CHUNK."""
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]
