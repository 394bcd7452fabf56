"""Cells that only the registers have: days, kilometres, licences."""

import re
import unicodedata
from datetime import date
from typing import Final

from fleet.intake.values import Defect, narrow

_DAY: Final = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?|(\d{4})(\d{2})(\d{2})", re.ASCII
)
_YEARS: Final = range(1990, 2100)
_KILOMETRES: Final = re.compile(r"([0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,2})(?:\.0+)?(?:km|公里|千米)?", re.IGNORECASE)
MOST_KM: Final = 5_000_000
LICENCES: Final = frozenset(
    ["A1", "A2", "A3", "B1", "B2", "C1", "C2", "C3", "C4", "C5", "C6", "D", "E", "F", "M", "N", "P"]
)
LONGEST_TAIL: Final = 6
_TAIL: Final = re.compile(r"[0-9]{2,5}[0-9X]")
_USE: Final = {
    **dict.fromkeys(("yes", "y", "true", "t", "1", "是", "active", "inuse", "在用", "启用", "在职", "正常"), True),
    **dict.fromkeys(("no", "n", "false", "f", "0", "否", "retired", "inactive", "notinuse", "停用", "离职", "报废"), False),
    **dict.fromkeys(("archived", "退役", "已停用", "已报废", "已售"), False),
}  # fmt: skip


def parse_day(text: str) -> str | Defect | None:
    """A day as ISO text (2026-11-24), or None."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    if not plain:
        return None
    found = _DAY.fullmatch(plain)
    if found is None:
        return Defect("day_format", {})
    year, month, day = (int(part) for part in found.groups() if part is not None)
    try:
        return date(year, month, day).isoformat() if year in _YEARS else Defect("day_format", {})
    except ValueError:
        return Defect("day_format", {})


def parse_kilometres(text: str) -> int | Defect | None:
    """Whole kilometres, or None."""
    plain = narrow(text)
    if not plain:
        return None
    found = _KILOMETRES.fullmatch(plain)
    if found is None:
        return Defect("kilometres_format", {})
    km = int(found[1].replace(",", ""))
    return km if km <= MOST_KM else Defect("kilometres_range", {"limit": MOST_KM})


def parse_licence(text: str) -> str | Defect | None:
    """A class of driving licence, or None; of several (A1A2) the first counts, as they are written highest first."""
    key = narrow(text).upper()
    if not key:
        return None
    if key in LICENCES:
        return key
    parts: list[str] = re.findall(r"[ABC][1-6]|[DEFMNP]", key)
    if parts and "".join(parts) == re.sub(r"[,/、+]", "", key) and set(parts) <= LICENCES:
        return parts[0]
    return Defect("unknown_licence", {"choices": ", ".join(sorted(LICENCES))})


def parse_tail(text: str) -> str | Defect | None:
    """The last three to six characters of a licence's number, or None; a whole number is cut: we keep no more."""
    plain = narrow(text).upper().lstrip("*")
    if not plain:
        return None
    if re.fullmatch(r"[0-9]{14,17}[0-9X]", plain):
        return plain[-4:]
    return plain if _TAIL.fullmatch(plain) else Defect("licence_tail_format", {})


def only_tail(text: str) -> str:
    """The end of what may be a whole licence number, however it was written: we keep no more of a cell that is refused."""
    plain = text.strip()
    return plain if len(plain) <= LONGEST_TAIL else plain[-4:]


def parse_use(text: str) -> bool | Defect | None:
    """Whether it is in use, or None where nothing is said."""
    key = narrow(text).lower().replace("_", "").replace("-", "")
    if not key:
        return None
    found = _USE.get(key)
    return Defect("use_format", {}) if found is None else found
