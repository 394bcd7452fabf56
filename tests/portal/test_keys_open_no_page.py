"""A program's key opens the API and nothing that people look at."""

from datetime import datetime

import pytest
from django.conf import settings
from django.test import Client

from config import clock
from tenants.models import Tenant
from tenants.people.keys import issue_api_key

PAGES = (
    "/",
    "/vehicles/",
    "/batches/",
    "/orders/",
    "/members/",
    "/keys/",
    "/keys/new/",
    "/settings/",
    "/approvals/",
    "/batches/receive/",
)


@pytest.fixture
def program(world: Tenant, now: datetime) -> Client:
    """A partner's system with a key that may do everything a key may."""
    _row, text = issue_api_key(tenant=world, name="ERP", scopes=["*"], now=clock.now(world))
    return Client(headers={"host": f"acme.{settings.BASE_DOMAIN}", "authorization": f"Bearer {text}"})


@pytest.mark.parametrize("path", PAGES)
def test_a_key_opens_no_page(program: Client, path: str) -> None:
    assert program.get(path).status_code == 404
    assert program.post(path).status_code in {403, 404, 405}


def test_a_key_opens_the_api(program: Client) -> None:
    assert program.get("/api/v1/vehicles").status_code == 200


def test_a_key_opens_neither_files_nor_the_console(program: Client) -> None:
    assert program.get("/files/nothing/").status_code in {403, 404, 410}
    at_console = Client(
        headers={"host": settings.OPERATOR_HOST, "authorization": program.defaults["HTTP_AUTHORIZATION"]}
    )
    for path in ("/", "/dispatch/", "/repair/"):
        answer = at_console.get(path)
        assert answer.status_code in {302, 403, 404}
        assert answer.status_code != 302 or "login" in answer["Location"]
