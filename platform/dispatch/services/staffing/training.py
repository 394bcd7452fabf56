"""Trainings: who took which, and until when that lets him drive (P17)."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.access import require_staffer
from dispatch.events import AgentTrained
from dispatch.models import Agent, Training, TrainingTopic
from dispatch.planning.tables import ZONE
from dispatch.services.staffing.freeing import lock_staff, settle
from dispatch.waking import wake_solver
from events.commands import command, record
from events.ids import new_id, public_id
from tenants.actors import Actor


@command
def record_training(
    *,
    agent_ids: Collection[UUID],
    topic_id: UUID,
    taken_on: date,
    actor: Actor,
    now: datetime,
    valid_until: date | None = None,
) -> list[Training]:
    """These agents took a training; it is valid as long as its topic says, or until the day given.

    Who has this topic of that day already is left out. Raises PermissionDenied, ValidationError by field, Agent.DoesNotExist.
    """
    require_staffer(actor)
    topic = TrainingTopic.objects.filter(pk=topic_id, is_active=True).first()
    if topic is None:
        raise ValidationError({"topic": _("Choose a topic.")})
    until = valid_until or valid_until_of(topic, taken_on)
    check_days(taken_on, until, now=now)
    if not agent_ids:
        raise ValidationError({"agents": _("Choose one agent at least.")})
    agents = lock_staff(agent_ids)
    known = set(counted().filter(agent__in=agents, topic=topic, taken_on=taken_on).values_list("agent_id", flat=True))
    rows = [
        Training(pk=new_id(), agent=agent, topic=topic, taken_on=taken_on, valid_until=until)
        for agent in sorted(agents.values(), key=lambda agent: (agent.name, agent.pk))
        if agent.pk not in known
    ]
    Training.objects.bulk_create(rows)
    for row in rows:
        row.agent.trained_until = max(until, row.agent.trained_until or until)
        row.agent.save(update_fields=["trained_until"])
        tell_training(row, topic)
    if rows:
        wake_solver()
    return rows


def valid_until_of(topic: TrainingTopic, taken_on: date) -> date:
    """How long the topic holds."""
    return taken_on + timedelta(days=topic.valid_days)


def check_days(taken_on: date, until: date, *, now: datetime) -> None:
    """Raise ValidationError by field."""
    errors = {}
    if taken_on > timezone.localdate(now, ZONE):
        errors["taken_on"] = _("This day has not come yet.")
    if until < taken_on:
        errors["valid_until"] = _("It must end after it begins.")
    if errors:
        raise ValidationError(errors)


@command
def strike_training(
    *, training_id: UUID, reason: str, actor: Actor, now: datetime, confirmed: Collection[UUID] | None = None
) -> Training:
    """A training that was entered by mistake counts no longer; the row stays, with why.

    Raises PermissionDenied, ValidationError by field, Training.DoesNotExist, LegsAtStake for legs not `confirmed`.
    """
    require_staffer(actor)
    agent_id = Training.objects.values_list("agent_id", flat=True).get(pk=training_id)
    agent = lock_staff([agent_id])[agent_id]
    row = counted().select_related("topic").get(pk=training_id)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    row.agent, row.struck_at, row.struck_reason = agent, now, reason.strip()[:200]
    row.save(update_fields=["struck_at", "struck_reason"])
    agent.trained_until = counted().filter(agent=agent).aggregate(last=Max("valid_until"))["last"]
    agent.save(update_fields=["trained_until"])
    tell_training(row, row.topic)
    settle([agent.pk], confirmed=confirmed, actor=actor, now=now)
    return row


def counted() -> QuerySet[Training]:
    """Trainings that count."""
    return Training.objects.filter(struck_at__isnull=True)


def tell_training(row: Training, topic: TrainingTopic) -> None:
    """The fact, with what the agent has now."""
    agent: Agent = row.agent
    record(
        AgentTrained(
            subject=public_id("agt", agent.pk), agent_id=agent.pk, training_id=row.pk, topic=topic.code, taken_on=row.taken_on,
            valid_until=row.valid_until, trained_until=agent.trained_until, struck=row.struck_reason,
        )
    )  # fmt: skip
