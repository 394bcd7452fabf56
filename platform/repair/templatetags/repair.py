"""What a job's pages say in the reader's language, at the console and in the portal."""

from django import template

from repair import texts

register = template.Library()


@register.filter
def said(reason: str) -> str:
    """A reason or a note: a person's words as they are, the system's in the reader's language."""
    return texts.said(reason)
