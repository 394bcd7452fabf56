"""A small world for the repair desk: two agents, two workshops, the quality standard, an authorisation; and people who act."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from config.demo.workshops import seed_standards
from dispatch.models import Agent, Area, Leg, LicenceRule, Shift
from dispatch.services import driving, offers
from dispatch.services.assigning import reassign_leg
from events.ids import new_id
from repair.events import PhotoTold
from repair.models import Authorisation, Complaint, Estimate, Job, Visit, Workshop
from repair.requests import ComplaintDraft, EstimateLineDraft, JobLine, LineChoice
from repair.services import approving, collecting, complaining, errands, inspecting, opening, returning, working
from repair.services.collecting import ReportDraft
from repair.services.returning import Given
from tenants.actors import Actor, StaffRole, system_actor
from tenants.models import Tenant
from tenants.people.models import StaffMembership, User
from tenants.people.seed import ensure_staff, ensure_user

VINS = ("LVBV3PBB6SA071322", "LSVNV2182E2100001", "LJ12EKR15F4000002")
SHOTS = ("front", "rear", "left", "right", "dashboard", "interior")
SITE = (31.2617, 121.6172)
OFFICE = (31.2001, 121.6102)
SYSTEM = system_actor("test")


def staff(role: StaffRole, *, name: str = "", workshop_id: UUID | None = None) -> Actor:
    """One of the operator's people."""
    return Actor(
        kind="user",
        id=name or role.value,
        name=name or role.value,
        staff_roles=frozenset({role.value}),
        workshop_id=workshop_id,
    )


def member(tenant: Tenant, *roles: str, name: str = "王晨") -> Actor:
    """A person of a tenant."""
    return Actor(
        kind="user", id=f"{tenant.slug}-{name}", name=name, tenant=tenant, roles=frozenset(roles or ("fleet_manager",))
    )


def report(**changes: Any) -> ReportDraft:
    """A complete condition report."""
    full = ReportDraft(
        odometer_km=48_210, energy_percent=60, keys=2, shots={name: f"file-{name}" for name in SHOTS},
        customer_name="赵师傅", agent_signature="agent", customer_signature="customer",
        items={"driving_licence": True, "etc_unit": True, "tools": True}, valuables=["行车记录仪"],
    )  # fmt: skip
    return replace(full, **changes)


def given(**changes: Any) -> Given:
    """What a workshop gives, with a photo of each shot."""
    shots = [PhotoTold(file_id=new_id(), shot=name, sha256="0" * 64) for name in SHOTS[:5]]
    full: dict[str, Any] = {"odometer_km": 48_230, "keys": 2, "things": ("settlement",), "shots": shots}
    return Given(**full | changes)


def draft(amount_fen: int = 30_000, *, kind: str = "labour", text: str = "更换前制动片") -> EstimateLineDraft:
    return EstimateLineDraft(kind=kind, text=text, amount_fen=amount_fen)


@dataclass
class World:
    """The desk's people and what they do; `now` goes on by a minute with each step."""

    tenant: Tenant
    now: datetime
    li: Agent
    wu: Agent
    north: Workshop
    south: Workshop
    orders: int = 0
    dsp: Actor = field(default_factory=lambda: staff(StaffRole.DISPATCHER, name="周敏"))
    cc: Actor = field(default_factory=lambda: staff(StaffRole.CUSTOMER_SERVICE))
    qc: Actor = field(default_factory=lambda: staff(StaffRole.INSPECTOR, name="吴建国"))
    clm: Actor = field(default_factory=lambda: staff(StaffRole.CLAIMS))

    @property
    def ten(self) -> Actor:
        return member(self.tenant)

    def ws(self, job: Job | None = None) -> Actor:
        """The reception of the job's workshop (or the north one)."""
        workshop_id = job.workshop_id if job is not None and job.workshop_id else self.north.pk
        return staff(StaffRole.WORKSHOP, name="接待", workshop_id=workshop_id)

    def agent(self, agent: Agent | None = None) -> Actor:
        """An agent with his own account."""
        chosen = agent or self.li
        return Actor(
            kind="user", id=str(chosen.user_id), name=chosen.name, staff_roles=frozenset({StaffRole.AGENT.value})
        )

    def tick(self, **delta: int) -> datetime:
        """Time goes on."""
        self.now += timedelta(**(delta or {"minutes": 1}))
        return self.now

    def technician_of(self, workshop: Workshop) -> User:
        """Who repairs there."""
        return StaffMembership.objects.get(workshop_id=workshop.pk).user

    def technician(self, job: Job) -> str:
        """The user id of who repairs this job."""
        return str(self.technician_of(fresh(job).workshop or self.north).pk)

    # --- orders ---------------------------------------------------------------------------------------------------

    def line(self, **changes: Any) -> JobLine:
        """A clean line; each has a reference of its own."""
        self.orders += 1
        start = self.now + timedelta(hours=1)
        values: dict[str, Any] = {
            "external_ref": f"T-{self.orders:04d}", "vin": VINS[0], "plate": "沪A12345", "model": "福田 奥铃",
            "vehicle_class": "light_truck", "transmission": "manual", "service": "repair", "description": "刹车异响",
            "site_code": "SH-JQ", "address": "上海市浦东新区金桥路1号", "lat": SITE[0], "lng": SITE[1], "contact": "赵师傅",
            "phone": "13800000000", "window_start": start, "window_end": start + timedelta(hours=2),
        }  # fmt: skip
        return JobLine(**{**values, **changes})

    def open(
        self, *lines: JobLine, actor: Actor | None = None, tenant: Tenant | None = None, **kwargs: Any
    ) -> list[Job]:
        """Open jobs; in the order of the lines."""
        owner = tenant or self.tenant
        opened = opening.open_jobs(
            tenant_id=owner.pk,
            lines=lines,
            channel="portal",
            batch_id=None,
            actor=actor or member(owner),
            now=self.tick(),
            **kwargs,
        )
        jobs = {job.order_id: job for job in Job.objects.filter(order_id__in=[item.order_id for item in opened])}
        return [jobs[item.order_id] for item in opened]

    def order(self, **changes: Any) -> Job:
        """One job."""
        return self.open(self.line(**changes))[0]

    # --- legs -----------------------------------------------------------------------------------------------------

    def leg(self, job: Job, kind: str = "pickup") -> Leg:
        """The job's newest leg of a kind."""
        found = Leg.objects.filter(purpose_id=job.visit_id or job.pk, kind=kind).order_by("pk").last()
        assert found is not None
        return found

    def name(self, job: Job, *, kind: str = "pickup", agent: Agent | None = None) -> Job:
        """A dispatcher names an agent; the offer is held out."""
        leg = self.leg(job, kind)
        reassign_leg(leg_id=leg.pk, agent_id=(agent or self.li).pk, reason="nearest", actor=self.dsp, now=self.tick())
        if Leg.objects.get(pk=leg.pk).status == "assigned":
            offers.open_offers(leg_ids=[leg.pk], actor=SYSTEM, now=self.tick())
        return fresh(job)

    def accept(self, job: Job, kind: str = "pickup") -> Job:
        offers.accept_offer(leg_id=self.leg(job, kind).pk, actor=self.driver(job, kind), now=self.tick(seconds=20))
        return fresh(job)

    def contact(self, job: Job, kind: str = "pickup") -> Job:
        driving.contact(leg_id=self.leg(job, kind).pk, actor=self.driver(job, kind), now=self.tick())
        return fresh(job)

    def drive(self, job: Job, kind: str = "pickup") -> Job:
        """Set out (a return sets out with the hand-over) and arrive."""
        leg = self.leg(job, kind)
        if leg.status == "contacted":
            driving.set_out(leg_id=leg.pk, actor=self.driver(job, kind), now=self.tick())
        driving.arrive(leg_id=leg.pk, actor=self.driver(job, kind), now=self.tick())
        return fresh(job)

    def driver(self, job: Job, kind: str = "pickup") -> Actor:
        """Who has the leg."""
        agent = self.leg(job, kind).agent
        assert agent is not None
        return self.agent(agent)

    def to_pickup(self, job: Job, *, agent: Agent | None = None, kind: str = "pickup") -> Job:
        """From acknowledged to the customer's door."""
        self.name(job, agent=agent, kind=kind)
        self.accept(job, kind)
        self.contact(job, kind)
        return self.drive(job, kind)

    # --- the way --------------------------------------------------------------------------------------------------

    def collect(self, job: Job, **changes: Any) -> Job:
        """Both sign; the vehicle is ours."""
        assert job.visit_id is not None
        collecting.take_custody(
            visit_id=job.visit_id, report=report(**changes), actor=self.driver(job), now=self.tick()
        )
        return fresh(job)

    def in_custody(self, **changes: Any) -> Job:
        return self.collect(self.to_pickup(self.order(**changes)))

    def receive(self, job: Job, odometer_km: int = 48_220) -> Job:
        assert job.visit_id is not None
        collecting.receive_vehicle(visit_id=job.visit_id, odometer_km=odometer_km, actor=self.ws(job), now=self.tick())
        return fresh(job)

    def estimate(self, job: Job, *lines: EstimateLineDraft) -> Estimate:
        """Start (when it is due) and submit a version."""
        if fresh(job).status == "at_workshop":
            working.start_estimate(job_id=job.pk, actor=self.ws(job), now=self.tick())
        return working.submit_estimate(job_id=job.pk, lines=lines or [draft()], actor=self.ws(job), now=self.tick())

    def awaiting_approval(self, *lines: EstimateLineDraft, **changes: Any) -> Job:
        job = self.receive(self.in_custody(**changes))
        self.estimate(job, *lines)
        return fresh(job)

    def decide(
        self,
        job: Job,
        decision: Any = "approve",
        *,
        choices: Iterable[LineChoice] = (),
        reason: str = "",
        actor: Actor | None = None,
    ) -> Estimate:
        version = Estimate.objects.filter(job=job).order_by("-version").values_list("version", flat=True)[0]
        return approving.decide_estimate(
            tenant_id=job.tenant_id, order_id=job.order_id, version=version, decision=decision, choices=list(choices),
            reason=reason, actor=actor or self.ten, now=self.tick(),
        )  # fmt: skip

    def in_repair(self, *lines: EstimateLineDraft, **changes: Any) -> Job:
        job = self.awaiting_approval(*lines, **changes)
        if job.status == "awaiting_approval":
            self.decide(job)
        working.start_repair(job_id=job.pk, technician=self.technician(job), actor=self.ws(job), now=self.tick())
        return fresh(job)

    def inspect(self, job: Job, *, fails: str = "", actor: Actor | None = None) -> Any:
        items = inspecting.standard_for(job, self.now).items
        results = {item["code"]: "fail" if item["code"] == fails else "ok" for item in items}
        return inspecting.inspect(job_id=job.pk, results=results, remarks="", actor=actor or self.qc, now=self.tick())

    def ready(self, **changes: Any) -> Job:
        job = self.in_repair(**changes)
        working.finish_repair(job_id=job.pk, actor=self.ws(job), now=self.tick())
        self.inspect(job)
        return fresh(job)

    def plan_return(self, job: Job) -> Job:
        assert job.visit_id is not None
        returning.plan_return(visit_id=job.visit_id, actor=self.agent(), now=self.tick())
        return fresh(job)

    def to_door(self, job: Job) -> Job:
        """From awaiting return to the customer's door."""
        assert job.visit_id is not None
        self.name(job, kind="return")
        self.accept(job, "return")
        self.contact(job, "return")
        giver = (
            self.ws(job) if job.workshop_id else self.driver(job, "return")
        )  # from the station the agent comes himself
        self.give(job, actor=giver)
        return self.drive(job, "return")

    def give(self, job: Job, *, actor: Actor | None = None, **changes: Any) -> Job:
        """The workshop hands the vehicle over; from the station the agent brings it himself."""
        assert job.visit_id is not None
        giver = actor or self.ws(job)
        answer = given(**changes) if job.workshop_id else None
        returning.hand_over(visit_id=job.visit_id, given=answer, actor=giver, now=self.tick())
        return fresh(job)

    def deliver(self, job: Job, **changes: Any) -> Job:
        assert job.visit_id is not None
        values = {"odometer_km": 48_260, **changes}
        returning.deliver(
            visit_id=job.visit_id, report=report(**values), actor=self.driver(job, "return"), now=self.tick()
        )
        return fresh(job)

    def delivered(self, **changes: Any) -> Job:
        return self.deliver(self.to_door(self.plan_return(self.ready(**changes))))

    def complain(self, *jobs: Job, tenant: Tenant | None = None, **changes: Any) -> Complaint:
        """Somebody of the tenant is not content with these."""
        owner = tenant or self.tenant
        draft = ComplaintDraft(**{"source": "phone", "text": "车门有划痕", **changes})
        return complaining.file_complaint(
            tenant_id=owner.pk,
            order_ids=[job.order_id for job in jobs],
            draft=draft,
            actor=member(owner),
            now=self.tick(),
        )

    def at_station(self, **changes: Any) -> Job:
        """An inspection at the station."""
        job = self.in_custody(**{"service": "inspection", **changes})
        errands.start_pre_check(job_id=job.pk, actor=self.agent(), now=self.tick())
        findings = {"fines_cleared": True, "cover_valid": True, "licence_on_board": True}
        errands.go_to_station(job_id=job.pk, findings=findings, actor=self.agent(), now=self.tick())
        return fresh(job)


def fresh(job: Job) -> Job:
    """The job as it stands in the database."""
    return Job.objects.get(pk=job.pk)


def visit_of(job: Job) -> Visit:
    return Visit.objects.get(jobs=job)


def build_world(tenant: Tenant, now: datetime) -> World:
    """Make everything that the desk needs before the first order."""
    area = Area.objects.create(code="JQ", name="金桥", lat=SITE[0], lng=SITE[1], radius_m=15_000)
    for vehicle_class in ("small_car", "light_van", "light_truck"):
        LicenceRule.objects.get_or_create(
            vehicle_class=vehicle_class,
            defaults={"licences": ["C1", "B2", "A2"], "valid_from": now.date() - timedelta(days=900)},
        )
    seed_standards()
    north, south = make_workshop("北厂", 31.27, 121.61), make_workshop("南厂", 31.18, 121.59)
    Authorisation.objects.create(
        tenant=tenant, job=None, valid_from=now - timedelta(days=10), valid_until=now + timedelta(days=400), signers=["王晨"],
        signed_at=now - timedelta(days=10),
    )  # fmt: skip
    return World(
        tenant=tenant,
        now=now,
        li=make_agent("李师傅", area, now),
        wu=make_agent("吴师傅", area, now),
        north=north,
        south=south,
    )


def make_agent(name: str, area: Area, now: datetime) -> Agent:
    """Fit for everything, on shift around the clock for some days."""
    user = ensure_user(email=f"{name.encode().hex()}@baylink.example", name=name)
    agent = Agent.objects.create(
        user=user, name=name, phone="13900000000", lat=SITE[0] + 0.01, lng=SITE[1], licence="A2",
        licence_expires_on=now.date() + timedelta(days=900), in_trade_since=now.date() - timedelta(days=900),
        trained_until=now.date() + timedelta(days=900), load=50,
    )  # fmt: skip
    agent.areas.add(area)
    for day in range(-1, 12):
        start = now + timedelta(days=day, hours=-1)
        Shift.objects.create(agent=agent, starts_at=start, ends_at=start + timedelta(hours=24))
    return agent


def make_workshop(name: str, lat: float, lng: float, **changes: Any) -> Workshop:
    values: dict[str, Any] = {
        "address": f"上海市{name}路1号", "lat": lat, "lng": lng, "bays": 5,
        "services": ["maintenance", "repair", "claim", "parts"], "classes": ["small_car", "light_van", "light_truck"],
    }  # fmt: skip
    workshop = Workshop.objects.create(name=name, **{**values, **changes})
    person = ensure_user(email=f"tech-{name.encode().hex()}@baylink.example", name=f"{name} 技师")
    ensure_staff(user=person, roles=("workshop",), workshop_id=workshop.pk)
    return workshop
