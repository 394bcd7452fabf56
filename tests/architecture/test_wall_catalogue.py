"""What the database itself says of the books: links inside the book alone, no trigger, small; and who owns which table."""

import sys
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, models

from events.replaying import is_projected, projected_models
from tenants.grants import models_of
from tenants.models import Tenant

MOST_TABLES = 60  # "about 50"
MOST_BYTES = 6_000_000


def ask(statement: str, *parameters: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def book_schemas() -> list[str]:
    return [settings.TENANT_TEMPLATE_SCHEMA, *Tenant.objects.values_list("schema_name", flat=True)]


@pytest.mark.django_db
def test_no_foreign_key_crosses_a_schema() -> None:
    """Books link inside the book, desks inside public: so every schema can move."""
    crossing = ask(
        "SELECT conname, t.relnamespace::regnamespace::text, f.relnamespace::regnamespace::text"
        " FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class f ON f.oid = c.confrelid"
        " WHERE c.contype = 'f' AND t.relnamespace <> f.relnamespace"
    )
    assert crossing == []
    assert ask("SELECT count(*) FROM pg_constraint WHERE contype = 'f'")[0][0] > 0


@pytest.mark.django_db
def test_a_book_has_tables_and_sequences_and_nothing_that_acts() -> None:
    for schema in book_schemas():
        triggers = ask(
            "SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE c.relnamespace = %s::regnamespace AND NOT t.tgisinternal",
            schema,
        )
        functions = ask("SELECT proname FROM pg_proc WHERE pronamespace = %s::regnamespace", schema)
        others = ask(
            "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind NOT IN ('r', 'i', 'S')",
            schema,
        )
        rules = ask("SELECT rulename FROM pg_rules WHERE schemaname = %s", schema)
        assert (triggers, functions, others, rules) == ([], [], [], [])
        kinds = dict(ask(
            "SELECT relkind::text, count(*) FROM pg_class WHERE relnamespace = %s::regnamespace GROUP BY 1", schema
        ))  # fmt: skip
        assert set(kinds) == {"r", "i", "S"} and kinds["r"] > len(models_of(settings.TENANT_APPS))


@pytest.mark.django_db
def test_every_table_of_a_book_belongs_to_a_model_and_to_the_owner() -> None:
    known = {model._meta.db_table for model in models_of(settings.TENANT_APPS)} | {"django_migrations"}
    assert settings.OWNER_DATABASE is not None
    for schema in book_schemas():
        tables = dict(ask("SELECT tablename, tableowner FROM pg_tables WHERE schemaname = %s", schema))
        assert set(tables) == known
        assert set(tables.values()) == {settings.OWNER_DATABASE["USER"]}


@pytest.mark.django_db
def test_a_book_is_small(capsys: pytest.CaptureFixture[str]) -> None:
    [(tables, size)] = ask(
        "SELECT count(*) FILTER (WHERE relkind = 'r'), sum(pg_relation_size(oid)) FROM pg_class"
        " WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'i', 'S', 't')",
        settings.TENANT_TEMPLATE_SCHEMA,
    )
    relations = ask(
        "SELECT count(*) FROM pg_class WHERE relnamespace = %s::regnamespace", settings.TENANT_TEMPLATE_SCHEMA
    )
    with capsys.disabled():
        sys.stdout.write(f"\nAn empty book: {tables} tables, {relations[0][0]} relations, {int(size) / 1e6:.2f} MB\n")
    assert tables <= MOST_TABLES
    assert size <= MOST_BYTES


def links(model: type[models.Model]) -> list[type[models.Model]]:
    """The models that a model's foreign keys lead to."""
    return [field.related_model for field in model._meta.concrete_fields if field.is_relation and field.related_model]


def test_no_owned_table_of_a_book_leads_to_a_projected_one() -> None:
    """A projected row may be mended away; what a tenant owns names it by id."""
    wrong = [
        f"{model._meta.label} -> {target._meta.label}"
        for model in models_of(settings.TENANT_APPS)
        if not is_projected(model)
        for target in links(model)
        if is_projected(target)
    ]
    assert wrong == []


def test_projected_rows_take_their_keys_from_events() -> None:
    """A key that the database counts would be another after a replay."""
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model in projected_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.AutoField | models.BigAutoField | models.SmallAutoField)
        or getattr(field, "auto_now", False)
        or getattr(field, "auto_now_add", False)
        or (field.has_default() and callable(field.default) and field.default not in {dict, list})
    ]
    assert wrong == []


def test_the_log_itself_is_projected() -> None:
    assert "events_book_entry" in [model._meta.db_table for model in projected_models()]
