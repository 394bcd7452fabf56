"""What the room's tables share."""

from django.db import models

from events.ids import new_id


class Key(models.Model):
    """A UUIDv7 key made in Python."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True
