"""Facts about people, and what their tenant is told of them. A staff member's are facts alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from events.catalogue import EventBase, FactBase, register, upcaster


@register
@dataclass(frozen=True, kw_only=True)
class InvitationSent(FactBase):
    """An address was invited, or invited anew; `tenant` is empty for the staff. Mail listens to it."""

    type: ClassVar[str] = "invitation.sent"
    subject: str
    tenant: str
    email: str
    roles: list[str]
    invited_by: str
    expires_at: datetime
    is_again: bool = False


@register
@dataclass(frozen=True, kw_only=True)
class InvitationRevoked(FactBase):
    """An open invitation was taken back."""

    type: ClassVar[str] = "invitation.revoked"
    subject: str
    tenant: str
    email: str


@register
@dataclass(frozen=True, kw_only=True)
class MembershipStarted(FactBase):
    """A person joined a tenant, or the staff when `tenant` is empty."""

    type: ClassVar[str] = "membership.started"
    subject: str
    tenant: str
    user: str
    name: str
    roles: list[str]
    invitation: str = ""


@register
@dataclass(frozen=True, kw_only=True)
class MembershipChanged(FactBase):
    """A member's roles became others."""

    type: ClassVar[str] = "membership.changed"
    subject: str
    tenant: str
    user: str
    roles_before: list[str]
    roles: list[str]


@register
@dataclass(frozen=True, kw_only=True)
class MembershipStopped(FactBase):
    """A member was deactivated; what it did stays under its name."""

    type: ClassVar[str] = "membership.stopped"
    subject: str
    tenant: str
    user: str


@register
@dataclass(frozen=True, kw_only=True)
class MembershipResumed(FactBase):
    """A deactivated member was let in again."""

    type: ClassVar[str] = "membership.resumed"
    subject: str
    tenant: str
    user: str


@register
@dataclass(frozen=True, kw_only=True)
class ApiKeyIssued(FactBase):
    """A key for a partner system was made; its secret stands nowhere."""

    type: ClassVar[str] = "api_key.issued"
    version: ClassVar[int] = 2
    subject: str
    tenant: str
    name: str
    prefix: str
    scopes: list[str]
    expires_at: datetime | None
    approve_up_to_fen: int | None


@upcaster("api_key.issued", version=1)
def without_limit(data: dict[str, Any]) -> dict[str, Any]:
    """The first keys, in the fact and in what was told, approved nothing."""
    return {**data, "approve_up_to_fen": None}


@register
@dataclass(frozen=True, kw_only=True)
class ApiKeyEnded(FactBase):
    """A key was revoked."""

    type: ClassVar[str] = "api_key.revoked"
    subject: str
    tenant: str
    name: str
    prefix: str


@register
@dataclass(frozen=True, kw_only=True)
class MemberInvited(EventBase):
    """Told: an address was invited into this tenant, or invited anew."""

    type: ClassVar[str] = "member.invited"
    subject: str
    email: str
    roles: list[str]
    expires_at: datetime


@register
@dataclass(frozen=True, kw_only=True)
class MemberUninvited(EventBase):
    """Told: an invitation was taken back."""

    type: ClassVar[str] = "member.uninvited"
    subject: str
    email: str


@register
@dataclass(frozen=True, kw_only=True)
class MemberJoined(EventBase):
    """Told: a person joined this tenant."""

    type: ClassVar[str] = "member.joined"
    subject: str
    name: str
    roles: list[str]


@register
@dataclass(frozen=True, kw_only=True)
class MemberChanged(EventBase):
    """Told: a member's roles became others."""

    type: ClassVar[str] = "member.changed"
    subject: str
    name: str
    roles_before: list[str]
    roles: list[str]


@register
@dataclass(frozen=True, kw_only=True)
class MemberDeactivated(EventBase):
    """Told: a member can no longer enter."""

    type: ClassVar[str] = "member.deactivated"
    subject: str
    name: str


@register
@dataclass(frozen=True, kw_only=True)
class MemberReactivated(EventBase):
    """Told: a member can enter again."""

    type: ClassVar[str] = "member.reactivated"
    subject: str
    name: str


@register
@dataclass(frozen=True, kw_only=True)
class KeyIssued(EventBase):
    """Told: a key for a partner system was made."""

    type: ClassVar[str] = "api_key.issued"
    version: ClassVar[int] = 2
    subject: str
    name: str
    prefix: str
    scopes: list[str]
    expires_at: datetime | None
    approve_up_to_fen: int | None


@register
@dataclass(frozen=True, kw_only=True)
class KeyRevoked(EventBase):
    """Told: a key was revoked."""

    type: ClassVar[str] = "api_key.revoked"
    subject: str
    name: str
    prefix: str
