"""What a job costs, line by line, before anything is billed; fees; and money laid out for the customer."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.utils.translation import gettext_lazy as _

from events.ids import public_id
from files.models import StoredFile
from partners.desk.models import Price, RateVersion
from repair.models.base import Key
from repair.models.jobs import Job

# gross × r ÷ (1 + r) in whole numbers, half a fen upwards
TAX_IN_AMOUNT = ExpressionWrapper(
    (F("amount_fen") * F("tax_bp") * 2 + F("tax_bp") + 10_000) / (F("tax_bp") * 2 + 20_000),
    output_field=models.BigIntegerField(),
)


class Payer(models.TextChoices):
    """Who pays a line."""

    CUSTOMER = "customer", _("Customer")
    INSURER = "insurer", _("Insurer")
    WARRANTY = "warranty", _("Our warranty")


class FeeKind(models.TextChoices):
    """What is due because a job did not go its way."""

    CANCELLATION = "cancellation", _("Cancellation")
    STOP = "stop", _("Work stopped")
    DIAGNOSIS = "diagnosis", _("Diagnosis of what is not repaired")


class DisbursementKind(models.TextChoices):
    """What was paid for the customer, at cost."""

    FINE = "fine", _("Fine")
    STATION_FEE = "station_fee", _("Inspection station's fee")
    TOLL = "toll", _("Toll")
    PARKING = "parking", _("Parking")
    CHARGING = "charging", _("Charging or fuel")


class JobRating(models.Model):
    """By what a job is rated: the versions that held on the day of its order, the area and the class. Never changed.

    A version that did not exist yet is found when it does.
    """

    app_rights: ClassVar = ("SELECT", "INSERT", "UPDATE")

    job = models.OneToOneField(Job, on_delete=models.PROTECT, primary_key=True, related_name="rated")
    day = models.DateField()
    standard = models.ForeignKey(RateVersion, on_delete=models.PROTECT, null=True, related_name="+")
    agreed = models.ForeignKey(RateVersion, on_delete=models.PROTECT, null=True, related_name="+")
    area = models.CharField(max_length=20, blank=True)
    vehicle_class = models.CharField(max_length=20, blank=True)
    is_final = models.BooleanField(default=False)  # as the tenant was told

    class Meta:
        verbose_name = _("rating by a card")
        verbose_name_plural = _("ratings by cards")


class JobCost(Key):
    """A rated line: which rule gave it, how many of what, and what it comes to. Superseded, never changed."""

    app_rights: ClassVar = ("SELECT", "INSERT", "UPDATE")

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="costs")
    source = models.CharField(max_length=80)  # its name within the job: work:1.2, trip:leg_…:km, fee:stop
    kind = models.CharField(max_length=14)  # of a price; or work, laid_out
    operation = models.CharField(max_length=20, blank=True)
    text = models.CharField(max_length=300, blank=True)
    quantity = models.DecimalField(max_digits=10, decimal_places=2)
    unit = models.CharField(max_length=10)
    unit_price_fen = models.BigIntegerField()
    amount_fen = models.BigIntegerField()
    list_fen = models.BigIntegerField()  # what it would be if it were charged
    tax_bp = models.PositiveIntegerField()
    tax_fen = models.BigIntegerField()
    payer = models.CharField(max_length=10, choices=Payer.choices)
    price = models.ForeignKey(Price, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.ForeignKey(RateVersion, on_delete=models.PROTECT, null=True, related_name="+")
    why = models.JSONField(default=dict)  # the worked sum
    is_unrated = models.BooleanField(default=False)  # no card says what it costs
    rated_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("cost of a job")
        verbose_name_plural = _("costs of jobs")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["job", "source"], condition=Q(superseded_at__isnull=True), name="one_current_cost_a_source"
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gte=0, amount_fen__lte=F("list_fen")), name="cost_within_its_list"
            ),
            models.CheckConstraint(condition=Q(tax_fen=TAX_IN_AMOUNT), name="cost_tax_is_in_its_amount"),
            models.CheckConstraint(condition=Q(is_unrated=False) | Q(amount_fen=0), name="unrated_cost_is_nothing_yet"),
            models.CheckConstraint(condition=Q(payer__in=Payer.values), name="cost_payer_is_known"),
        ]

    @property
    def net_fen(self) -> int:
        """Without tax."""
        return self.amount_fen - self.tax_fen


class Fee(Key):
    """J19, J19b, J23: due by the rate card, unless it was waived. One of a kind a job."""

    app_rights: ClassVar = ("SELECT", "INSERT", "UPDATE")

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="fees")
    kind = models.CharField(max_length=14, choices=FeeKind.choices)
    stage = models.CharField(max_length=10, blank=True)  # of a cancellation: how far the order had come
    noted_at = models.DateTimeField()
    waived_at = models.DateTimeField(null=True)
    waived_by = models.CharField(max_length=200, blank=True)
    waived_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("fee")
        verbose_name_plural = _("fees")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["job", "kind"], name="one_fee_of_a_kind"),
            models.CheckConstraint(
                condition=Q(waived_at__isnull=True) | ~Q(waived_reason=""), name="waived_fee_says_why"
            ),
        ]


class Disbursement(Key):
    """Money laid out for the customer, at cost, with its receipt. What was wrong is struck out, never changed."""

    app_rights: ClassVar = ("SELECT", "INSERT", "UPDATE")

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="disbursements")
    kind = models.CharField(_("what for"), max_length=12, choices=DisbursementKind.choices)
    amount_fen = models.BigIntegerField()
    paid_on = models.DateField(_("paid on"))
    is_in_customers_name = models.BooleanField(_("the receipt is in the customer's name"), default=True)
    receipt = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    receipt_number = models.CharField(_("number of the receipt"), max_length=64, blank=True)
    agreed_by = models.CharField(_("agreed beforehand by"), max_length=200, blank=True)  # above the tenant's limit
    note = models.CharField(_("note"), max_length=300, blank=True)
    recorded_by = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()
    submission = models.UUIDField()  # made by who sends it: the same again is the same row
    struck_at = models.DateTimeField(null=True)
    struck_by = models.CharField(max_length=200, blank=True)
    struck_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("money laid out")
        verbose_name_plural = _("money laid out")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["job", "submission"], name="one_disbursement_a_submission"),
            models.UniqueConstraint(
                fields=["job", "receipt"], condition=Q(struck_at__isnull=True), name="one_disbursement_a_receipt"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="disbursement_is_above_nothing"),
            models.CheckConstraint(condition=Q(kind__in=DisbursementKind.values), name="disbursement_kind_is_known"),
            models.CheckConstraint(
                condition=Q(struck_at__isnull=True) | ~Q(struck_reason=""), name="struck_disbursement_says_why"
            ),
        ]

    @property
    def ref(self) -> str:
        """The public id."""
        return public_id("dsb", self.pk)
