"""What the operator hands out on paper: documents with frozen content, their printed copies, and the letterhead."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from files.models import StoredFile
from repair.models.base import Key
from repair.models.jobs import Job
from repair.models.visits import Visit
from tenants.models import Tenant


class DocumentKind(models.TextChoices):
    """Each has a page template of its own in `ui/pdf/pages`."""

    AUTHORISATION = "authorisation", pgettext_lazy("document", "Agency authorisation")
    CONDITION_PICKUP = "condition_pickup", _("Condition report at pickup")
    CONDITION_RETURN = "condition_return", _("Condition report at return")
    ESTIMATE = "estimate", pgettext_lazy("document", "Estimate")
    SETTLEMENT = "settlement", _("Settlement statement")
    QUALITY = "quality", _("Quality report")
    FITNESS = "fitness", _("Certificate of completion")
    LOAN = "loan", _("Courtesy-car agreement")
    AWARD = "award", _("Certificate of honour")


class Document(Key):
    """One issued paper. Its content is what was known then, whole; a correction is another version.

    A trigger lets nothing change but its end: superseded or withdrawn, once.
    """

    app_rights: ClassVar = ("SELECT", "INSERT", "UPDATE")
    Kind: ClassVar = DocumentKind

    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind.choices)
    number = models.CharField(_("number"), max_length=40, unique=True)
    subject = models.CharField(max_length=64)  # public id of what it is about: versions count by it
    version = models.PositiveSmallIntegerField(_("version"))
    tenant = models.ForeignKey(
        Tenant, on_delete=models.PROTECT, null=True, related_name="+"
    )  # empty: the operator's own
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="documents")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, null=True, related_name="documents")
    order_ids = ArrayField(models.UUIDField(), default=list)  # whose tenants hear of it
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)  # of the content's canonical JSON
    check_code = models.CharField(max_length=26, unique=True)  # what the QR code says; nobody can guess it
    issued_at = models.DateTimeField(_("issued"))
    issued_by = models.CharField(max_length=200)
    superseded_at = models.DateTimeField(null=True)
    superseded_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["job", "kind"], name="document_by_job"),
            models.Index(fields=["visit", "kind"], name="document_by_visit"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["kind", "subject", "version"], name="one_document_a_version"),
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(superseded_at=None, withdrawn_at=None),
                name="one_document_in_force",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_reason=""), name="withdrawn_document_says_why"
            ),
            models.CheckConstraint(
                condition=Q(superseded_by__isnull=True) | Q(superseded_at__isnull=False),
                name="superseded_document_has_a_time",
            ),
        ]

    @property
    def state(self) -> str:
        """valid, superseded or withdrawn."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "superseded" if self.superseded_at is not None else "valid"


class DocumentCopy(Key):
    """A document in one language: wanted with the document, printed by a worker, once. `next_try_at` is turn and hold in one."""

    app_rights: ClassVar = ("SELECT", "INSERT", "UPDATE")

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="copies")
    language = models.CharField(max_length=10)
    wanted_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=500, blank=True)
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)  # of the PDF
    size_bytes = models.BigIntegerField(null=True)
    printed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("document copy")
        verbose_name_plural = _("document copies")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["next_try_at"], condition=Q(next_try_at__isnull=False), name="copy_by_turn"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["document", "language"], name="one_copy_a_language"),
            models.CheckConstraint(
                condition=Q(printed_at__isnull=True, file__isnull=True, sha256="")
                | Q(printed_at__isnull=False, file__isnull=False, next_try_at__isnull=True) & ~Q(sha256=""),
                name="printed_copy_has_its_file",
            ),
        ]


class DocumentCheck(Key):
    """J16a: the agent has looked at a document before he tells the customer. Append-only."""

    app_rights: ClassVar = ("SELECT", "INSERT")

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="checks")
    by = models.CharField(max_length=200)
    checked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("document check")
        verbose_name_plural = _("document checks")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["document", "by"], name="one_check_a_person"),
        ]


class Letterhead(Key):
    """Who the operator is on paper, from a day on; documents keep the one of their day. (Values are to be confirmed.)"""

    app_rights: ClassVar = ("SELECT", "INSERT")

    valid_from = models.DateField(_("valid from"))
    name_zh = models.CharField(_("name, Chinese"), max_length=120)
    name_en = models.CharField(_("name, English"), max_length=120)
    address_zh = models.CharField(_("address, Chinese"), max_length=200, blank=True)
    address_en = models.CharField(_("address, English"), max_length=200, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    uscc = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    licence_no = models.CharField(_("repair licence or filing number"), max_length=60, blank=True)
    stamp_text = models.CharField(_("text of the stamp, lines after /"), max_length=60, blank=True)
    logo = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    written_by = models.CharField(max_length=200)
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = _("letterhead")
        verbose_name_plural = _("letterheads")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["-valid_from", "-written_at"], name="letterhead_by_day")]


class Clauses(Key):
    """The terms of a kind of document, from a day on; documents keep those of their day. (Texts are to be confirmed.)"""

    app_rights: ClassVar = ("SELECT", "INSERT")

    kind = models.CharField(_("document"), max_length=20, choices=DocumentKind.choices)
    valid_from = models.DateField(_("valid from"))
    text_en = models.TextField(_("clauses, English, one a line"))
    text_zh = models.TextField(_("clauses, Chinese, one a line"))
    written_by = models.CharField(max_length=200)
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = _("clauses")
        verbose_name_plural = _("clauses")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["kind", "-valid_from", "-written_at"], name="clauses_by_day"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=~Q(text_en="") & ~Q(text_zh=""), name="clauses_are_in_both_languages"),
        ]

    def lines(self, code: str) -> list[str]:
        """The clauses in `en` or `zh`."""
        text: str = self.text_zh if code == "zh" else self.text_en
        return [line.strip() for line in text.splitlines() if line.strip()]
