"""Each cell on its own: from text to a value, or to the one defect that counts.

The first of these that applies is the defect: required, length, characters, format, check digit.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from operator import mul
from typing import Final, Generic, NamedTuple, TypeVar

from fleet.intake.refusals import Params

T = TypeVar("T")


class Defect(NamedTuple):
    """What is wrong with a cell."""

    code: str
    params: Params


REQUIRED: Final = Defect("required", {})


class Memo(dict[str, "T | Defect"], Generic[T]):
    """A parser that remembers: the cells of a file repeat themselves."""

    def __init__(self, parse: Callable[[str], "T | Defect"]) -> None:
        super().__init__()
        self._parse = parse

    def __missing__(self, text: str) -> "T | Defect":
        parsed = self[text] = self._parse(text)
        return parsed


# Texts

_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def parse_line(text: str, limit: int) -> str | Defect:
    """A text of one line; line breaks inside become spaces."""
    parsed = parse_text(text, limit)
    if isinstance(parsed, Defect) or parsed.isprintable():
        return parsed
    return " ".join(parsed.split())


def parse_text(text: str, limit: int) -> str | Defect:
    """A text that may have several lines."""
    if len(text) > limit:
        return Defect("too_long", {"length": len(text), "limit": limit})
    if not text.isprintable() and _UNSEEN.search(text):
        return Defect("control_characters", {})
    return text


def narrow(text: str) -> str:
    """`text` with the full-width letters and digits of a Chinese keyboard made plain, and without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split())


# Vehicles

_VIN: Final = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_NO_VIN_CHARACTER: Final = re.compile(r"[^A-HJ-NPR-Z0-9]")
_VIN_VALUES: Final = {
    **{str(digit): digit for digit in range(10)},
    **dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True)),
}
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def parse_vin(text: str) -> str | Defect:
    """A VIN in capitals. Only those that begin with L must have the right check digit: others may have none."""
    if not text:
        return REQUIRED
    vin = text.upper()
    if _VIN.fullmatch(vin) is None:
        vin = narrow(text).upper()
        if len(vin) != 17:
            return Defect("vin_length", {"length": len(vin)})
        wrong = "".join(dict.fromkeys(_NO_VIN_CHARACTER.findall(vin)))
        if wrong:
            return Defect("vin_characters", {"characters": _visible(wrong)})
    if vin[0] == "L" and not has_check_digit(vin):
        return Defect("vin_check_digit", {})
    return vin


def has_check_digit(vin: str) -> bool:
    """Whether position 9 of a VIN of 17 permitted characters is its check digit."""
    return "0123456789X"[sum(map(mul, map(_VIN_VALUES.__getitem__, vin), _VIN_WEIGHTS)) % 11] == vin[8]


def _visible(text: str) -> str:
    return "".join(char if char.isprintable() else f"U+{ord(char):04X}" for char in text)


_PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
PLATE_FORMS: Final = {
    "ordinary": re.compile(rf"[{_PROVINCES}][A-HJ-NP-Z][A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9挂学警港澳]"),
    "small_nev": re.compile(rf"[{_PROVINCES}][A-HJ-NP-Z][DABCEFGHJK][A-HJ-NP-Z0-9][0-9]{{4}}"),
    "large_nev": re.compile(rf"[{_PROVINCES}][A-HJ-NP-Z][0-9]{{5}}[DABCEFGHJK]"),
}
_PLATE_TYPES: Final = {
    **{name: name for name in PLATE_FORMS},
    **dict.fromkeys(("普通", "蓝牌", "黄牌", "blue", "yellow"), "ordinary"),
    **dict.fromkeys(("小型新能源", "绿牌", "green"), "small_nev"),
    **dict.fromkeys(("大型新能源", "黄绿牌"), "large_nev"),
}
_PLATE_DOTS: Final = re.compile(r"[\s·・•‧∙.\-]")


class Plate(NamedTuple):
    """A plate without its dot, and which of the forms it has; both None when the row names none."""

    number: str | None
    form: str | None


NO_PLATE: Final = Plate(None, None)


def parse_plate(text: str) -> Plate | Defect:
    """A plate in capitals without dot."""
    if not text:
        return NO_PLATE
    number = text
    for _ in range(2):
        for form, pattern in PLATE_FORMS.items():
            if pattern.fullmatch(number):
                return Plate(number, form)
        number = _PLATE_DOTS.sub("", narrow(text)).upper()
    return Defect("plate_format", {})


def parse_plate_type(text: str) -> str | Defect | None:
    """One of the plate forms, or None."""
    key = narrow(text).lower().replace("-", "_")
    if not key:
        return None
    return _PLATE_TYPES.get(key) or Defect("unknown_plate_type", {"choices": ", ".join(PLATE_FORMS)})


# Times

_MOMENT: Final = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?:日[T ]*|[T ]+)(\d{1,2})[:时点](\d{1,2})?分?(?::(\d{1,2})(?:\.\d+)?秒?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII | re.IGNORECASE,
)
_YEARS: Final = range(2000, 2100)


def parse_moment(text: str, zone: tzinfo) -> datetime | Defect:
    """A time in UTC. Without a zone of its own it is taken in `zone`; whole seconds."""
    found = _MOMENT.fullmatch(text) or _MOMENT.fullmatch(" ".join(unicodedata.normalize("NFKC", text).split()))
    if found is None or int(found[1]) not in _YEARS:
        return Defect("datetime_format", {})
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        local = datetime(year, month, day, hour, minute, second, tzinfo=_offset(found[7]) or zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return Defect("datetime_format", {})


def _offset(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text in "Zz":
        return UTC
    return datetime.strptime(text.replace(":", ""), "%z").tzinfo


# Places

_DEGREES: Final = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{1,20})?°?")
_SYSTEMS: Final = {
    "": "wgs84",
    "wgs84": "wgs84",
    "gps": "wgs84",
    "gcj02": "gcj02",
    "火星坐标": "gcj02",
    "火星坐标系": "gcj02",
}


def parse_degrees(text: str, limit: int) -> float | Defect | None:
    """A latitude (limit 90) or longitude (limit 180) in degrees, or None."""
    if not text:
        return None
    plain = text if _DEGREES.fullmatch(text) else narrow(text)
    if _DEGREES.fullmatch(plain) is None:
        return Defect("coordinate_format", {})
    degrees = float(plain.rstrip("°"))
    if not -limit <= degrees <= limit:
        return Defect("coordinate_range", {"limit": limit})
    return degrees


def parse_system(text: str) -> str | Defect:
    """The coordinate system: wgs84 when nothing is said."""
    key = narrow(text).lower().replace("-", "").replace("_", "")
    return _SYSTEMS.get(key) or Defect("unknown_coord_system", {})


# Choices and amounts

_BOOLEANS: Final = {
    **dict.fromkeys(("yes", "y", "true", "t", "1", "是", "需要", "要", "有"), True),
    **dict.fromkeys(("", "no", "n", "false", "f", "0", "否", "不", "不需要", "不要", "无"), False),
}
_TRANSMISSIONS: Final = {
    **dict.fromkeys(("automatic", "auto", "at", "cvt", "dct", "自动", "自动挡", "自动档"), "automatic"),
    **dict.fromkeys(("manual", "mt", "手动", "手动挡", "手动档"), "manual"),
}
_SERVICES: Final = {
    **dict.fromkeys(("保养", "维保", "保养服务"), "maintenance"),
    **dict.fromkeys(("维修", "修理"), "repair"),
    **dict.fromkeys(("理赔", "事故", "事故理赔", "保险理赔", "事故车"), "claim"),
    **dict.fromkeys(("年检", "年审", "验车", "车辆年检"), "inspection"),
    **dict.fromkeys(("违章", "违章处理", "违章代办"), "violation"),
    **dict.fromkeys(("配件", "代购", "配件代购"), "parts"),
}
_AMOUNT: Final = re.compile(r"[¥￥]?([0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})(?:\.([0-9]{1,2}))?元?")
_MOST_YUAN: Final = 10_000_000


def parse_boolean(text: str) -> bool | Defect:
    """Yes or no; nothing is no."""
    found = _BOOLEANS.get(narrow(text).lower())
    return Defect("boolean_format", {}) if found is None else found


def parse_transmission(text: str) -> str | Defect | None:
    """`automatic`, `manual` or None."""
    key = narrow(text).lower()
    if not key:
        return None
    return _TRANSMISSIONS.get(key) or Defect("unknown_transmission", {"choices": "automatic, manual"})


def parse_service(text: str, services: frozenset[str]) -> str | Defect:
    """One of `services`, also by its Chinese name."""
    key = narrow(text).lower()
    if not key:
        return REQUIRED
    service = _SERVICES.get(key, key)
    return service if service in services else Defect("unknown_service", {"choices": ", ".join(sorted(services))})


def parse_fen(text: str, most_yuan: int = _MOST_YUAN) -> int | Defect | None:
    """Yuan with at most two decimals as fen, or None; more than an order may have only where it is said."""
    plain = narrow(text)
    if not plain:
        return None
    found = _AMOUNT.fullmatch(plain)
    if found is None:
        return Defect("amount_format", {})
    fen = int(found[1].replace(",", "")) * 100 + int((found[2] or "").ljust(2, "0"))
    return fen if fen <= most_yuan * 100 else Defect("amount_range", {"limit": most_yuan})


def next_window(start: datetime, end: datetime, now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """The first window at the same local time of day, and of the same length, that has not begun at `now`."""
    local = start.astimezone(zone)
    days = max(0, (now.astimezone(zone).date() - local.date()).days)
    moved = local + timedelta(days=days)
    if moved < now:
        moved += timedelta(days=1)
    begin = moved.astimezone(UTC)
    return begin, begin + (end - start)
