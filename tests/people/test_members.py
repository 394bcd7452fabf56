"""Members: who manages them, what is told, and that one administrator always stays."""

import threading
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections
from django.http import Http404
from django.test import Client

from config import clock
from events.book.models import Entry
from events.models import Fact
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.people import services
from tenants.people.models import Invitation, Membership, TenantRole, User
from tenants.people.seed import ensure_membership, ensure_user
from tests.proving import prove

ActorIn = Callable[[User, Tenant], Actor]
Browser = Callable[..., Client]


def place(user: User) -> Membership:
    """The person's one membership."""
    return Membership.objects.get(user=user)


def entries(tenant: Tenant) -> list[tuple[str, dict[str, object]]]:
    """What stands in the tenant's log about members."""
    with tenant_context(tenant):
        return list(Entry.objects.filter(type__startswith="member.").order_by("seq").values_list("type", "data"))


def test_roles_are_changed_on_record_and_the_tenant_reads_it(
    zhou: User, lin: User, acme: Tenant, actor_in: ActorIn
) -> None:
    services.change_member_roles(
        tenant=acme,
        membership_id=place(lin).pk,
        roles=["finance", "approver", "finance"],
        actor=actor_in(zhou, acme),
        now=clock.now(),
    )
    assert place(lin).roles == ["approver", "finance"]
    fact = Fact.objects.get(type="membership.changed")
    assert (fact.actor_id, fact.data["roles_before"], fact.data["roles"]) == (
        str(zhou.pk),
        ["viewer"],
        ["approver", "finance"],
    )
    ((name, data),) = entries(acme)
    assert (name, data["name"], data["roles"]) == ("member.changed", "林涛", ["approver", "finance"])


def test_nothing_is_recorded_when_nothing_changes(zhou: User, lin: User, acme: Tenant, actor_in: ActorIn) -> None:
    actor = actor_in(zhou, acme)
    services.change_member_roles(
        tenant=acme, membership_id=place(lin).pk, roles=["viewer"], actor=actor, now=clock.now()
    )
    services.reactivate_member(tenant=acme, membership_id=place(lin).pk, actor=actor, now=clock.now())
    assert not Fact.objects.exists()


def test_a_deactivated_member_is_refused_from_the_next_request_on(
    zhou: User, lin: User, acme: Tenant, actor_in: ActorIn, browser: Browser
) -> None:
    client = browser("acme", lin)
    assert client.get("/").status_code == 200
    actor = actor_in(zhou, acme)
    services.deactivate_member(tenant=acme, membership_id=place(lin).pk, actor=actor, now=clock.now())
    assert client.get("/").status_code == 404
    services.reactivate_member(tenant=acme, membership_id=place(lin).pk, actor=actor, now=clock.now())
    assert client.get("/").status_code == 200
    assert [name for name, _data in entries(acme)] == ["member.deactivated", "member.reactivated"]


def test_the_last_administrator_stays(zhou: User, lin: User, acme: Tenant, actor_in: ActorIn) -> None:
    actor = actor_in(zhou, acme)

    def demote() -> None:
        services.change_member_roles(
            tenant=acme, membership_id=place(zhou).pk, roles=["viewer"], actor=actor, now=clock.now()
        )

    def deactivate() -> None:
        services.deactivate_member(tenant=acme, membership_id=place(zhou).pk, actor=actor, now=clock.now())

    for change in (demote, deactivate):
        with pytest.raises(ValidationError, match="last administrator"):
            change()
    second = ensure_membership(user=lin, tenant=acme, roles=[TenantRole.ADMIN])
    for sleeping in ({"is_active": False}, {}):
        Membership.objects.filter(pk=second.pk).update(**sleeping)
        User.objects.filter(pk=lin.pk).update(is_active=bool(sleeping))
        with pytest.raises(ValidationError, match="last administrator"):
            demote()
        Membership.objects.filter(pk=second.pk).update(is_active=True)
    User.objects.filter(pk=lin.pk).update(is_active=True)
    demote()
    assert place(zhou).roles == ["viewer"]


def test_two_administrators_who_remove_each_other_at_once_leave_one(own_db: str, actor_in: ActorIn) -> None:
    acme = Tenant.objects.get(slug="acme")
    people = [ensure_user(email=f"admin{i}@acme.example", name=f"Admin {i}") for i in (1, 2)]
    for person in people:
        ensure_membership(user=person, tenant=acme, roles=[TenantRole.ADMIN])
    actors, start, refused = [actor_in(person, acme) for person in people], threading.Barrier(2), []

    def remove(actor: Actor, other: User) -> None:
        start.wait()
        try:
            services.deactivate_member(tenant=acme, membership_id=place(other).pk, actor=actor, now=clock.now())
        except ValidationError as error:
            refused.append(error)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=remove, args=(actor, other))
        for actor, other in zip(actors, reversed(people), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert Membership.objects.filter(tenant=acme, is_active=True).count() == 1


def test_who_may_not_manage_is_refused_and_nothing_happens(
    zhou: User, lin: User, pan: User, acme: Tenant, pacific: Tenant, actor_in: ActorIn
) -> None:
    for actor in (actor_in(lin, acme), actor_in(pan, pacific)):
        with pytest.raises(PermissionDenied):
            services.change_member_roles(
                tenant=acme, membership_id=place(lin).pk, roles=["admin"], actor=actor, now=clock.now()
            )
        with pytest.raises(PermissionDenied):
            services.deactivate_member(tenant=acme, membership_id=place(zhou).pk, actor=actor, now=clock.now())
    with pytest.raises(Http404):
        services.deactivate_member(
            tenant=pacific, membership_id=place(zhou).pk, actor=actor_in(pan, pacific), now=clock.now()
        )
    assert not Fact.objects.exists()


def test_the_list_shows_this_tenants_people_alone(
    zhou: User, lin: User, pan: User, acme: Tenant, pacific: Tenant, actor_in: ActorIn, browser: Browser
) -> None:
    for tenant, admin, email in ((acme, zhou, "a@new.example"), (pacific, pan, "p@new.example")):
        services.invite(tenant=tenant, email=email, roles=["viewer"], actor=actor_in(admin, tenant), now=clock.now())
    page = browser("acme", zhou).get("/members/").content.decode()
    for shown in ("周敏", "林涛", "a@new.example"):
        assert shown in page
    for hidden in ("潘岳", "pan@pacific.example", "p@new.example"):
        assert hidden not in page


@pytest.mark.parametrize("path", ["/members/", "/members/invite/"])
def test_members_are_the_administrators_alone(lin: User, pan: User, browser: Browser, path: str) -> None:
    assert browser("acme", lin).get(path).status_code == 403
    assert browser("acme", pan).get(path).status_code == 404
    assert browser("acme").get(path)["Location"].startswith("http://baylink.localhost:8000/accounts/login/?next=")


def test_pages_invite_resend_and_revoke(zhou: User, acme: Tenant, browser: Browser) -> None:
    client = prove(browser("acme", zhou))
    wrong = client.post("/members/invite/", {"email": "zhou@acme.example", "roles": ["viewer"]})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["email"])
    client.post("/members/invite/", {"email": "a@new.example", "roles": ["viewer", "finance"]})
    invitation = Invitation.objects.get()
    assert (invitation.tenant, invitation.roles, invitation.invited_by) == (acme, ["finance", "viewer"], zhou)
    client.post(f"/members/invitations/{invitation.public_id}/resend/")
    assert "less than a minute" in client.get("/members/").content.decode()
    client.post(f"/members/invitations/{invitation.public_id}/revoke/")
    assert not Invitation.objects.filter(revoked_at__isnull=True).exists()
    assert client.post(f"/members/invitations/{invitation.public_id}/revoke/").status_code == 404


def test_pages_change_roles_and_let_in_and_out(zhou: User, lin: User, browser: Browser) -> None:
    client, path = prove(browser("acme", zhou)), f"/members/{place(lin).public_id}/"
    assert client.post(path, {"roles": []}).status_code == 422
    assert client.post(path, {"roles": ["approver"]}).status_code == 302
    assert place(lin).roles == ["approver"]
    client.post(f"{path}deactivate/")
    assert not place(lin).is_active
    client.post(f"{path}reactivate/")
    assert place(lin).is_active
    own = client.post(f"/members/{place(zhou).public_id}/", {"roles": ["viewer"]})
    assert (own.status_code, list(own.context["form"].errors)) == (422, ["roles"])


@pytest.mark.parametrize("minutes_ago", [None, 16])
def test_an_old_session_lets_nobody_in_or_out(zhou: User, lin: User, browser: Browser, minutes_ago: int | None) -> None:
    client, path = browser("acme", zhou), f"/members/{place(lin).public_id}/"
    if minutes_ago is not None:
        prove(client, minutes_ago=minutes_ago)
    before = place(lin)
    form = {"email": "a@new.example", "roles": ["admin"]}
    for url in ("/members/invite/", path, f"{path}deactivate/", f"{path}reactivate/"):
        answer = client.post(url, form)
        back = "%2Fmembers%2F" if url.endswith("activate/") else url.replace("/", "%2F")
        assert answer["Location"] == f"/accounts/reauthenticate/?next={back}"
    assert not Invitation.objects.exists()
    assert (place(lin).roles, place(lin).is_active) == (before.roles, before.is_active)


def test_another_tenants_people_are_not_found_and_stay_as_they_are(
    zhou: User, pan: User, pacific: Tenant, actor_in: ActorIn, browser: Browser
) -> None:
    invitation = services.invite(
        tenant=pacific, email="p@new.example", roles=["viewer"], actor=actor_in(pan, pacific), now=clock.now()
    )
    client, theirs = prove(browser("acme", zhou)), place(pan).public_id
    assert client.get(f"/members/{theirs}/").status_code == 404
    for path in (
        f"/members/{theirs}/",
        f"/members/{theirs}/deactivate/",
        f"/members/{theirs}/reactivate/",
        f"/members/invitations/{invitation.public_id}/resend/",
        f"/members/invitations/{invitation.public_id}/revoke/",
        "/members/mem_nonsense/deactivate/",
    ):
        assert client.post(path, {"roles": ["viewer"]}).status_code == 404
    invitation.refresh_from_db()
    assert (place(pan).roles, place(pan).is_active, invitation.revoked_at) == (["admin"], True, None)
