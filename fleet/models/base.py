"""What the book's tables share."""

from django.db import models

from events.ids import new_id


class Key(models.Model):
    """An owned row: a UUIDv7 made in Python is its key."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True
