"""What the tables of dispatch share."""

import uuid_utils.compat as uuid_utils
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField
from django.db import models


class Key(models.Model):
    """A UUIDv7 key made in Python."""

    id = models.UUIDField(primary_key=True, default=uuid_utils.uuid7, editable=False)

    class Meta:
        abstract = True


class TimeSpan(models.Func):
    """Two moments as a range, for what must not overlap."""

    function = "tstzrange"
    output_field = DateTimeRangeField()


class DateSpan(models.Func):
    """Two days as a range; an open end is null."""

    function = "daterange"
    output_field = DateRangeField()
