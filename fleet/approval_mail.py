"""A mail to those who can approve, when an estimate begins to wait: it leads to the decision, which asks for sign-in.

It reads the log after commit. What was decided meanwhile is not asked for any more, so a reader that starts late writes to nobody
about what is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from config import clock
from events.delivering import reads_log
from events.models import Event
from fleet.approving.limits import Case
from fleet.models import OrderEstimate
from fleet.models.base import page_of
from fleet.selectors.authority import Authority
from fleet.selectors.orders import WAITING_FOR_YOU
from messages.services import keep_letter
from repair.events import OrderEstimated
from tenants.context import tenant_context
from tenants.hosts import tenant_url
from tenants.models import Tenant
from tenants.people.mailing import Letter
from tenants.people.selectors import Colleague
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
    people: Sequence[Colleague]  # who are asked


@reads_log("approval_mail")
def ask_approvers(events: Sequence[Event]) -> None:
    """One mail to each person who can approve the whole amount, once for each estimate."""
    told = [event for event in events if event.type == OrderEstimated.type]
    if not told:
        return
    tenant = Tenant.objects.get(pk=told[0].tenant_id)
    with tenant_context(tenant):
        waiting = find_waiting({event.seq for event in told}, Authority(tenant=tenant, now=clock.now(tenant)))
    for item in waiting:
        for person in item.people:
            keep_letter(write_letter(tenant, item, person))


def find_waiting(seqs: set[int], authority: Authority) -> list[Waiting]:
    """The estimates told under these numbers that still wait."""
    found = OrderEstimate.objects.filter(pk__in=seqs, decision="", order__status__in=WAITING_FOR_YOU)
    rows = list(found.select_related("order").order_by("pk"))
    cases = authority.cases(rows)
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
            people=people_to_ask(authority, cases[row.pk], row.total_fen),
        )
        for row in rows
    ]


def people_to_ask(authority: Authority, case: Case, amount_fen: int) -> Sequence[Colleague]:
    """Approvers and managers whose limit covers it; else administrators; else all who may at least cut or reject it."""
    able = authority.who_could(case, amount_fen)
    first = [person for person in able if FIRST_ASKED & person.roles]
    return first or able or [person for person in authority.people if FIRST_ASKED & person.roles]


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
