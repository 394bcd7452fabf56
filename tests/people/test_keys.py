"""API keys: shown once, kept as a hash, scoped, expiring, revocable, one tenant's."""

import hashlib
import io
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from events.models import Event, Fact
from tenants.actors import NOBODY, Actor
from tenants.models import Tenant
from tenants.people.keys import find_api_key, issue_api_key, note_use, revoke_api_key
from tenants.people.middleware import read_key
from tenants.people.models import ApiKey

pytestmark = pytest.mark.django_db


def issue(*arguments: str) -> str:
    """The key that the command prints."""
    out = io.StringIO()
    call_command("issue_api_key", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue().strip()


def test_the_command_prints_the_key_once_and_the_row_keeps_a_hash(acme: Tenant) -> None:
    text = issue("acme", "--scope", "orders:read", "--scope", "batches:write", "--name", "ERP", "--days", "30")
    row = ApiKey.objects.get()
    _mark, prefix, secret = text.split("_", 2)
    assert (row.prefix, row.name, row.scopes) == (prefix, "ERP", ["batches:write", "orders:read"])
    assert row.secret_hash == hashlib.sha256(secret.encode()).hexdigest()
    assert row.expires_at == row.created_at + timedelta(days=30)
    kept = [str(value) for model in (ApiKey, Fact, Event) for value in model.objects.values()]
    assert secret not in "".join(kept)
    assert list(Event.objects.filter(tenant=acme).values_list("type", flat=True))[-1:] == ["api_key.issued"]


@pytest.mark.parametrize(
    "arguments",
    [("nobody", "--scope", "*"), ("acme", "--scope", "orders:everything"), ("acme", "--scope", "*", "--days", "-1")],
)
def test_the_command_says_what_is_wrong(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        issue(*arguments)
    assert not ApiKey.objects.exists()


def test_a_key_opens_its_own_tenant_alone_until_it_ends(acme: Tenant, pacific: Tenant, now: datetime) -> None:
    row, text = issue_api_key(tenant=acme, name="ERP", scopes=["*"], now=now, days=1)
    assert find_api_key(text=text, tenant=acme, now=now) == row
    assert find_api_key(text=text, tenant=pacific, now=now) is None
    assert find_api_key(text=text, tenant=acme, now=now + timedelta(days=1)) is None
    for wrong in ("", "blk", text[:-1], f"{text}x", text.replace("blk", "xyz"), f"blk_{row.prefix}_", "blk__x"):
        assert find_api_key(text=wrong, tenant=acme, now=now) is None


def test_a_revoked_key_opens_nothing(acme: Tenant, now: datetime) -> None:
    text = issue("acme", "--scope", "*")
    key = ApiKey.objects.get()
    with pytest.raises(CommandError):
        call_command("revoke_api_key", "pacific", text, stdout=io.StringIO())
    call_command("revoke_api_key", "acme", text, stdout=io.StringIO())
    assert find_api_key(text=text, tenant=acme, now=key.created_at) is None
    with pytest.raises(CommandError):
        call_command("revoke_api_key", "acme", key.prefix, stdout=io.StringIO())
    assert Event.objects.filter(tenant=acme).latest("seq").type == "api_key.revoked"


def test_one_tenant_cannot_revoke_anothers(acme: Tenant, pacific: Tenant, now: datetime) -> None:
    row, text = issue_api_key(tenant=acme, name="ERP", scopes=["*"], now=now)
    assert not revoke_api_key(tenant=pacific, key_id=row.pk, now=now)
    assert find_api_key(text=text, tenant=acme, now=now) == row


def test_the_actor_of_a_key_has_its_scopes_and_no_roles(acme: Tenant, pacific: Tenant) -> None:
    text = issue("acme", "--scope", "orders:read")
    actor = read_key(f"Bearer {text}", acme, {"tenant": acme})
    assert (actor.kind, actor.scopes, actor.roles, actor.is_member) == (
        "key",
        frozenset({"orders:read"}),
        frozenset[str](),
        True,
    )
    common = {"tenant": pacific}
    stranger = read_key(f"Bearer {text}", pacific, common)
    assert stranger == Actor(kind=NOBODY.kind, id="", name="", tenant=pacific)
    for header in (text, f"Basic {text}", "Bearer", "Bearer "):
        assert read_key(header, acme, {"tenant": acme}).kind == "nobody"


def test_use_is_noted_to_the_minute(acme: Tenant, now: datetime) -> None:
    row, _text = issue_api_key(tenant=acme, name="ERP", scopes=["*"], now=now)
    note_use(key=row, now=now)
    row.refresh_from_db()
    note_use(key=row, now=now + timedelta(seconds=59))
    row.refresh_from_db()
    assert row.last_used_at == now
