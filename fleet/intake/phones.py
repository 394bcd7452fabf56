"""Telephone numbers. Chinese ones are told by two rules; only the others need the world's numbering plans."""

import re
from typing import Final

import phonenumbers

from fleet.intake.values import REQUIRED, Defect, narrow

_MOBILE: Final = re.compile(r"(?:\+86|0086|86)?(1[3-9][0-9]{9})")
_LANDLINE: Final = re.compile(
    r"(?:(?:\+86|0086|86)-?)?\(?0?(10|2[0-9]|[3-9][0-9]{2})\)?-?([2-8][0-9]{6,7})(?:(?:-|转|ext\.?|x)([0-9]{1,6}))?",
    re.IGNORECASE,
)
_LONGEST: Final = 40


def parse_phone(text: str) -> str | Defect:
    """A number in E.164, with `;ext=` when it has an extension. Without a country code it is Chinese."""
    if not text:
        return REQUIRED
    if found := _MOBILE.fullmatch(text):
        return "+86" + found[1]
    if len(text) > _LONGEST:
        return Defect("phone_format", {})
    plain = narrow(text)
    if found := _MOBILE.fullmatch(plain.replace("-", "")):
        return "+86" + found[1]
    if plain.startswith(("0", "(0", "+86", "86")) and (found := _LANDLINE.fullmatch(plain)):
        return _with_extension(f"+86{found[1]}{found[2]}", found[3])
    return _parse_foreign(text)


def _parse_foreign(text: str) -> str | Defect:
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return Defect("phone_format", {})
    if not phonenumbers.is_valid_number(number):
        return Defect("phone_format", {})
    return _with_extension(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), number.extension)


def _with_extension(number: str, extension: str | None) -> str:
    return f"{number};ext={extension}" if extension else number
