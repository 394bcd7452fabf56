"""The operator's calendar: on which day something holds."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings


def local_day(moment: datetime) -> date:
    """The day at the operator's."""
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
