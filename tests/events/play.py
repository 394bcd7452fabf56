"""Two tenants, their people and the operator's, and what was done and refused so far."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.http import Http404

from config import clock
from config.simulation.cast import Cast
from dispatch.errors import DispatchError
from dispatch.models import Leg
from events.machine import TransitionError
from fleet.errors import FleetError
from fleet.models import Batch
from repair import states
from repair.models import Job
from tenants.actors import Actor, system_actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.world import member, sample_rows, staff, tenant_of

REFUSALS = (
    TransitionError, ValidationError, PermissionDenied, Http404, FleetError, DispatchError, ObjectDoesNotExist,
)  # fmt: skip
PEOPLE = {"acme": "manager@acme.example", "pacific": "claims@pacific.example"}
SYSTEM = system_actor("test")
Row = dict[str, str]
Operation = Callable[["Play", int, int], None]
OPERATIONS: dict[str, Operation] = {}


def operation(function: Operation) -> Operation:
    """Keep it by its name."""
    OPERATIONS[function.__name__] = function
    return function


@dataclass
class Play:
    """The two tenants, their people, and what was done and refused so far."""

    tenants: list[Tenant] = field(default_factory=lambda: [tenant_of(slug) for slug in PEOPLE])
    cast: Cast = field(default_factory=Cast)
    samples: list[Row] = field(default_factory=sample_rows)
    sent: list[tuple[Tenant, Row]] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.managers = {slug: member(email) for slug, email in PEOPLE.items()}
        self.dispatcher = staff("dispatcher@baylink.example")
        self.inspector = staff("inspector@baylink.example")
        self.service = staff("service@baylink.example")
        self.claims = staff("claims@baylink.example")

    @property
    def now(self) -> datetime:
        return clock.now()

    def run(self, name: str, a: int, b: int) -> None:
        """One operation; what is refused is counted."""
        try:
            OPERATIONS[name](self, a, b)
        except REFUSALS as error:
            self.refused[f"{name}: {type(error).__name__}"] += 1
        else:
            self.done[name] += 1

    def manager(self, tenant: Tenant) -> Actor:
        return self.managers[tenant.slug]

    @contextmanager
    def inside(self, tenant: Tenant) -> Iterator[dict[str, Any]]:
        """One stay in a tenant, with its manager and the hour for one service."""
        with tenant_context(tenant):
            yield {"actor": self.manager(tenant), "now": self.now}

    def job(self, number: int, *, ended: bool = False) -> Job:
        """One of the jobs, in the order of their numbers. Raises Job.DoesNotExist."""
        jobs = Job.objects.select_related("visit").order_by("number")
        found = list(jobs if ended else jobs.exclude(status__in=states.JOB.ended))
        if not found:
            raise Job.DoesNotExist
        return found[number % len(found)]

    def first_that_may(self, number: int, act: Callable[[Job], Any]) -> None:
        """Do it with the first job from there on that is not refused; raises the last refusal when all are."""
        jobs = list(Job.objects.select_related("visit").order_by("number"))
        last: Exception = Job.DoesNotExist()
        for index in range(len(jobs)):
            try:
                act(jobs[(number + index) % len(jobs)])
            except REFUSALS as error:
                last = error
            else:
                return
        raise last

    def leg(self, number: int, *statuses: str) -> Leg:
        """One of the legs in these states. Raises Leg.DoesNotExist."""
        found = list(Leg.objects.filter(status__in=statuses).order_by("label", "kind", "window_start"))
        if not found:
            raise Leg.DoesNotExist
        return found[number % len(found)]

    def batch(self, tenant: Tenant, number: int) -> Batch:
        """One of the tenant's batches. Raises Batch.DoesNotExist."""
        with tenant_context(tenant):
            found = list(Batch.objects.order_by("created_at"))
        if not found:
            raise Batch.DoesNotExist
        return found[number % len(found)]

    def tenant_of(self, job: Job) -> Tenant:
        return next(tenant for tenant in self.tenants if tenant.pk == job.tenant_id)
