"""What strangers and broken programs send is refused in words, never with a 500 and a page of traceback."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client, override_settings

from config import clock
from events.ids import public_id
from tenants.models import Tenant
from tenants.people.seed import ensure_staff, ensure_user
from tests.repair.world import build_world

Browser = Callable[[str], Client]
STATIC = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


pytestmark = pytest.mark.django_db


def at(browser_of: Browser, slug: str) -> Client:
    client = browser_of(slug)
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("slug", ["acme", "ops", ""])
@pytest.mark.parametrize("path", ["/", "/api/v1/orders"])
def test_a_cookie_that_no_session_has_is_nobodys(browser_of: Browser, slug: str, path: str) -> None:
    client = at(browser_of, slug)
    without = client.get(path).status_code
    assert without < 500
    client.cookies[settings.SESSION_COOKIE_NAME] = "aaaaaaaaaa\0b"  # long enough to be looked up
    with override_settings(STORAGES=STATIC):
        assert client.get(path).status_code == without


@pytest.mark.parametrize("slug", ["acme", "ops"])
@pytest.mark.parametrize("name", ["login", "logout", "reauthenticate", "2fa"])
@pytest.mark.parametrize("wanted", ["http://[", "//[::x]/"])
def test_a_way_back_that_is_no_address_is_the_first_page(
    browser_of: Browser, slug: str, name: str, wanted: str
) -> None:
    answer = at(browser_of, slug).get(f"/accounts/{name}/", {"next": wanted})
    assert answer.status_code == 302
    assert "%5B" not in answer["Location"]


@pytest.fixture
def dispatcher(acme: Tenant, browser_of: Browser) -> Client:
    user = ensure_user(email="d@baylink.example", name="周敏", password="a long enough password")
    ensure_staff(user=user, roles=["dispatcher"])
    client = at(browser_of, "ops")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@override_settings(STORAGES=STATIC)
def test_a_nul_in_a_text_is_said_to_be_unreadable(acme: Tenant, dispatcher: Client) -> None:
    world = build_world(acme, clock.now())
    leg = world.leg(world.order())
    assert dispatcher.get("/search/", {"q": "a\0b"}).status_code == 302
    answer = dispatcher.post(
        f"/dispatch/legs/{leg.ref}/agent/", {"agent": public_id("agt", world.li.pk), "reason": "a\0b"}
    )
    assert answer.status_code == 400
    leg.refresh_from_db()
    assert leg.agent_id is None


@override_settings(STORAGES=STATIC)
def test_a_form_where_json_is_due_is_said_to_be_unreadable(acme: Tenant) -> None:
    """The check against forged requests reads a form first; then its body is gone."""
    world = build_world(acme, clock.now())
    job = world.name(world.order())
    client = Client(enforce_csrf_checks=True, headers={"host": settings.OPERATOR_HOST})
    client.raise_request_exception = False
    agent = world.li.user
    assert agent is not None
    ensure_staff(user=agent, roles=["agent"])
    client.force_login(agent, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/repair/handover/").status_code == 200
    form = {"csrfmiddlewaretoken": client.cookies[settings.CSRF_COOKIE_NAME].value, "revision": "1"}
    assert client.post(f"/repair/handover/{world.leg(job).ref}/draft/", form).status_code == 400
