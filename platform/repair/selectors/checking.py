"""What anybody who holds a paper may know of it: no more than the paper says."""

from dataclasses import dataclass
from datetime import datetime

from events.commands import question
from repair.models import Document
from tenants.models import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A document without its content. `copies`: the SHA-256 of each PDF that was printed of it."""

    kind: str
    number: str
    version: int
    state: str
    sha256: str
    issued_at: datetime
    superseded_at: datetime | None
    withdrawn_at: datetime | None
    copies: frozenset[str]
    operator_zh: str
    operator_en: str


@question
def find_paper(*, code: str, tenant: Tenant | None) -> Paper | None:
    """The paper with this code, of this tenant alone (None: the operator's own); None when there is none."""
    found = Document.objects.filter(check_code=code.upper(), tenant=tenant).prefetch_related("copies").first()
    if found is None:
        return None
    head = found.content["operator"]
    return Paper(
        kind=found.kind, number=found.number, version=found.version, state=found.state, sha256=found.sha256,
        issued_at=found.issued_at, superseded_at=found.superseded_at, withdrawn_at=found.withdrawn_at,
        copies=frozenset(copy.sha256 for copy in found.copies.all() if copy.sha256), operator_zh=head["name_zh"],
        operator_en=head["name_en"],
    )  # fmt: skip
