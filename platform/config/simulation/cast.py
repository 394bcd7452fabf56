"""Who acts: the operator's own people and the tenants' approvers, as the services see them."""

import hashlib
from functools import cache
from uuid import UUID

from config.simulation.pictures import Pictures
from dispatch.models import Agent
from repair.models import Job
from tenants.actors import Actor, StaffRole
from tenants.models import Tenant
from tenants.people.models import Membership, StaffMembership


class NobodyThere(LookupError):
    """The world has nobody for a role; `manage.py seed_demo` makes them."""


class Cast:
    """Finds each actor once."""

    def __init__(self) -> None:
        self.pictures = Pictures()
        self.staff = cache(self.find_staff)
        self.agent = cache(self.find_agent)
        self.workshop = cache(self.find_workshop)
        self.approver = cache(self.find_approver)

    def find_staff(self, role: StaffRole) -> Actor:
        """Somebody with this role at the desks."""
        row = (
            StaffMembership.objects.filter(roles__contains=[role.value], is_active=True)
            .select_related("user")
            .order_by("id")
            .first()
        )
        if row is None:
            raise NobodyThere(role)
        return staff_actor(row)

    def find_agent(self, agent_id: UUID) -> Actor:
        """The agent himself."""
        agent = Agent.objects.get(pk=agent_id)
        return Actor(
            kind="user", id=str(agent.user_id), name=agent.name, staff_roles=frozenset({StaffRole.AGENT.value})
        )

    def find_workshop(self, workshop_id: UUID) -> Actor:
        """The workshop's own reception."""
        row = (
            StaffMembership.objects.filter(workshop_id=workshop_id, is_active=True)
            .select_related("user")
            .order_by("id")
            .first()
        )
        if row is None:
            raise NobodyThere(f"workshop {workshop_id}")
        return staff_actor(row)

    def find_approver(self, tenant_id: UUID) -> Actor:
        """The tenant's person with the widest rights."""
        rows = Membership.objects.filter(tenant_id=tenant_id, is_active=True).select_related("user", "tenant")
        found = next((row for row in rows.order_by("id") if {"admin", "approver"} & set(row.roles)), None)
        if found is None:
            raise NobodyThere(f"approver of {tenant_id}")
        tenant: Tenant = found.tenant
        return Actor(
            kind="user",
            id=str(found.user_id),
            name=found.user.get_full_name(),
            tenant=tenant,
            roles=frozenset(found.roles),
        )


def staff_actor(row: StaffMembership) -> Actor:
    """A person at the desks."""
    return Actor(
        kind="user",
        id=str(row.user_id),
        name=row.user.get_full_name(),
        staff_roles=frozenset(row.roles),
        staff_id=row.pk,
        workshop_id=row.workshop_id,
    )


def happens(job: Job, what: str, percent: int) -> bool:
    """Whether `what` befalls this job: the same answer every time, for about `percent` of a hundred jobs."""
    digest = hashlib.sha256(f"{job.number}/{what}".encode()).digest()
    return int.from_bytes(digest[:4]) % 100 < percent
