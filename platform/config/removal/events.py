"""The fact of a removal: the last word about a tenant in the operator's own stream."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from events.catalogue import FactBase, register


@register
@dataclass(frozen=True, kw_only=True)
class TenantRemoved(FactBase):
    """A tenant's book, log, people and files were exported and deleted; the bundle's hash says which export it was."""

    type: ClassVar[str] = "tenant.removed"
    subject: str  # ten_…
    tenant_id: UUID
    slug: str
    events: int
    bundle_name: str
    bundle_sha256: str
