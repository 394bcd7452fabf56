"""Mails about approvals beside the first one: an estimate was passed on, it was decided, somebody became a deputy.

It reads the log after commit. What was decided meanwhile is not asked for any more.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _l

from config import clock
from events.delivering import reads_log
from events.models import Event
from fleet import texts
from fleet.approval_mail import people_to_ask
from fleet.approving.events import ApprovalPassedOn, DelegationGiven
from fleet.models import Endorsement, OrderEstimate
from fleet.models.base import page_of
from fleet.selectors.authority import Authority
from fleet.selectors.orders import WAITING_FOR_YOU
from fleet.timeline import moment
from messages.services import keep_letter
from repair.events import OrderEstimateDecided
from tenants.context import tenant_context
from tenants.hosts import tenant_url
from tenants.models import Tenant
from tenants.people.mailing import Letter
from tenants.people.selectors import Colleague
from ui.formats import format_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A mail in lazy texts: to whom, what it says, and where it leads."""

    key: str
    people: Sequence[Colleague]
    subject: Any
    title: Any
    lines: Sequence[Any]
    link: str
    label: Any


@reads_log("approval_letters")
def write_letters(events: Sequence[Event]) -> None:
    """A mail to each person whom one of these events concerns, once."""
    makers = {
        ApprovalPassedOn.type: ask_next, OrderEstimateDecided.type: tell_endorsers, DelegationGiven.type: tell_deputy,
    }  # fmt: skip
    told = [event for event in events if event.type in makers]
    if not told:
        return
    tenant = Tenant.objects.get(pk=told[0].tenant_id)
    with tenant_context(tenant):
        authority = Authority(tenant=tenant, now=clock.now(tenant))
        notices = [notice for event in told for notice in makers[event.type](event, authority)]
    for notice in notices:
        for person in notice.people:
            keep_letter(write(tenant, notice, person))


def ask_next(event: Event, authority: Authority) -> Iterator[Notice]:
    """Who passed it on, how much it is, and what was said with it: to those who may approve it."""
    rows = OrderEstimate.objects.filter(order_id=UUID(event.data["order_id"]), version=event.data["estimate_version"])
    row = rows.filter(decision="", order__status__in=WAITING_FOR_YOU).select_related("order").first()
    if row is None:
        return
    case = authority.cases([row])[row.pk]
    amount = event.data["amount_fen"]
    people = [each for each in people_to_ask(authority, case, amount) if str(each.id) != event.actor_id]
    facts = {
        "who": event.actor_name,
        "number": row.order.number,
        "amount": format_fen(amount_fen=case.used_fen + amount),
        "vehicle": row.order.plate or row.order.vin,
    }
    yield Notice(
        key=f"passed:{event.seq}",
        people=people,
        subject=lazily(_l("{number}: {who} asks you to approve {amount}"), facts),
        title=lazily(_l("{who} would approve {amount} for {vehicle}, which is more than {who} may."), facts),
        lines=[event.data["note"]],
        link=page_of("estimate_decide", row.order.ref, row.version),
        label=_l("Look at it and decide"),
    )


def tell_endorsers(event: Event, authority: Authority) -> Iterator[Notice]:
    """What became of it: to those who have passed it on."""
    data = event.data
    rows = Endorsement.objects.filter(order_id=UUID(data["order_id"]), version=data["estimate_version"])
    wanted = set(rows.values_list("member_id", flat=True)) - {event.actor_id}
    if not wanted:
        return
    estimate = OrderEstimate.objects.select_related("order").get(
        order_id=UUID(data["order_id"]), version=data["estimate_version"]
    )
    facts = {
        "who": event.actor_name,
        "number": estimate.order.number,
        "what": texts.DECISIONS.get(data["decision"], data["decision"]),
        "vehicle": estimate.order.plate or estimate.order.vin,
    }
    yield Notice(
        key=f"decided:{event.seq}",
        people=[each for each in authority.people if str(each.id) in wanted],
        subject=lazily(_l("{number}: {what}"), facts),
        title=lazily(_l("{who} has decided what you passed on for {vehicle}: {what}."), facts),
        lines=[format_fen(amount_fen=data["approved_fen"]) if data["approved_fen"] else "", data["reason"].strip("-")],
        link=estimate.order.get_absolute_url(),
        label=_l("See the order"),
    )


def tell_deputy(event: Event, authority: Authority) -> Iterator[Notice]:
    """For whom, from when until when: to the deputy."""
    data = event.data
    facts = {"principal": data["principal"]}
    most = data["up_to_fen"]
    yield Notice(
        key=f"deputy:{event.seq}",
        people=[each for each in authority.people if str(each.id) == data["deputy_id"]],
        subject=lazily(_l("You stand in for {principal}"), facts),
        title=lazily(_l("You decide on estimates for {principal}, within the limits of {principal}."), facts),
        lines=[
            Span(data["starts_at"], data["ends_at"]),
            lazily(_l("At most {amount} for one order."), {"amount": format_fen(amount_fen=most)})
            if most is not None
            else "",
            data["reason"],
        ],
        link=page_of("approvals"),
        label=_l("See what waits"),
    )


class Span:
    """From when until when, in the zone in which the mail is written."""

    def __init__(self, start: str, end: str) -> None:
        self.start, self.end = start, end

    def __str__(self) -> str:
        return f"{moment(self.start)} – {moment(self.end)}"


def lazily(text: Any, facts: Mapping[str, Any]) -> Any:
    """A text that takes its language when it is written."""
    return format_lazy(text, **facts)


def write(tenant: Tenant, notice: Notice, person: Colleague) -> Letter:
    """The mail to one person, in its language."""
    language = person.language or tenant.language
    with translation.override(language), timezone.override(tenant.time_zone):
        page = {
            "title": notice.title, "lines": [str(line) for line in notice.lines if str(line)], "label": notice.label,
            "link": tenant_url(tenant.slug, notice.link), "place": tenant.name, "language": language,
        }  # fmt: skip
        return Letter(
            to=person.email,
            subject=str(notice.subject),
            text=render_to_string("fleet/mail/notice.txt", page),
            html=render_to_string("fleet/mail/notice.html", page),
            language=language,
            key=f"{notice.key}:{tenant.pk}:{person.id}",
        )
