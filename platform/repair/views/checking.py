"""The page behind a paper's QR code: is it genuine, is it in force? It says no more than the paper does."""

import hashlib
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from repair import texts
from repair.models import Document
from repair.selectors.checking import Paper, find_paper
from tenants.marks import token_view
from tenants.visits import Allowance, seconds_to_wait

MOST_BYTES: Final = 10 * 1024 * 1024
LOOKS = Allowance("papers", 60, 60)
COMPARISONS = Allowance("papers-compared", 12, 60)


@never_cache
@token_view
@require_http_methods(["GET", "HEAD", "POST"])
def check_paper(request: HttpRequest, code: str) -> HttpResponse:
    """Kind, number, day, state and hash of the paper with this code; and whether a file that is sent is a copy of it."""
    wait = seconds_to_wait(request, COMPARISONS if request.method == "POST" else LOOKS)
    if wait:
        return refuse_visit(request, wait)
    paper = find_paper(code=code, tenant=request.tenant)  # type: ignore[attr-defined]
    if paper is None:
        raise Http404
    context: dict[str, Any] = {
        "paper": paper,
        "name": dict(Document.Kind.choices)[paper.kind],
        "state_label": texts.DOCUMENT_STATES[paper.state],
        "operator": paper.operator_zh if (get_language() or "").startswith("zh") else paper.operator_en,
        "max_bytes": MOST_BYTES,
    }
    if request.method == "POST":
        context |= compare(request, paper)
    return render(request, "repair/check.html", context, status=422 if context.get("errors") else 200)


def compare(request: HttpRequest, paper: Paper) -> dict[str, Any]:
    """Whether the bytes that were sent are those of a copy; nothing of them is kept."""
    sent = request.FILES.get("file")
    if sent is None or not sent.size:
        return {"errors": [_("Choose the PDF file that you were given.")]}
    if sent.size > MOST_BYTES:
        return {"errors": [_("This is larger than any of our papers.")]}
    digest = hashlib.sha256()
    for chunk in sent.chunks():
        digest.update(chunk)
    return {
        "is_compared": True,
        "file_name": sent.name,
        "is_copy": digest.hexdigest() in paper.copies,
        "digest": digest.hexdigest(),
    }


def refuse_visit(request: HttpRequest, wait: int) -> HttpResponse:
    """429: somebody tries codes, or hurries."""
    words = ngettext("Too many requests. Wait %(wait)s second.", "Too many requests. Wait %(wait)s seconds.", wait)
    response = render(request, "repair/check_later.html", {"words": words % {"wait": wait}}, status=429)
    response.headers["Retry-After"] = str(wait)
    return response
