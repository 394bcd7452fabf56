"""Mail: written with the work it tells of, sent by a worker afterwards, once."""

from typing import Any, ClassVar

import uuid_utils.compat as uuid_utils
from django.db import models
from django.utils.translation import gettext_lazy as _


class Mail(models.Model):
    """One mail to one address. `key` makes it once; `next_try_at` is both its turn and a sender's hold on it."""

    id = models.UUIDField(primary_key=True, default=uuid_utils.uuid7, editable=False)
    key = models.CharField(max_length=160, null=True, unique=True)  # noqa: DJ001  # many mails have none
    to = models.EmailField(_("to"))
    subject = models.CharField(_("subject"), max_length=250)
    body_text = models.TextField()
    body_html = models.TextField(blank=True)
    language = models.CharField(max_length=10)
    holds_secret = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(sent_at__isnull=True) | models.Q(next_try_at__isnull=True),
                name="sent_mail_has_no_next_try",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["next_try_at"], condition=models.Q(next_try_at__isnull=False), name="mail_by_turn"),
        ]
