"""What a book may ask about its tenant's people."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from events.commands import question
from tenants.people.models import Membership


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member, as the tenant's own pages and mails may name it."""

    id: UUID
    name: str
    email: str
    language: str
    roles: frozenset[str]


@question
def ask_colleagues(*, tenant_id: UUID, roles: Collection[str]) -> tuple[Colleague, ...]:
    """The tenant's active members who hold one of `roles`, by name."""
    rows = Membership.objects.filter(
        tenant_id=tenant_id, is_active=True, user__is_active=True, roles__overlap=sorted(roles)
    ).select_related("user")
    return tuple(
        Colleague(
            id=row.user_id,
            name=row.user.get_full_name(),
            email=row.user.email,
            language=row.user.language,
            roles=frozenset(row.roles),
        )
        for row in rows.order_by("user__name", "pk")
    )
