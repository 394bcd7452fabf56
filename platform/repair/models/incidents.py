"""事故/异常档案: what went wrong while we had a vehicle, who answers for it, and what the operator is insured against."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dispatch.models import Agent, Leg
from repair import states
from repair.models.base import Key
from repair.models.jobs import Job
from repair.models.visits import Custody


class IncidentKind(models.TextChoices):
    """What happened."""

    ACCIDENT = "accident", _("Accident")
    VIOLATION = "violation", _("Traffic violation")
    LOSS = "loss", _("Loss")
    DAMAGE = "damage", _("Damage")
    LATE_RETURN = "late_return", _("Late return")


PEOPLE_REPORT = [choice for choice in IncidentKind.choices if choice[0] != IncidentKind.LATE_RETURN]
"""A late return is found by its clock."""


class Liability(models.TextChoices):
    """Who answers for it."""

    COMPANY = states.COMPANY, _("The operator")
    CUSTOMER = states.CUSTOMER, _("The customer")
    THIRD_PARTY = states.THIRD_PARTY, _("A third party")
    SHARED = states.SHARED, _("Shared")


OURS = (states.COMPANY, states.SHARED)


class Incident(Key):
    """A file over a job. Who drove, and in which shift, is kept as it was when it happened."""

    Kind: ClassVar = IncidentKind

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="incidents")
    no = models.PositiveSmallIntegerField(default=1)  # the job's first, second, … file
    kind = models.CharField(_("what happened"), max_length=20, choices=IncidentKind.choices)
    status = models.CharField(_("state"), max_length=10, default=states.FILE_OPEN)
    status_since = models.DateTimeField()
    text = models.TextField()
    happened_at = models.DateTimeField(_("when it happened"))
    place = models.CharField(_("where it happened"), max_length=300, blank=True)
    police_number = models.CharField(_("police number"), max_length=64, blank=True)
    photos = models.JSONField(default=list)  # file ids, those of the notes apart
    leg = models.ForeignKey(Leg, on_delete=models.PROTECT, null=True, related_name="+")  # the trip it happened on
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, null=True, related_name="+")  # who drove
    shift_starts_at = models.DateTimeField(null=True)
    shift_ends_at = models.DateTimeField(null=True)
    reported_by = models.CharField(max_length=200)
    reported_at = models.DateTimeField()
    liability = models.CharField(_("who answers for it"), max_length=12, choices=Liability.choices, blank=True)
    liability_reason = models.CharField(max_length=500, blank=True)
    compensation_fen = models.BigIntegerField(null=True)  # what the customer gets from us; posted by billing
    judged_at = models.DateTimeField(null=True)
    judged_by = models.CharField(max_length=200, blank=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("incident file")
        verbose_name_plural = _("incident files")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["status", "-happened_at"], name="incident_by_state"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["job", "no"], name="one_incident_a_number"),
            models.CheckConstraint(condition=Q(kind__in=IncidentKind.values), name="incident_kind_is_known"),
            models.CheckConstraint(
                condition=Q(status__in=sorted(states.INCIDENT.states)), name="incident_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(liability="", judged_at__isnull=True, compensation_fen__isnull=True)
                | (Q(liability__in=Liability.values, judged_at__isnull=False) & ~Q(liability_reason="")),
                name="judged_incident_says_why",
            ),
            models.CheckConstraint(
                condition=Q(compensation_fen__isnull=True) | Q(compensation_fen__gt=0, liability__in=OURS),
                name="only_who_answers_compensates",
            ),
            models.CheckConstraint(
                condition=Q(status=states.FILE_CLOSED, released_at__isnull=False)
                | (~Q(status=states.FILE_CLOSED) & Q(released_at__isnull=True)),
                name="closed_incident_has_its_moment",
            ),
        ]

    @property
    def number(self) -> str:
        """The job's number and the file's."""
        return f"{self.job.number}-I{self.no}"


class IncidentNote(Key):
    """What was found out afterwards, with its photos. Append-only."""

    app_rights: ClassVar = ("SELECT", "INSERT")

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="notes")
    text = models.CharField(max_length=2000)
    photos = models.JSONField(default=list)
    by = models.CharField(max_length=200)
    noted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("note of an incident file")
        verbose_name_plural = _("notes of an incident file")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["incident", "noted_at"], name="incident_note_by_time")]


class CoverKind(models.TextChoices):
    """What a policy of the operator's covers."""

    TRANSPORT = "transport", _("While it is driven")
    CUSTODY = "custody", _("While it stands with us")


class InsurancePolicy(Key):
    """A policy that covers customers' vehicles with the operator. It is ended, and another begins; it never changes."""

    insurer = models.CharField(_("insurer"), max_length=120)
    number = models.CharField(_("policy number"), max_length=64)
    kinds = ArrayField(models.CharField(max_length=12, choices=CoverKind.choices), verbose_name=_("what it covers"))
    vehicle_classes = ArrayField(
        models.CharField(max_length=20), default=list, blank=True, verbose_name=_("vehicle classes (none: all)")
    )
    starts_at = models.DateTimeField(_("in force from"))
    ends_at = models.DateTimeField(_("until"))
    limit_fen = models.BigIntegerField(_("limit a case"))
    document = models.CharField(max_length=40, blank=True)  # file id
    note = models.CharField(_("note"), max_length=500, blank=True)
    entered_by = models.CharField(max_length=200)
    entered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("insurance policy")
        verbose_name_plural = _("insurance policies")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["insurer", "number"], name="one_policy_a_number"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="policy_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(limit_fen__gt=0), name="policy_has_a_limit"),
            models.CheckConstraint(
                condition=~Q(kinds=[]) & Q(kinds__contained_by=CoverKind.values), name="policy_covers_something"
            ),
        ]


class CoverGap(Key):
    """A vehicle in custody that no policy covered: from when it was found to when it was covered again, or gave up custody."""

    app_rights: ClassVar = ("SELECT", "INSERT", "UPDATE")

    custody = models.ForeignKey(Custody, on_delete=models.PROTECT, related_name="cover_gaps")
    kind = models.CharField(max_length=12, choices=CoverKind.choices)
    vehicle_class = models.CharField(max_length=20, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("gap in the cover")
        verbose_name_plural = _("gaps in the cover")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["custody", "kind"], condition=Q(closed_at__isnull=True), name="one_open_gap_a_custody_and_kind"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")), name="gap_closes_after_it_opens"
            ),
        ]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["-opened_at"], name="cover_gap_by_time")]
