"""Wishes that stand in the notes of a row and nowhere else.

None is dropped: what is not understood is shown as it stands.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from fleet.intake.rows import Suggestion

_COURTESY_CAR: Final = re.compile(
    r"(?<!不)(?<!无)(?<!不需)(?<!无需)(?:需要?|要|提供|安排|借)[^，。；,;]{0,6}(?:代步车|替代车)"
    r"|(?<!no )(?:courtesy|loan|replacement) car",
    re.IGNORECASE,
)
_VALUABLES: Final = re.compile(r"贵重|valuable", re.IGNORECASE)
_CALL: Final = re.compile(
    r"(?:提前|先|到前)[^，。；,;]{0,6}(?:电话|联系|致电|通知)|call (?:first|before|ahead)", re.IGNORECASE
)
_TOW: Final = re.compile(r"(?<!不用)(?<!不需要)(?:拖车|救援)|无法(?:启动|行驶)|\btow\b|tow truck", re.IGNORECASE)
_CHINESE_TIME: Final = re.compile(
    r"(凌晨|早上|上午|中午|下午|傍晚|晚上)?([0-9]{1,2}|[一二两三四五六七八九十]{1,3})[点时:](?:([0-9]{1,2})分?|(半))?"
    r"(?:之前|以前|前)[^，。；,;]{0,4}(?:送回|还车|归还|返还|送还|交还|要用车)"
)
_ENGLISH_TIME: Final = re.compile(
    r"(?:return|back)[^.;,]{0,20}?(?:by|before) ([0-9]{1,2})(?::([0-9]{2}))? ?(am|pm)?\b", re.IGNORECASE
)
_DIGITS: Final = {char: value for value, char in enumerate("零一二三四五六七八九十")} | {"两": 2}
_LONGEST: Final = 200


@lru_cache(maxsize=1024)
def find_wishes(notes: str, *, has_courtesy_car: bool, has_return_by: bool) -> tuple[Suggestion, ...]:
    """What the notes ask for that no column of the row says already."""
    if not notes:
        return ()
    text = unicodedata.normalize("NFKC", notes)
    found: list[Suggestion] = []
    known = False
    if _COURTESY_CAR.search(text):
        known = True
        if not has_courtesy_car:
            found.append(Suggestion("courtesy_car_wanted"))
    if time := find_return_time(text):
        known = True
        if not has_return_by:
            found.append(Suggestion("return_time_wanted", {"time": time}))
    for code, pattern in (("valuables_inside", _VALUABLES), ("call_first", _CALL), ("tow_wanted", _TOW)):
        if pattern.search(text):
            found.append(Suggestion(code))
    return tuple(found) if found or known else (Suggestion("read_notes", {"text": notes[:_LONGEST]}),)


def find_return_time(text: str) -> str | None:
    """The time of day (HH:MM) by which `text` wants the vehicle back."""
    if found := _CHINESE_TIME.search(text):
        return _clock(_hour(found[2]), 30 if found[4] else int(found[3] or 0), found[1] in ("下午", "傍晚", "晚上"))
    if found := _ENGLISH_TIME.search(text):
        return _clock(int(found[1]), int(found[2] or 0), (found[3] or "").lower() == "pm")
    return None


def _hour(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, ten, units = text.rpartition("十")
    if not ten:
        return _DIGITS[text] if len(text) == 1 else 99
    return (_DIGITS.get(tens, 99) if tens else 1) * 10 + (_DIGITS.get(units, 99) if units else 0)


def _clock(hour: int, minute: int, afternoon: bool) -> str | None:
    hour += 12 if afternoon and hour < 12 else 0
    return f"{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else None
