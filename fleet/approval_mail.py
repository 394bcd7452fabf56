"""A mail to those who can approve, when an estimate begins to wait: it leads to the decision, which asks for sign-in.

It reads the log after commit. What was decided meanwhile is not asked for any more, so a reader that starts late writes to nobody
about what is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from events.delivering import reads_log
from events.models import Event
from fleet.models import OrderEstimate
from fleet.models.base import page_of
from fleet.selectors.orders import WAITING_FOR_YOU
from fleet.selectors.settings import read_limits, roles_up_to
from messages.services import keep_letter
from repair.events import OrderEstimated
from tenants.context import tenant_context
from tenants.hosts import tenant_url
from tenants.models import Tenant
from tenants.people.mailing import Letter
from tenants.people.selectors import Colleague, ask_colleagues
from ui.formats import format_fen

FIRST_ASKED = frozenset(
    {"approver", "fleet_manager"}
)  # whoever may do everything is asked when nobody else can say yes


@dataclass(frozen=True, slots=True)
class Waiting:
    """An estimate that waits, as its mail tells it."""

    seq: int
    page: str
    facts: dict[str, object]
    roles: frozenset[str]  # whose limit covers it


@reads_log("approval_mail")
def ask_approvers(events: Sequence[Event]) -> None:
    """One mail to each person who can approve the whole amount, once for each estimate."""
    told = [event for event in events if event.type == OrderEstimated.type]
    if not told:
        return
    tenant = Tenant.objects.get(pk=told[0].tenant_id)
    with tenant_context(tenant):
        waiting = find_waiting({event.seq for event in told})
    for item in waiting:
        for person in people_to_ask(tenant.pk, item.roles):
            keep_letter(write_letter(tenant, item, person))


def find_waiting(seqs: set[int]) -> list[Waiting]:
    """The estimates told under these numbers that still wait."""
    limits = read_limits()
    rows = OrderEstimate.objects.filter(pk__in=seqs, decision="", order__status__in=WAITING_FOR_YOU)
    return [
        Waiting(
            seq=row.pk,
            page=page_of("estimate_decide", row.order.ref, row.version),
            facts={
                "number": row.order.number,
                "vehicle": f"{row.order.plate or row.order.vin} {row.order.model}".strip(),
                "amount": format_fen(amount_fen=row.total_fen),
                "before": format_fen(amount_fen=row.order.approved_fen) if row.order.approved_fen else "",
                "valid_until": row.valid_until,
                "is_supplement": row.is_supplement,
            },
            roles=roles_up_to(row.order.approved_fen + row.total_fen, limits),
        )
        for row in rows.select_related("order").order_by("pk")
    ]


def people_to_ask(tenant_id: UUID, roles: frozenset[str]) -> Sequence[Colleague]:
    """Approvers and managers whose limit covers it; else administrators; else all who may at least cut or reject it."""
    for asked in (roles & FIRST_ASKED, roles, FIRST_ASKED):
        found = ask_colleagues(tenant_id=tenant_id, roles=asked) if asked else ()
        if found:
            return found
    return ()


def write_letter(tenant: Tenant, item: Waiting, person: Colleague) -> Letter:
    """The mail to one person, in its language."""
    language = person.language or tenant.language
    with translation.override(language), timezone.override(tenant.time_zone):
        page = {**item.facts, "place": tenant.name, "link": tenant_url(tenant.slug, item.page), "language": language}
        return Letter(
            to=person.email,
            subject=_("%(number)s: %(amount)s waits for your approval") % item.facts,
            text=render_to_string("fleet/mail/approval.txt", page),
            html=render_to_string("fleet/mail/approval.html", page),
            language=language,
            key=f"approval:{tenant.pk}:{item.seq}:{person.id}",
        )
