"""Queries whose SQL is written once: the answers are those of the queryset, whatever the slots hold."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import BooleanField, CharField, QuerySet, Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext

from tenants.models import Tenant
from tenants.people.models import User
from tenants.postgresql.compiled import compile_once

BUILT: list[str] = []


@compile_once(email=CharField(), active=BooleanField())
def people(email: Any, active: Any) -> QuerySet[User, Any]:
    """People by a part of their address."""
    BUILT.append("people")
    return User.objects.filter(email__contains=email, is_active=active).order_by("email").values_list("pk", "email")


@pytest.fixture(autouse=True)
def world(db: None) -> None:
    for name, active in (("one", True), ("two", True), ("gone", False)):
        User.objects.create_user(email=f"{name}@compiled.example", name=name, is_active=active)


def emails(email: str, *, active: bool = True) -> list[str]:
    return [row.email for row in people(email=email, active=active)]


def test_the_rows_are_the_querysets_by_name_and_in_order() -> None:
    wanted = (
        User.objects.filter(email__contains="compiled", is_active=True).order_by("email").values_list("pk", "email")
    )
    assert [tuple(row) for row in people(email="compiled", active=True)] == list(wanted)
    assert emails("compiled") == ["one@compiled.example", "two@compiled.example"]


def test_each_call_has_its_own_values_and_nothing_is_remembered() -> None:
    assert (emails("one@c"), emails("gone@c", active=False), emails("gone@c")) == (
        ["one@compiled.example"], ["gone@compiled.example"], [],
    )  # fmt: skip
    User.objects.filter(email="two@compiled.example").update(is_active=False)
    assert emails("compiled") == ["one@compiled.example"]


def test_the_queryset_is_built_once() -> None:
    emails("x")
    BUILT.clear()
    with CaptureQueriesContext(connection) as seen:
        emails("one"), emails("two")
    assert (BUILT, len(seen)) == ([], 2)


@pytest.mark.parametrize("text", ["' OR 1=1 --", "%", "_", "\\", "%s", "'; DROP TABLE people_user; --"])
def test_a_value_stays_a_value(text: str) -> None:
    assert emails(text) == [row.email for row in User.objects.filter(email__contains=text, is_active=True)] == []


@pytest.mark.parametrize("values", [{}, {"email": "x"}, {"email": "x", "active": True, "more": 1}])
def test_every_slot_is_filled_and_no_other(values: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="people takes email, active"):
        people(**values)


def test_the_columns_are_named() -> None:
    everything = compile_once()(Tenant.objects.all)
    with pytest.raises(TypeError, match="must name its columns"):
        everything()


def test_a_column_may_be_computed_and_there_may_be_no_row() -> None:
    @compile_once(slug=CharField())
    def hosts(slug: Any) -> QuerySet[Tenant, Any]:
        """A tenant's name and host."""
        return (
            Tenant.objects.filter(slug=slug)
            .annotate(host=Concat("slug", Value(".example")))
            .values_list("name", "host")
        )

    acme = Tenant.objects.get(slug="acme")
    assert [(row.name, row.host) for row in hosts(slug="acme")] == [(acme.name, "acme.example")]
    assert hosts(slug="none") == []
