"""The helpers of the demo: twice is once."""

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command

from messages.models import Mail
from tenants.models import Tenant
from tenants.people.models import Invitation, Membership, StaffMembership, User
from tenants.people.seed import ensure_membership, ensure_staff, ensure_user

pytestmark = pytest.mark.django_db


def test_twice_is_once_and_a_changed_password_stays(acme: Tenant) -> None:
    for password in ("first password", "second password"):
        user = ensure_user(email="Zhou@acme.example", name="周敏", password=password)
        ensure_membership(user=user, tenant=acme, roles=["admin", "admin"])
        ensure_staff(user=user, roles=["agent", "lead"])
    assert User.objects.get().check_password("first password")
    assert EmailAddress.objects.get().verified
    assert Membership.objects.get().roles == ["admin"]
    assert StaffMembership.objects.get().roles == ["agent", "lead"]


def test_a_person_who_has_another_address_now_is_the_same(acme: Tenant) -> None:
    user = ensure_user(email="zhou@acme.example", name="周敏", password="first password")
    new = EmailAddress.objects.create(user=user, email="min@acme.example", verified=True)
    new.set_as_primary()
    assert User.objects.get().email == "min@acme.example"
    assert ensure_user(email="zhou@acme.example", name="周敏", password="other") == user
    assert EmailAddress.objects.filter(user=user).count() == 2


def test_the_first_administrator_is_invited_from_the_command_line(acme: Tenant) -> None:
    call_command("invite_member", "zhou@acme.example", "--tenant", "acme", "--role", "admin")
    assert (Invitation.objects.get().tenant, Mail.objects.get().to) == (acme, "zhou@acme.example")
    for wrong in (["x@y.example", "--tenant", "nobody", "--role", "admin"], ["x@y.example", "--role", "admin"]):
        with pytest.raises(CommandError):
            call_command("invite_member", *wrong)
