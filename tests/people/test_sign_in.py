"""Signing in: on the root host alone, guarded against guessing, fixation, listing of accounts and false hosts."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings as installed
from django.http import HttpResponse
from django.test import Client, RequestFactory

from messages.models import Mail
from tenants.hosts import console_url, root_url, tenant_url
from tenants.models import Domain, Tenant
from tenants.people.adapter import AccountAdapter
from tenants.people.models import User
from tenants.people.seed import ensure_membership, ensure_staff
from tests.people.conftest import PASSWORD

Browser = Callable[..., Client]


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> Any:
    """Post the sign-in form."""
    return client.post("/accounts/login/", {"login": email, "password": password, **more})


def words_of(response: HttpResponse) -> str:
    """The page without what differs from one load to the next."""
    return re.sub(r'value="[^"]*"|csrf[^>]*|X-CSRFToken[^}]*|[0-9a-f-]{36}', "", response.content.decode())


def test_one_place_is_gone_to_straight_away(zhou: User, browser: Browser) -> None:
    client = browser()
    assert sign_in(client, "Zhou@ACME.example")["Location"] == "/"
    assert client.get("/")["Location"] == tenant_url("acme")
    assert client.get("/", headers={"host": "acme.baylink.localhost:8000"}).status_code == 200


def test_many_places_are_offered(zhou: User, pacific: Tenant, browser: Browser) -> None:
    ensure_membership(user=zhou, tenant=pacific, roles=["viewer"])
    ensure_staff(user=zhou, roles=["dispatcher"])
    page = browser("", zhou).get("/").content.decode()
    for shown in (tenant_url("acme"), tenant_url("pacific"), console_url(), "Dispatcher", "Insurer", "Administrator"):
        assert shown in page


def test_the_console_alone_is_a_place_too_and_no_place_is_said(zhou: User, lin: User, browser: Browser) -> None:
    zhou.memberships.all().delete()
    lin.memberships.update(is_active=False)
    ensure_staff(user=zhou, roles=["agent"])
    assert browser("", zhou).get("/")["Location"] == console_url()
    assert "No place yet" in browser("", lin).get("/").content.decode()
    assert browser().get("/")["Location"].startswith("/accounts/login/")


def test_next_leads_to_any_host_of_ours(zhou: User, browser: Browser) -> None:
    for address in (tenant_url("acme", "/orders/?q=1"), console_url("/board/"), "/accounts/2fa/"):
        assert sign_in(browser(), zhou.email, next=address)["Location"] == address


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "http://evilbaylink.localhost/",
        "http://baylink.localhost.evil.example/",
        "http://baylink.localhost@evil.example/",
        "http://zhou:x@acme.baylink.localhost/",
        "http://evil.example\\@acme.baylink.localhost/",
        "https://acme.baylink.localhost/",
        "javascript:alert(1)",
        "http://[evil/",
        "\\\\evil.example",
    ],
)
def test_next_leads_nowhere_else(zhou: User, browser: Browser, address: str) -> None:
    assert sign_in(browser(), zhou.email, next=address)["Location"] == "/"
    assert browser("", zhou).post("/accounts/logout/", {"next": address})["Location"] == "/"


@pytest.mark.parametrize("name", ["account_login", "account_logout", "account_reauthenticate", "mfa_index"])
def test_a_tenants_host_leads_to_the_root_host_and_back(browser: Browser, db: None, name: str) -> None:
    from django.urls import reverse

    path = reverse(name, urlconf="tests.people.tenant_urls")
    target = browser("acme").get(path, {"next": "/orders/?q=1"})["Location"]
    assert target == f"{root_url(name)}?next=http%3A%2F%2Facme.baylink.localhost%3A8000%2Forders%2F%3Fq%3D1"
    assert browser("acme").post("/accounts/login/", {"login": "x"}).status_code == 302


def test_a_strangers_page_leads_to_sign_in_also_in_parts(browser: Browser, db: None) -> None:
    there = root_url("account_login")
    assert browser("acme").get("/orders/?q=1")["Location"] == (
        f"{there}?next=http%3A%2F%2Facme.baylink.localhost%3A8000%2Forders%2F%3Fq%3D1"
    )
    part = browser("acme").get("/orders/", headers={"hx-request": "true", "hx-current-url": tenant_url("acme", "/a")})
    assert (part.status_code, part["HX-Redirect"]) == (
        204,
        f"{there}?next=http%3A%2F%2Facme.baylink.localhost%3A8000%2Fa",
    )


def test_the_session_is_all_hosts_and_sign_out_ends_it_everywhere(zhou: User, browser: Browser) -> None:
    client = browser()
    sign_in(client, zhou.email)
    portal = {"host": "acme.baylink.localhost:8000"}
    assert client.get("/", headers=portal).status_code == 200
    assert client.get("/accounts/logout/").status_code == 200  # a link alone signs nobody out
    client.post("/accounts/logout/")
    assert client.get("/", headers=portal).status_code == 302


def test_the_cookies_are_as_narrow_as_they_can_be(zhou: User, browser: Browser) -> None:
    client = browser()
    client.get("/accounts/login/")
    sign_in(client, zhou.email)
    session, csrf = client.cookies["baylink_session"], client.cookies["baylink_csrf"]
    assert (session["domain"], session["httponly"], session["samesite"]) == ("baylink.localhost", True, "Lax")
    assert (csrf["domain"], csrf["samesite"]) == ("", "Lax")
    assert installed.SESSION_COOKIE_SECURE == installed.CSRF_COOKIE_SECURE == (installed.SITE_SCHEME == "https")


def test_an_old_session_changes_no_address_and_the_old_address_is_told(zhou: User, browser: Browser) -> None:
    client = browser("", zhou)
    add = {"action_add": "", "email": "thief@evil.example"}
    assert "/reauthenticate/" in client.post("/accounts/email/", add)["Location"]
    assert EmailAddress.objects.get().email == zhou.email
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/email/", {"action_add": "", "email": "min@acme.example"})
    EmailAddress.objects.filter(email="min@acme.example").update(verified=True)
    Mail.objects.all().delete()
    client.post("/accounts/email/", {"action_primary": "", "email": "min@acme.example"})
    told = Mail.objects.get()
    assert (told.to, "min@acme.example" in told.body_text) == ("zhou@acme.example", True)


def test_a_session_planted_before_sign_in_is_worth_nothing_after(zhou: User, browser: Browser) -> None:
    client = browser()
    client.get("/accounts/login/", {"next": "/"})
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = str(session.session_key)
    client.cookies["baylink_session"] = planted
    sign_in(client, zhou.email)
    assert client.cookies["baylink_session"].value != planted
    thief = browser()
    thief.cookies["baylink_session"] = planted
    assert thief.get("/")["Location"].startswith("/accounts/login/")


def test_a_form_from_elsewhere_is_refused_and_says_why(zhou: User, browser: Browser) -> None:
    response = browser(enforce_csrf_checks=True).post("/accounts/login/", {"login": zhou.email, "password": PASSWORD})
    assert response.status_code == 403
    assert "This form is too old" in response.content.decode()


def test_a_wrong_password_and_an_unknown_address_look_alike(zhou: User, browser: Browser) -> None:
    wrong = sign_in(browser(), zhou.email, "wrong password")
    unknown = sign_in(browser(), "who@acme.example", "wrong password")
    assert wrong.status_code == unknown.status_code == 200
    assert words_of(wrong) == words_of(unknown)


def test_a_reset_looks_alike_and_writes_a_mail_either_way(zhou: User, browser: Browser) -> None:
    answers = [
        browser().post("/accounts/password/reset/", {"email": email}) for email in (zhou.email, "who@acme.example")
    ]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [
        (302, "/accounts/password/reset/done/")
    ] * 2
    known, unknown = Mail.objects.order_by("created_at")
    assert (known.to, known.holds_secret) == (zhou.email, True)
    assert "http://baylink.localhost:8000/accounts/password/reset/key/" in known.body_text
    assert (unknown.to, "reset/key" in unknown.body_text) == ("who@acme.example", False)


def test_the_reset_link_sets_a_password_once(zhou: User, browser: Browser) -> None:
    client = browser()
    client.post("/accounts/password/reset/", {"email": zhou.email})
    link = re.search(r"http://baylink.localhost:8000(/accounts/password/reset/key/\S+)", Mail.objects.get().body_text)
    assert link
    form = client.get(link[1])["Location"]
    new = "an entirely other password"
    assert client.post(form, {"password1": new, "password2": new}).status_code == 302
    assert sign_in(browser(), zhou.email, new).status_code == 302
    used = browser().get(link[1])
    assert (used.status_code, used.context["token_fail"]) == (200, True)
    zhou.refresh_from_db()
    assert zhou.check_password(new)


def test_guessing_is_stopped_for_an_address_and_even_the_right_password_waits(zhou: User, browser: Browser) -> None:
    for guess in range(10):
        sign_in(browser(), zhou.email, f"guess number {guess}")
    late = browser()
    sign_in(late, zhou.email)
    assert late.session.get("_auth_user_id") is None


def test_guessing_from_one_place_is_stopped_over_all_addresses(zhou: User, browser: Browser) -> None:
    answers = {sign_in(browser(), f"a{guess}@acme.example", "guess").status_code for guess in range(31)}
    assert 429 in answers


def test_resets_are_limited(zhou: User, browser: Browser) -> None:
    for _try in range(8):
        browser().post("/accounts/password/reset/", {"email": zhou.email})
    assert Mail.objects.count() <= 5


def test_nobody_signs_up_uninvited(browser: Browser, db: None) -> None:
    form = {"email": "new@evil.example", "password1": PASSWORD, "password2": PASSWORD}
    page = browser().post("/accounts/signup/", form)
    assert "By invitation only" in page.content.decode()
    assert not User.objects.exists()


def test_a_second_step_is_asked_of_who_has_one(zhou: User, browser: Browser) -> None:
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(zhou, secret)
    client = browser()
    assert sign_in(client, zhou.email)["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/")["Location"].startswith("/accounts/login/")
    assert client.get("/", headers={"host": "acme.baylink.localhost:8000"}).status_code == 302
    code = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
    assert client.post("/accounts/2fa/authenticate/", {"code": code})["Location"] == "/"
    assert client.get("/")["Location"] == tenant_url("acme")
    assert get_adapter().is_mfa_enabled(zhou)


def test_a_person_who_is_shut_out_cannot_sign_in(zhou: User, browser: Browser) -> None:
    client = browser("acme", zhou)
    User.objects.filter(pk=zhou.pk).update(is_active=False)
    assert client.get("/").status_code == 302
    again = browser()
    sign_in(again, zhou.email)
    assert again.session.get("_auth_user_id") is None


def test_a_false_host_is_refused(browser: Browser, db: None) -> None:
    for host in ("evil.example", "baylink.localhost.evil.example", "evilbaylink.localhost"):
        answer = browser().get("/accounts/login/", headers={"host": host})
        assert answer.status_code == 400
    forwarded = browser().post(
        "/accounts/password/reset/", {"email": "a@b.example"}, headers={"x-forwarded-host": "evil.example"}
    )
    assert forwarded.status_code == 302
    assert "evil.example" not in Mail.objects.get().body_text


@pytest.mark.parametrize("host", ["nobody.baylink.localhost", "a.b.baylink.localhost"])
def test_nobodys_host_has_nothing(zhou: User, browser: Browser, host: str) -> None:
    for path in ("/", "/accounts/login/", "/invitations/x/"):
        assert browser("", zhou).get(path, headers={"host": host}).status_code == 404


def test_the_answers_carry_what_keeps_pages_safe(browser: Browser, db: None) -> None:
    headers = browser().get("/accounts/login/").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "script-src" not in headers["Content-Security-Policy"]
    assert "default-src 'self'" in headers["Content-Security-Policy"]


def test_the_language_is_kept_for_all_hosts_and_for_mails(zhou: User, browser: Browser) -> None:
    client = browser("", zhou)
    client.post("/language/", {"language": "zh-hans", "next": "/accounts/2fa/"})
    assert (client.cookies["django_language"].value, client.cookies["django_language"]["domain"]) == (
        "zh-hans",
        "baylink.localhost",
    )
    zhou.refresh_from_db()
    assert zhou.language == "zh-hans"
    assert client.post("/language/", {"language": "xx"}, headers={"referer": ""}).status_code == 302
    fresh = browser()
    sign_in(fresh, zhou.email)
    assert fresh.cookies["django_language"].value == "zh-hans"
    browser().post("/accounts/password/reset/", {"email": zhou.email})
    assert Mail.objects.get().language == "zh-hans"


def test_step_up_reads_when_this_person_proved_itself(zhou: User, browser: Browser, rf: Any) -> None:
    from tenants.people.middleware import authenticated_at

    client = browser()
    sign_in(client, zhou.email)
    request = rf.get("/")
    request.session, request.user = client.session, zhou
    assert authenticated_at(request) is not None
    request.user = User(email="other@acme.example")
    assert authenticated_at(request) is None


def test_the_adapter_takes_no_empty_address() -> None:
    assert not AccountAdapter().is_safe_url("")
    assert not AccountAdapter().is_safe_url(None)


@pytest.mark.parametrize(
    ("url", "is_safe"),
    [
        ("/orders/", True),
        ("http://baylink.localhost:8000/", True),
        ("http://ops.baylink.localhost:8000/jobs/", True),
        ("http://ACME.baylink.localhost:8000/orders/?a=1", True),
        ("//acme.baylink.localhost:8000/", True),
        ("http://acme.baylink.localhost/", False),  # another port is another program's
        ("http://acme.baylink.localhost:8001/", False),
        ("//acme.baylink.localhost/", False),
        ("https://acme.baylink.localhost:8000/", False),
        ("http://nobody.baylink.localhost:8000/", False),
        ("http://closed.baylink.localhost:8000/", False),
        ("http://a@acme.baylink.localhost:8000/", False),
        ("http://acme.baylink.localhost:8000\\@evil.example/", False),
        ("http://acme.baylink.localhost:8000.evil.example/", False),
        ("http://evil.example/", False),
        ("//evil.example/", False),
        ("javascript:alert(1)", False),
        ("http:///evil.example/", False),
    ],
)
def test_sign_in_leads_to_hosts_that_are_ours(db: None, acme: Tenant, settings: Any, url: str, is_safe: bool) -> None:
    settings.SITE_SCHEME, settings.SITE_PORT = "http", "8000"
    closed = Tenant.objects.create(
        slug="closed", name="Closed", kind="fleet", state="closed", schema_name="closed", role_name="closed"
    )
    Domain.objects.create(domain="closed.baylink.localhost", tenant=closed)
    request = RequestFactory().get("/", headers={"host": "baylink.localhost:8000"})
    with request_context(request):
        assert AccountAdapter(request).is_safe_url(url) is is_safe
