"""A long list as a file: sent page by page while it is read, each page an entry of its own into the tenant."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.http import StreamingHttpResponse
from django.utils import timezone

KINDS: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def send_stream(content: Iterable[bytes], *, stem: str, kind: str, now: datetime) -> StreamingHttpResponse:
    """`orders-20261125-0830.csv`; the wall lets it pass, for its pages enter by themselves."""
    response = StreamingHttpResponse(content, content_type=KINDS[kind])
    response.is_walled = True  # type: ignore[attr-defined]
    name = f"{stem}-{timezone.localtime(now):%Y%m%d-%H%M}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
