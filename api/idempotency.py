"""Idempotency-Key (IETF draft 06), as numbered cases; each is a test in tests/api/test_idempotency.py.

1. no key, or one that is none: 400, nothing is done
2. a new key: the work is done, and the answer kept with it in one transaction
3. the same key and the same request: the kept answer again, with Idempotency-Replayed: true
4. the same key with another body, path or method: 422
5. the same key while its request is still being answered: 409
6. a request that is refused (400 or above) or fails keeps nothing: the same key may be sent again
7. another credential's key, or another tenant's, is another key
8. after seven days a key is new again
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from rest_framework.request import Request

from api.authentication import actor_of
from api.book.models import IdempotencyKey, find_answer, keep_answer
from api.errors import KeyMissing, KeyReused, KeyRunning

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
LONGEST: Final = 255
VISIBLE = re.compile(r"[\x20-\x7e]+")
REPEATED_HEADERS: Final = ("Location", "ETag", "Content-Language")
LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema() || %s, 7))"
_encoder = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True, slots=True)
class Claim:
    """One POST with its key: who sent it, and a fingerprint of what it asks."""

    key: str
    credential: str
    method: str
    path: str
    fingerprint: str


def claim_of(request: Request) -> Claim:
    """Read the key, and the body for its fingerprint; called before the wall. Raises KeyMissing, ParseError."""
    key = read_key(request.headers.get(HEADER, ""))
    actor = actor_of(request)
    method, path = str(request.method), request.get_full_path()[:500]
    digest = hashlib.sha256(f"{method} {request.get_full_path()}\n".encode())
    add_content(digest, request.data)
    return Claim(
        key=key, credential=f"{actor.kind}:{actor.id}", method=method, path=path, fingerprint=digest.hexdigest()
    )


def read_key(header: str) -> str:
    """The key in the header: a string in quotes as the draft has it, or bare. Raises KeyMissing."""
    text = header.strip()
    if len(text) >= 2 and text[0] == text[-1] == '"':
        text = text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    if not text.strip():
        raise KeyMissing(
            _("Send the header Idempotency-Key with a text of your own, best a random UUID, for each new request.")
        )
    if len(text) > LONGEST or not VISIBLE.fullmatch(text):
        raise KeyMissing(_("Idempotency-Key has at most 255 characters, all of them visible ASCII."))
    return text


def add_content(digest: Any, data: Any) -> None:
    """Add what a body says, not how it is packed: a retry may choose another boundary or another order of names."""
    if not isinstance(data, MultiValueDict):
        digest.update(data if isinstance(data, bytes) else _encoder.encode(data))
        return
    for name in sorted(data):
        for value in data.getlist(name):
            digest.update(f"\n{name}=".encode())
            if isinstance(value, UploadedFile):
                digest.update(f"{value.name} ".encode())
                for chunk in value.chunks():
                    digest.update(chunk)
                value.seek(0)
            else:
                digest.update(str(value).encode())


def answer_once(*, claim: Claim, now: datetime, work: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Do `work` unless its key was answered before; called inside the tenant, whose transaction keeps the answer.

    Raises KeyRunning, KeyReused, and what `work` raises.
    """
    if not take_lock(claim):
        raise KeyRunning(
            _("The first request with this key is still running; ask again in a moment."), headers={"Retry-After": "1"}
        )
    known = answer_known(claim=claim, now=now)
    if known is not None:
        return known
    response = work()
    if response.status_code < 400:
        keep_answer(answer=row_of(claim, response, now), now=now)
    return response


def answer_known(*, claim: Claim, now: datetime) -> HttpResponse | None:
    """The answer that the key has had already; called inside the tenant. Raises KeyReused when the request was another."""
    known = find_answer(key=claim.key, credential=claim.credential, now=now)
    return None if known is None else replay(known, claim)


def take_lock(claim: Claim) -> bool:
    """Whether nobody else holds the key now; it is let go with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [f" {claim.credential} {claim.key}"])
        return bool(cursor.fetchone()[0])


def replay(known: IdempotencyKey, claim: Claim) -> HttpResponse:
    """The kept answer; raises KeyReused when the request is another."""
    if known.fingerprint != claim.fingerprint:
        raise KeyReused(_("This key was used for another request; take a new key for each new request."))
    headers = {**known.headers, REPLAYED: "true"}
    return HttpResponse(known.body, status=known.status, content_type="application/json", headers=headers)


def row_of(claim: Claim, response: HttpResponseBase, now: datetime) -> IdempotencyKey:
    """What is kept of an answer."""
    rendered: Any = response
    if callable(getattr(rendered, "render", None)):
        rendered.render()
    return IdempotencyKey(
        key=claim.key,
        credential=claim.credential,
        method=claim.method,
        path=claim.path,
        fingerprint=claim.fingerprint,
        status=response.status_code,
        headers={name: response[name] for name in REPEATED_HEADERS if response.has_header(name)},
        body=rendered.content.decode(),
        created_at=now,
    )
