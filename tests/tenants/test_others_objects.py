"""Every url of the tenant map, asked for another tenant's objects: not found, and nothing changed anywhere."""

import json
from collections.abc import Callable, Iterable, Iterator
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from psycopg import sql

from api import limits
from tenants.models import Tenant
from tenants.owner import application_login
from tests.tenants.belongings import make_belongings
from tests.tenants.places import run_sql
from tests.tenants.urlmap import Url, walk

METHODS = ("get", "post", "put", "patch", "delete")
NOT_FOUND, NOT_ALLOWED, UNREADABLE, TOO_OFTEN = 404, 405, 415, 429
PASSING = {"django_session"}  # a visit leaves a trace there
VARIES = ["last_used_at", "last_login"]  # and there
# What programs must say before anything is looked up: a body that is refused by itself (422) would prove nothing.
BODY = {"reason": "x", "decision": "send_back", "no": 2, "score": 5}
# The desk knows no job of an order that only a book holds; tests/api/test_order_steps.py finds one there.
ASKS_THE_DESK = ["api/v1/orders/<str:order_id>/rating"]
Found = tuple[str, str, int]
SignedIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of requests by one key within a minute: none is refused for its number."""
    monkeypatch.setattr(limits, "POLICIES", [limits.Policy("burst", 10**9, 60)])


def tables() -> Iterator[tuple[str, str]]:
    """The tables of the core and of every book."""
    schemas = ["public", *Tenant.objects.values_list("schema_name", flat=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY(%s) ORDER BY 1, 2", [schemas]
        )
        yield from ((schema, table) for schema, table in cursor.fetchall() if table not in PASSING)


def everything() -> dict[tuple[str, str], object]:
    """A digest of every table, read with the rights of whoever may read it."""
    roles = dict(Tenant.objects.values_list("schema_name", "role_name"))
    found: dict[tuple[str, str], object] = {}
    for schema, table in list(tables()):
        if schema in roles and table == "django_migrations":
            continue
        run_sql(f'SET LOCAL ROLE "{roles.get(schema, application_login())}"')
        statement = sql.SQL("SELECT count(*), md5(string_agg(row, '' ORDER BY row)) FROM ({}) AS rows").format(
            sql.SQL("SELECT (to_jsonb(t) - {}::text[])::text AS row FROM {} AS t").format(
                sql.Literal(VARIES), sql.Identifier(schema, table)
            )
        )
        found[schema, table] = run_sql(statement.as_string(None).replace("{", "{{").replace("}", "}}"))
    run_sql("SET LOCAL ROLE NONE")
    return found


def send(client: Client, method: str, address: str) -> int:
    """The status that the address answers with; a fresh key makes every program's POST a first one."""
    kind = "application/json" if address.startswith("/api/") else "application/x-www-form-urlencoded"
    if method == "get":
        return client.get(address).status_code
    headers = {"Idempotency-Key": str(uuid4())}
    return int(getattr(client, method)(address, data=json.dumps(BODY), content_type=kind, headers=headers).status_code)


def probe(clients: Iterable[Client], urls: list[Url], refs: list[str]) -> list[Found]:
    """Whatever is not 'not found' when these objects are asked for."""
    found = []
    for client in clients:
        is_program = "HTTP_AUTHORIZATION" in client.defaults
        for url in urls:
            if not url.arguments or url.route.startswith("api/") != is_program:
                continue
            for method in METHODS:
                for address in url.addresses(refs=refs):
                    status = send(client, method, address)
                    if status == TOO_OFTEN:  # a limit of tries says nothing of the object
                        cache.clear()
                        status = send(client, method, address)
                    if status in {NOT_ALLOWED, UNREADABLE}:
                        break  # whatever the object; where files are sent, tests/api/test_complaints.py asks
                    if status != NOT_FOUND:
                        found.append((method, address, status))
    return found


@pytest.mark.django_db
def test_another_tenants_objects_are_not_found_and_nothing_changes(
    acme: Tenant, pacific: Tenant, signed_in: SignedIn, with_key: SignedIn
) -> None:
    refs = make_belongings(pacific)
    clients = [signed_in("acme"), with_key("acme")]
    before = everything()
    assert probe(clients, walk(settings.TENANT_URLCONF), refs) == []
    after = everything()
    assert {key for key in after if after[key] != before[key]} == set()


@pytest.mark.django_db
def test_the_same_urls_find_their_own_tenants_objects(acme: Tenant, signed_in: SignedIn, with_key: SignedIn) -> None:
    """Else the test above would prove nothing: each url with an id answers its own tenant's member for some object."""
    refs = make_belongings(acme)
    clients = {True: with_key("acme"), False: signed_in("acme")}
    deaf = []
    for url in walk(settings.TENANT_URLCONF):
        if url.arguments and url.wall in {"book", "account"}:
            client = clients[url.route.startswith("api/")]
            with transaction.atomic():  # one url's work is not the next one's world
                answers = (send(client, m, a) for m in ("get", "post", "patch") for a in url.addresses(refs=refs))
                if all(status in {NOT_FOUND, NOT_ALLOWED} for status in answers):
                    deaf.append(url.route)
                transaction.set_rollback(True)
    assert deaf == ASKS_THE_DESK


@pytest.mark.django_db
@pytest.mark.usefixtures("crooked_urls")
def test_a_url_that_leaks_or_writes_would_be_seen(acme: Tenant, pacific: Tenant, signed_in: SignedIn) -> None:
    refs = make_belongings(pacific)
    before = everything()
    found = probe([signed_in("acme")], walk("tests.tenants.urls"), refs)
    assert {(method, address.split("/")[1], status) for method, address, status in found} == {
        (method, "leaky", 200) for method in METHODS
    }
    after = everything()
    assert {key for key in after if after[key] != before[key]} >= {("public", "people_membership")}
