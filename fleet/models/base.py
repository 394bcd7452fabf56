"""What the book's tables share."""

from django.conf import settings
from django.db import models
from django.urls import reverse

from events.ids import new_id


class Key(models.Model):
    """An owned row: a UUIDv7 made in Python is its key."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


def page_of(name: str, *args: object) -> str:
    """The path of an object's page at its tenant's host, from wherever it is asked."""
    return reverse(f"fleet:{name}", args=args, urlconf=settings.TENANT_URLCONF)
