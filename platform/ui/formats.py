"""Amounts and durations as people read them."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

_SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "HKD": "HK$"}
_DIGITS, _PLACES, _GROUPS = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟"), ("", "万", "亿", "兆")


def format_fen(*, amount_fen: int, currency: str = "CNY") -> str:
    """`123450` fen as `¥1,234.50`; a minus sign stands before the symbol."""
    sign = "−" if amount_fen < 0 else ""
    yuan, fen = divmod(abs(amount_fen), 100)
    return f"{sign}{_SYMBOLS.get(currency, currency + ' ')}{yuan:,}.{fen:02d}"


def format_plain_fen(*, amount_fen: int) -> str:
    """`123450` fen as `1234.50`, as fields and files have it: no symbol, no separators, the minus a hyphen."""
    return f"{decimal_of_fen(amount_fen=amount_fen):.2f}"


def format_fen_in_characters(*, amount_fen: int) -> str:
    """`123450` fen as 壹仟贰佰叁拾肆元伍角整, as Chinese papers write a sum so that nobody adds a stroke; not below zero."""
    yuan, rest = divmod(amount_fen, 100)
    jiao, fen = divmod(rest, 10)
    said = f"{_whole_in_characters(yuan)}元" if yuan or not rest else ""
    said += f"{_DIGITS[jiao]}角" if jiao else ("零" if yuan and fen else "")
    return f"{said}{_DIGITS[fen]}分" if fen else f"{said}整"


def _whole_in_characters(number: int) -> str:
    """A whole number in groups of four digits; one 零 for each run of zeros inside it."""
    if number == 0:
        return _DIGITS[0]
    said, gap = "", False
    digits = str(number)
    for place, digit in enumerate(map(int, digits)):
        power = len(digits) - 1 - place
        if digit:
            said += ("零" if gap else "") + _DIGITS[digit] + _PLACES[power % 4]
        gap = (gap or digit == 0) and digit == 0
        if power % 4 == 0 and int(digits[max(0, place - 3) : place + 1]):
            said += _GROUPS[power // 4]
            gap = False if digit else gap
    return said


def decimal_of_fen(*, amount_fen: int) -> Decimal:
    """`123450` fen as the exact number 1234.50."""
    return Decimal(amount_fen).scaleb(-2)


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


def round_duration(*, duration: timedelta) -> timedelta:
    """Down to what `format_duration` says of it, without its sign: many durations are told in the same words."""
    seconds = abs(int(duration.total_seconds()))
    step = 1 if seconds < 60 else 60 if seconds < 86_400 else 3_600
    return timedelta(seconds=seconds - seconds % step)


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
