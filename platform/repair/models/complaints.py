"""Complaints: from the customer's first word to the closed loop. What is kept of the cause never leaves the desk."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from files.models import StoredFile
from repair import states
from repair.models.base import Key
from repair.models.jobs import Job
from tenants.models import Tenant

MOST_WAIT_S = 86_400  # for missing evidence the clock stands still for a day in all, however often it is asked for


class ComplaintSource(models.TextChoices):
    """How it reached us."""

    CALL = "call", _("Call after the return")
    RATING = "rating", _("Low rating")
    PORTAL = "portal", _("Portal")
    API = "api", _("API")
    PHONE = "phone", _("Phone")
    WECHAT = "wechat", _("WeChat")
    COUNTER = "counter", _("Counter")


class ComplaintCause(models.TextChoices):
    """What went wrong."""

    WORKMANSHIP = "workmanship", _("Quality of the work")
    DELAY = "delay", _("Delay")
    DAMAGE = "damage", _("Damage")
    LOSS = "loss", _("Something is missing")
    PRICE = "price", _("Price")
    CONDUCT = "conduct", _("Conduct")
    INFORMATION = "information", _("Wrong or missing information")
    OTHER = "other", _("Other")


class Answerable(models.TextChoices):
    """Who answers for it."""

    WORKSHOP = "workshop", _("Workshop")
    AGENT = "agent", _("Agent")
    DISPATCH = "dispatch", _("Dispatch")
    SERVICE = "service", _("Customer service")
    SUPPLIER = "supplier", _("Supplier")
    CUSTOMER = "customer", _("The customer")
    NOBODY = "nobody", _("Nobody: it was no fault")


class Complaint(Key):
    """What a customer is not content with, in his own words; then what was found, done and offered."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    jobs = models.ManyToManyField(Job, through="ComplaintJob", related_name="complaints")
    source = models.CharField(_("how it came in"), max_length=10, choices=ComplaintSource.choices)
    status = models.CharField(_("state"), max_length=20)
    status_since = models.DateTimeField()
    filed_at = models.DateTimeField()
    filed_by = models.CharField(max_length=200)
    contact = models.CharField(_("contact"), max_length=80)
    phone = models.CharField(_("phone"), max_length=32)
    text = models.TextField(_("in the customer's words"))
    wish = models.CharField(_("what would put it right"), max_length=1000, blank=True)

    handler = models.CharField(max_length=120, blank=True)  # user id of who has it in hand
    handler_name = models.CharField(max_length=200, blank=True)
    cause = models.CharField(_("cause"), max_length=12, blank=True, choices=ComplaintCause.choices)
    answerable = models.CharField(_("who answers for it"), max_length=10, blank=True, choices=Answerable.choices)
    findings = models.TextField(_("findings"), blank=True)
    measures = models.TextField(_("measures"), blank=True)
    follow_up = models.TextField(_("follow-up"), blank=True)

    solution = models.TextField(blank=True)  # as the customer reads it
    compensation_fen = models.BigIntegerField(null=True)  # offered with the solution; due once it is accepted
    first_solution_at = models.DateTimeField(null=True)
    evidence_wanted = models.CharField(max_length=1000, blank=True)  # what the customer is asked for
    evidence_since = models.DateTimeField(null=True)  # the clock stands still since
    evidence_used_s = models.PositiveIntegerField(default=0)
    reopened = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["tenant", "phone"], name="complaint_by_contact"),
            models.Index(fields=["filed_at"], name="complaint_by_time"),
            models.Index(fields=["status_since"], condition=Q(ended_at__isnull=True), name="open_complaint"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(status__in=sorted(states.COMPLAINT.states)), name="complaint_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(source__in=ComplaintSource.values)
                & Q(cause__in=["", *ComplaintCause.values])
                & Q(answerable__in=["", *Answerable.values]),
                name="complaint_words_are_known",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="complaint_says_what"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) ^ Q(status=states.COMPLAINT_CLOSED),
                name="closed_complaint_has_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[states.SOLUTION_GIVEN, states.SOLUTION_ACCEPTED])
                | (~Q(solution="") & ~Q(cause="") & ~Q(answerable="") & Q(first_solution_at__isnull=False)),
                name="solution_stands_on_a_cause",
            ),
            models.CheckConstraint(
                condition=Q(compensation_fen__isnull=True) | Q(compensation_fen__gt=0),
                name="compensation_is_an_amount",
            ),
            models.CheckConstraint(condition=Q(evidence_used_s__lte=MOST_WAIT_S), name="evidence_waits_a_day_at_most"),
            models.CheckConstraint(
                condition=Q(evidence_since__isnull=True) | ~Q(evidence_wanted=""), name="evidence_wait_says_for_what"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ComplaintJob(Key):
    """A job that is complained of."""

    app_rights: ClassVar = ("SELECT", "INSERT")

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="links")
    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="complaint_links")

    class Meta:
        verbose_name = _("job complained of")
        verbose_name_plural = _("jobs complained of")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["complaint", "job"], name="one_link_a_complaint_and_job"),
        ]


class ComplaintNote(Key):
    """A word among ourselves; append-only, and never told."""

    app_rights: ClassVar = ("SELECT", "INSERT")

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="notes")
    text = models.CharField(max_length=2000)
    by = models.CharField(max_length=200)
    noted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("note on a complaint")
        verbose_name_plural = _("notes on complaints")


class ComplaintFile(Key):
    """A photo or a paper of a complaint; what is not shown to the customer stays at the desk."""

    app_rights: ClassVar = ("SELECT", "INSERT")

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="files")
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")
    is_shown = models.BooleanField()
    by = models.CharField(max_length=200)
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("file of a complaint")
        verbose_name_plural = _("files of complaints")
