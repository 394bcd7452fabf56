"""Bodies that are no JSON document."""

from typing import IO, Any

from rest_framework.parsers import BaseParser

LINES = "application/x-ndjson"


class JsonLinesParser(BaseParser):
    """One JSON object a line; the bytes go to the intake as they came."""

    media_type = LINES

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> bytes:  # type: ignore[override]
        """The bytes."""
        content: bytes = stream.read()
        return content
