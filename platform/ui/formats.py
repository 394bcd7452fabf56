"""Amounts and durations as people read them."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

_SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "HKD": "HK$"}


def format_fen(*, amount_fen: int, currency: str = "CNY") -> str:
    """`123450` fen as `¥1,234.50`; a minus sign stands before the symbol."""
    sign = "−" if amount_fen < 0 else ""
    yuan, fen = divmod(abs(amount_fen), 100)
    return f"{sign}{_SYMBOLS.get(currency, currency + ' ')}{yuan:,}.{fen:02d}"


def format_duration(*, duration: timedelta) -> str:
    """The two largest units of a duration (`2 h 05 min`), without its sign; under a minute in seconds."""
    seconds = abs(int(duration.total_seconds()))
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    if days:
        return gettext("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    if hours:
        return gettext("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": minutes}
    if minutes:
        return gettext("%(minutes)d min") % {"minutes": minutes}
    return gettext("%(seconds)d s") % {"seconds": seconds}


def format_moment(*, moment: datetime, style: str = "short") -> str:
    """An aware time in the current zone; styles `short` (no year if it is this one), `long`, `date`, `time`."""
    local = timezone.localtime(moment)
    if style == "time":
        return local.strftime("%H:%M")
    if style == "date":
        return date_format(local, gettext("j M Y"))
    if style == "long" or local.year != timezone.localtime().year:
        return date_format(local, gettext("j M Y, H:i"))
    return date_format(local, gettext("j M, H:i"))


def format_size(*, size_bytes: int) -> str:
    """A file's size in the unit that fits (`1.4 MB`)."""
    if size_bytes < 1_000:
        return ngettext("%(count)d byte", "%(count)d bytes", size_bytes) % {"count": size_bytes}
    if size_bytes < 1_000_000:
        return f"{size_bytes / 1_000:.0f} kB"
    return f"{size_bytes / 1_000_000:.1f} MB"
