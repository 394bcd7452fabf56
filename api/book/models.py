"""Idempotency keys: what a POST was answered, kept in the book beside the work it did, in the same transaction."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.ids import new_id

KEPT_FOR = timedelta(days=7)
SWEPT_AT_ONCE = 100


class IdempotencyKey(models.Model):
    """One answered POST. The tenant is the schema, so a key is unique per tenant and credential."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=255)
    credential = models.CharField(max_length=120)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=500)
    fingerprint = models.CharField(max_length=64)  # SHA-256 of method, path and content
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)  # those that a replay must repeat, such as Location
    body = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["created_at"], name="idempotency_key_by_age")]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["credential", "key"], name="one_answer_a_key_and_credential"),
        ]


def find_answer(*, key: str, credential: str, now: datetime) -> IdempotencyKey | None:
    """What was answered under this key of this credential within the last seven days."""
    return IdempotencyKey.objects.filter(key=key, credential=credential, created_at__gt=now - KEPT_FOR).first()


def keep_answer(*, answer: IdempotencyKey, now: datetime) -> None:
    """Store an answer in the caller's transaction; an expired one under the same key gives way, and some others are swept."""
    old = IdempotencyKey.objects.filter(created_at__lte=now - KEPT_FOR)
    old.filter(key=answer.key, credential=answer.credential).delete()
    answer.save(force_insert=True)
    swept = list(old.order_by("created_at").values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    if swept:
        IdempotencyKey.objects.filter(pk__in=swept).delete()
