"""A file is a core row with an opaque id; a row of a book or a desk that names the id is the permission to read it."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.ids import new_id, public_id
from tenants.models import Tenant


class StoredFile(models.Model):
    """What was uploaded or made, by its content; the bytes lie under FILE_STORAGE_URL, in the tenant's own folder."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, null=True, related_name="+")  # empty: the operator's
    name = models.CharField(_("name"), max_length=255)
    purpose = models.CharField(max_length=20)
    content_type = models.CharField(max_length=100)
    size_bytes = models.BigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    key = models.CharField(max_length=255, unique=True)  # where the bytes lie in the storage
    created_by = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)  # something names it; what nobody claims is swept after a day

    picture = models.JSONField(null=True)  # of a photo: width, height, and what the camera wrote (taken, lat, lng)
    upload_key = models.UUIDField(null=True)  # made by who sends it: the same upload again is the same file

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["created_at"], name="file_nobody_claims", condition=models.Q(claimed_at__isnull=True)),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["tenant", "upload_key"], name="one_file_an_upload", condition=models.Q(upload_key__isnull=False),
                nulls_distinct=False,
            ),
        ]  # fmt: skip

    @property
    def ref(self) -> str:
        """fil_…"""
        return public_id("fil", self.id)

    def key_of(self, variant: str) -> str:
        """Where a photo's copy lies."""
        return f"{self.key}.{variant}"
