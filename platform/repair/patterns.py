"""What a scope rule's pattern means: words with commas or | between them, or a regular expression after `re:`."""

import re
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

REGEX: Final = "re:"
SEPARATORS: Final = re.compile(r"[,，;；、|\n]")


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """The expression that `pattern` means; case does not matter.

    Raises ValidationError when it is empty, is no regular expression, or would match every text.
    """
    if pattern.startswith(REGEX):
        source = pattern.removeprefix(REGEX)
    else:
        source = "|".join(re.escape(word.strip()) for word in SEPARATORS.split(pattern) if word.strip())
    try:
        compiled = re.compile(source, re.IGNORECASE)
    except re.error as error:
        raise ValidationError(_("This is no regular expression: %(why)s") % {"why": error}) from error
    if compiled.search("") is not None:
        raise ValidationError(_("This would match every text; write at least one word."))
    return compiled


def validate_pattern(pattern: str) -> None:
    """Raise ValidationError for a pattern that cannot be used."""
    compile_pattern(pattern)


def find_in(*, pattern: str, text: str) -> str | None:
    """The first words of `text` that the pattern refuses; None when it lets it pass. Raises ValidationError."""
    found = compile_pattern(pattern).search(text)
    return None if found is None else found.group()
