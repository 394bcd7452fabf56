"""What the tables of dispatch share."""

import uuid_utils.compat as uuid_utils
from django.db import models


class Key(models.Model):
    """A UUIDv7 key made in Python."""

    id = models.UUIDField(primary_key=True, default=uuid_utils.uuid7, editable=False)

    class Meta:
        abstract = True
