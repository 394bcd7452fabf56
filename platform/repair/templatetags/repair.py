"""What a job's pages say in the reader's language, at the console and in the portal."""

from collections.abc import Mapping
from typing import Any

from django import template

from repair import texts
from repair.costing import words

register = template.Library()


@register.filter
def said(reason: str) -> str:
    """A reason or a note: a person's words as they are, the system's in the reader's language."""
    return texts.said(reason)


@register.filter
def line_name(line: Any) -> str:
    """What a rated line is for; a row of a desk or a book, or what is still to come."""
    return words.name_line(source=line.source, kind=line.kind, operation=line.operation, text=getattr(line, "text", ""))


@register.filter
def line_quantity(line: Any) -> str:
    """How many of what."""
    return words.say_quantity(line.quantity, line.unit)


@register.filter
def worked_sum(why: Mapping[str, str]) -> str:
    """How a rated line was worked out."""
    return words.say_why(why)


@register.filter
def payer_name(line: Any) -> str:
    """Who pays a rated line."""
    return str(words.PAYERS.get(line.payer, line.payer))
