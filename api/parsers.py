"""How bodies are read: JSON that can also be written again, and lines that the intake reads by itself."""

from typing import IO, Any, Final

import msgspec
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import BaseParser

LINES = "application/x-ndjson"
DEEPEST: Final = 32  # nothing that is asked for here goes deeper than six


class StrictJsonParser(BaseParser):
    """One JSON document. Half a character (a lone surrogate), NaN and brackets without end are no JSON here."""

    media_type = "application/json"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        """The values; an empty body is an empty object. Raises ParseError."""
        content: bytes = stream.read()
        if not content.strip():
            return {}
        try:
            found = msgspec.json.decode(content)
        except RecursionError as error:
            raise too_deep() from error
        except (msgspec.MsgspecError, ValueError) as error:
            raise ParseError(_("It is no JSON: %(why)s") % {"why": error}) from error
        require_shallow(found)
        return found


class JsonLinesParser(BaseParser):
    """One JSON object a line; the bytes go to the intake as they came."""

    media_type = LINES

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> bytes:  # type: ignore[override]
        """The bytes."""
        content: bytes = stream.read()
        return content


def require_shallow(found: Any) -> None:
    """Raise ParseError for what is nested deeper than anything that is asked for: whoever walks it later may recurse."""
    level = [found]
    for _depth in range(DEEPEST):
        level = [
            inner
            for value in level
            if isinstance(value, dict | list)
            for inner in (value.values() if isinstance(value, dict) else value)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise too_deep()


def too_deep() -> ParseError:
    """Brackets in brackets in brackets."""
    return ParseError(_("It is nested deeper than %(limit)d levels.") % {"limit": DEEPEST})


def require_single(data: Any, *names: str) -> None:
    """Raise ValidationError for a name that comes twice: nobody could say which one was meant."""
    if not isinstance(data, MultiValueDict):
        return
    twice = [name for name in names if len(data.getlist(name)) > 1]
    if twice:
        text = _("This came more than once; send one.")
        raise ValidationError({name: ValidationError(text, code="repeated").detail for name in twice})
