"""Invitations: who may send them, what the link opens, and that it opens it once."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from config import clock
from events.models import Event, Fact
from messages.models import Mail
from messages.services import send_due
from tenants.actors import Actor
from tenants.hosts import tenant_url
from tenants.models import Tenant
from tenants.people import services
from tenants.people.models import Invitation, Membership, User
from tenants.people.seed import ensure_staff, ensure_user
from tests.people.conftest import PASSWORD

ActorIn = Callable[[User, Tenant], Actor]
Browser = Callable[..., Client]


@pytest.fixture
def invited(zhou: User, acme: Tenant, actor_in: ActorIn) -> Invitation:
    """new@acme.example is invited as a requester."""
    return services.invite(
        tenant=acme, email=" New@acme.example", roles=["requester"], actor=actor_in(zhou, acme), now=clock.now()
    )


def path_of(invitation: Invitation) -> str:
    """The link's path on the root host."""
    found = re.search(r"/invitations/[\w-]+/", services.invitation_link(invitation))
    assert found
    return found[0]


def told(tenant: Tenant) -> list[str]:
    """What the tenant was told, by type."""
    return list(Event.objects.filter(tenant=tenant).order_by("seq").values_list("type", flat=True))


def test_the_mail_is_written_with_the_invitation_in_the_tenants_language_and_its_link_is_kept_nowhere_else(
    invited: Invitation, acme: Tenant
) -> None:
    letter = Mail.objects.get()
    link = services.invitation_link(invited)
    assert letter.to == invited.email == "new@acme.example"
    assert (letter.language, letter.holds_secret) == ("zh-hans", True)
    assert link in letter.body_text and link in letter.body_html
    token = path_of(invited).split("/")[2]
    assert token not in invited.token_hash
    for row in [*Fact.objects.values_list("data", flat=True), *Event.objects.values_list("data", flat=True)]:
        assert token not in str(row)
    assert told(acme)[-1] == "member.invited"


def test_once_sent_the_mail_forgets_its_link(invited: Invitation) -> None:
    assert send_due(now=clock.now()) == 1
    assert path_of(invited) in mail.outbox[0].body
    letter = Mail.objects.get()
    assert letter.sent_at is not None
    assert (letter.body_text, letter.body_html) == ("", "")


def test_a_new_person_opens_an_account_joins_and_is_signed_in(
    invited: Invitation, acme: Tenant, browser: Browser
) -> None:
    client = browser()
    assert client.get(path_of(invited)).context["form"].email == "new@acme.example"
    form = {"name": "钱多", "password": PASSWORD, "password_again": PASSWORD}
    response = client.post(path_of(invited), form)
    assert (response.status_code, response["Location"]) == (302, tenant_url("acme"))
    user = User.objects.get(email="new@acme.example")
    assert user.check_password(PASSWORD) and user.name == "钱多"
    assert Membership.objects.get(user=user).roles == ["requester"]
    assert client.session["_auth_user_id"] == str(user.pk)
    assert EmailAddress.objects.get(user=user).verified
    assert told(acme)[-1] == "member.joined"
    assert Fact.objects.get(type="membership.started").actor_id == str(user.pk)
    assert browser().get(path_of(invited)).status_code == 404
    assert browser().post(path_of(invited), form).status_code == 404


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"name": "", "password": PASSWORD, "password_again": PASSWORD}, "name"),
        ({"name": "钱多", "password": PASSWORD, "password_again": "something else"}, "password_again"),
        ({"name": "钱多", "password": "short", "password_again": "short"}, "password"),
        ({"name": "钱多", "password": "new@acme.example", "password_again": "new@acme.example"}, "password"),
    ],
)
def test_a_wrong_form_says_so_beside_the_field_and_keeps_nothing(
    invited: Invitation, browser: Browser, form: dict[str, str], field: str
) -> None:
    response = browser().post(path_of(invited), form)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not User.objects.filter(email="new@acme.example").exists()


def test_who_has_an_account_signs_in_and_comes_back(invited: Invitation, acme: Tenant, browser: Browser) -> None:
    user = ensure_user(email="new@acme.example", name="钱多", password=PASSWORD)
    client = browser()
    page = client.get(path_of(invited))
    assert page.templates[0].name == "people/invitation_sign_in.html"
    form = {"name": "Mallory", "password": "another long password", "password_again": "another long password"}
    client.post(path_of(invited), form)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    signed_in = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD, "next": path_of(invited)})
    assert signed_in["Location"] == path_of(invited)
    assert not Membership.objects.filter(user=user).exists()
    assert client.post(path_of(invited))["Location"] == tenant_url("acme")
    assert Membership.objects.get(user=user).tenant == acme


def test_another_signed_in_address_is_refused_by_page_and_service(
    invited: Invitation, lin: User, acme: Tenant, pacific: Tenant, browser: Browser, actor_in: ActorIn
) -> None:
    page = browser("", lin).post(path_of(invited))
    assert page.templates[0].name == "people/invitation_other.html"
    token = path_of(invited).split("/")[2]
    with pytest.raises(PermissionDenied):
        services.accept(token=token, actor=actor_in(lin, acme), now=clock.now())
    invited.refresh_from_db()
    assert invited.accepted_at is None


def test_an_address_that_was_added_but_never_proved_does_not_count(
    invited: Invitation, lin: User, acme: Tenant, actor_in: ActorIn
) -> None:
    EmailAddress.objects.create(user=lin, email="new@acme.example", verified=False)
    with pytest.raises(PermissionDenied):
        services.accept(token=path_of(invited).split("/")[2], actor=actor_in(lin, acme), now=clock.now())


def test_it_expires(invited: Invitation) -> None:
    token, last = path_of(invited).split("/")[2], invited.expires_at
    assert services.find_invitation(token=token, now=last - timedelta(seconds=1)).pk == invited.pk
    with pytest.raises(services.InvitationClosed):
        services.find_invitation(token=token, now=last)


def test_revoked_it_opens_nothing(
    invited: Invitation, zhou: User, acme: Tenant, actor_in: ActorIn, browser: Browser
) -> None:
    services.revoke_invitation(invitation_id=invited.pk, actor=actor_in(zhou, acme), now=clock.now())
    assert browser().get(path_of(invited)).status_code == 404
    assert told(acme)[-1] == "member.uninvited"
    with pytest.raises(services.InvitationClosed):
        services.revoke_invitation(invitation_id=invited.pk, actor=actor_in(zhou, acme), now=clock.now())


def test_sent_again_it_has_a_new_link_and_a_new_end_but_not_within_a_minute(
    invited: Invitation, zhou: User, acme: Tenant, actor_in: ActorIn, browser: Browser
) -> None:
    actor, sent_at, old = actor_in(zhou, acme), invited.invited_at, path_of(invited)
    with pytest.raises(ValidationError, match="less than a minute"):
        services.resend_invitation(invitation_id=invited.pk, actor=actor, now=sent_at + timedelta(seconds=59))
    again = services.resend_invitation(invitation_id=invited.pk, actor=actor, now=sent_at + timedelta(seconds=60))
    assert path_of(again) != old
    assert browser().get(old).status_code == 404
    assert browser().get(path_of(again)).status_code == 200
    assert [letter.to for letter in Mail.objects.all()] == ["new@acme.example"] * 2
    assert again.expires_at == sent_at + timedelta(days=7, seconds=60)


def test_one_open_invitation_an_address_until_it_expires(
    invited: Invitation, zhou: User, acme: Tenant, actor_in: ActorIn
) -> None:
    def invite_at(now: datetime) -> Invitation:
        return services.invite(
            tenant=acme, email="NEW@acme.example", roles=["viewer"], actor=actor_in(zhou, acme), now=now
        )

    with pytest.raises(ValidationError) as refused:
        invite_at(invited.expires_at - timedelta(seconds=1))
    assert list(refused.value.message_dict) == ["email"]
    assert invite_at(invited.expires_at).pk != invited.pk


def test_inviting_says_nothing_about_accounts_elsewhere(
    zhou: User, lin: User, pan: User, acme: Tenant, actor_in: ActorIn
) -> None:
    def invite(email: str) -> Invitation:
        return services.invite(tenant=acme, email=email, roles=["viewer"], actor=actor_in(zhou, acme), now=clock.now())

    invite("pan@pacific.example")
    invite("nobody@pacific.example")
    known, unknown = Mail.objects.order_by("created_at")
    strip = re.compile(r"http\S+")
    assert strip.sub("", known.body_text) == strip.sub("", unknown.body_text)
    with pytest.raises(ValidationError, match="member already"):
        invite("lin@acme.example")


@pytest.mark.parametrize(
    ("email", "roles", "field"),
    [("no address", ["viewer"], "email"), ("a@b.example", [], "roles"), ("a@b.example", ["lead"], "roles")],
)
def test_wrong_input_is_said_by_field(
    zhou: User, acme: Tenant, actor_in: ActorIn, email: str, roles: list[str], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        services.invite(tenant=acme, email=email, roles=roles, actor=actor_in(zhou, acme), now=clock.now())
    assert list(refused.value.message_dict) == [field]
    assert not Mail.objects.exists()


def test_only_an_administrator_of_that_tenant_invites(
    zhou: User, lin: User, pan: User, acme: Tenant, pacific: Tenant, actor_in: ActorIn
) -> None:
    key = Actor(kind="key", id="k", name="key", tenant=acme, scopes=frozenset({"*"}))
    for actor in (actor_in(lin, acme), actor_in(pan, pacific), actor_in(pan, acme), key):
        with pytest.raises(PermissionDenied):
            services.invite(tenant=acme, email="x@y.example", roles=["admin"], actor=actor, now=clock.now())
    with pytest.raises(PermissionDenied):
        services.invite(tenant=None, email="x@y.example", roles=["lead"], actor=actor_in(zhou, acme), now=clock.now())
    assert not Invitation.objects.exists()


def test_a_lead_invites_into_the_staff(lin: User, browser: Browser) -> None:
    lead = ensure_staff(user=lin, roles=["lead"])
    actor = Actor(kind="user", id=str(lin.pk), name=lin.name, staff_roles=frozenset(lead.roles), staff_id=lead.pk)
    invitation = services.invite(
        tenant=None, email="agent@baylink.example", roles=["agent"], actor=actor, now=clock.now()
    )
    form = {"name": "王刚", "password": PASSWORD, "password_again": PASSWORD}
    response = browser().post(path_of(invitation), form)
    assert response["Location"].startswith("http://ops.")
    assert User.objects.get(email="agent@baylink.example").staff.roles == ["agent"]
    assert not Event.objects.filter(type__startswith="member.", subject=invitation.public_id).exists()


def test_a_deactivated_member_who_is_invited_again_comes_back(
    lin: User, zhou: User, acme: Tenant, actor_in: ActorIn, browser: Browser
) -> None:
    membership = Membership.objects.get(user=lin)
    actor = actor_in(zhou, acme)
    services.deactivate_member(tenant=acme, membership_id=membership.pk, actor=actor, now=clock.now())
    invitation = services.invite(tenant=acme, email=lin.email, roles=["finance"], actor=actor, now=clock.now())
    assert browser("", lin).post(path_of(invitation)).status_code == 302
    membership.refresh_from_db()
    assert (membership.is_active, membership.roles) == (True, ["finance"])
