"""API keys: made once, shown once, kept as a hash, scoped, expiring, revocable."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.models import Tenant
from tenants.people.models import ApiKey

MARK = "blk"
DEFAULT_DAYS = 365
EVERYTHING = "*"
SCOPES = {
    "batches:read": "read",
    "batches:write": "submit",
    "orders:read": "read",
    "orders:write": "submit",
    "estimates:decide": "decide",
    "complaints:read": "read",
    "complaints:write": "complain",
    "vehicles:read": "read",
    "vehicles:write": "manage",
    "drivers:read": "read",
    "drivers:write": "manage",
    "sites:read": "read",
    "sites:write": "manage",
    "imports:read": "read",
    "imports:write": "manage",
    "events:read": "read",
}  # what each lets a key do, in the words of the book's doors (fleet.access.Action); nothing configures

WHAT_SCOPES_DO = {
    "batches:read": gettext_lazy("Read batches and what is wrong with their rows"),
    "batches:write": gettext_lazy("Send batches, mend, submit and roll them back"),
    "orders:read": gettext_lazy("Read orders, their estimates and timelines"),
    "orders:write": gettext_lazy("Amend, cancel and rate orders"),
    "estimates:decide": gettext_lazy("Decide estimates; approve within the key's limit"),
    "complaints:read": gettext_lazy("Read complaints"),
    "complaints:write": gettext_lazy("File complaints and answer what is offered"),
    "vehicles:read": gettext_lazy("Read vehicles"),
    "vehicles:write": gettext_lazy("Add and change vehicles"),
    "drivers:read": gettext_lazy("Read drivers"),
    "drivers:write": gettext_lazy("Add and change drivers"),
    "imports:read": gettext_lazy("Read imports of what the key may read"),
    "imports:write": gettext_lazy("Send and write imports of what the key may change"),
    "sites:read": gettext_lazy("Read sites and cost centres"),
    "sites:write": gettext_lazy("Add and change sites and cost centres"),
    "events:read": gettext_lazy("Read the log of everything that happened"),
}


def issue_api_key(
    *,
    tenant: Tenant,
    name: str,
    scopes: Iterable[str],
    now: datetime,
    days: int | None = DEFAULT_DAYS,
    created_by: str = "",
    approve_up_to_fen: int | None = None,
) -> tuple[ApiKey, str]:
    """Make a key; returns its row and the key's text, which is never shown again. Raises ValidationError by field."""
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES and scope != EVERYTHING]
    if unknown or not wanted:
        known = ", ".join(sorted({*SCOPES, EVERYTHING}))
        raise ValidationError(
            {
                "scopes": _("Unknown scope %(scope)s. Choose from: %(known)s.")
                % {"scope": ", ".join(unknown), "known": known}
            }
        )
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    row = ApiKey.objects.create(
        tenant=tenant,
        name=name,
        prefix=prefix,
        secret_hash=hash_secret(secret),
        scopes=wanted,
        created_by=created_by,
        created_at=now,
        expires_at=now + timedelta(days=days) if days else None,
        approve_up_to_fen=approve_up_to_fen,
    )
    return row, f"{MARK}_{prefix}_{secret}"


def find_api_key(*, text: str, tenant: Tenant, now: datetime) -> ApiKey | None:
    """The live key behind `text` if it is this tenant's; None for anything else, told apart by nothing."""
    mark, _sep, rest = text.partition("_")
    prefix, _sep, secret = rest.partition("_")
    if mark != MARK or not prefix or not secret:
        return None
    row: ApiKey | None = ApiKey.objects.filter(prefix=prefix, tenant=tenant, revoked_at__isnull=True).first()
    expected = row.secret_hash if row else hash_secret("")
    if not hmac.compare_digest(expected, hash_secret(secret)) or row is None:
        return None
    if row.expires_at is not None and row.expires_at <= now:
        return None
    return row


def note_use(*, key: ApiKey, now: datetime) -> None:
    """Keep when a key was last used, to the minute; outside the wall and outside the request's work."""
    if key.last_used_at is None or now - key.last_used_at >= timedelta(minutes=1):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


def revoke_api_key(*, tenant: Tenant, key_id: UUID | str, now: datetime) -> bool:
    """End a key now; whether there was a live one of this tenant's."""
    return ApiKey.objects.filter(pk=key_id, tenant=tenant, revoked_at__isnull=True).update(revoked_at=now) > 0


def hash_secret(secret: str) -> str:
    """A plain SHA-256: the secret is 256 random bits, so there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()
