"""A book is a pure function of its events: whatever two tenants and the desks do, in whatever order, one by one or in bulk."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from hypothesis import strategies as st
from psycopg import sql

from events.book.models import Entry
from events.checking import Difference, check_book, compare_table, key_columns
from events.copying import column_of
from events.models import Event, Fact
from events.rebuilding import rebuild_book
from events.replaying import make_scratch, projected_models, replay
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.owner import as_owner, execute
from tests.events.book_operations import OPERATIONS, Play
from tests.world import demo_world, story, told_story

__all__ = ["demo_world", "story"]

Step = tuple[str, int, int]
ORDERS = ("order_in_bulk", "order_one_by_one")
MOVES = [*OPERATIONS, "plan", "go_on", "go_on", "go_on", "decide", "something_happens", "everybody_goes_on"]
NUMBERS = st.integers(0, 499)
STEPS = st.tuples(
    st.lists(st.tuples(st.sampled_from(ORDERS), NUMBERS, NUMBERS), min_size=2, max_size=3),
    st.lists(st.tuples(st.sampled_from(MOVES), NUMBERS, NUMBERS), min_size=15, max_size=45),
).map(lambda parts: [*parts[0], *parts[1]])
# every operation, and every number of its second argument that chooses something else
EVERYTHING: list[Step] = [
    ("order_in_bulk", 2, 5), ("order_one_by_one", 17, 3), ("order_in_bulk", 4, 4), ("mend_a_row", 120, 1),
    ("mend_a_row", 130, 5), ("refuse_a_file", 1, 0), ("order_for_a_vehicle_with_a_new_plate", 2, 7),
    *(("save_places", number, number) for number in range(8)), *(("send_again_with_changes", 1, number) for number in range(4)),
    ("plan", 1, 3), *(("dispatch_by_hand", number, number) for number in range(8)),
    *(("tenant_speaks", number, number) for number in range(7)), ("plan", 1, 11),
    *(("answer_an_offer", number, number) for number in range(6)), ("time_passes", 90, 3), ("roll_back", 1, 1),
    *(
        step
        for number in range(22)
        for step in (
            ("plan", 1, 11), *(("go_on", job, number) for job in range(14)), ("decide", 0, number), ("decide", 1, number + 3),
            ("something_happens", number, number), ("something_happens", number, number + 11),
        )
    ),
    *(("tenant_speaks", number, 6) for number in range(3)), ("time_passes", 0, 0), ("everybody_goes_on", 0, 2),
    *(("somebody_complains", number, number) for number in range(12)),
]  # fmt: skip


@pytest.fixture
def in_a_story(
    demo_world: str, seeded_database: str, django_db_blocker: Any, tmp_path: Path
) -> Iterator[Callable[[], Any]]:
    """A way into a new copy of the world, as often as it is wanted."""
    with django_db_blocker.unblock():
        yield lambda: told_story(demo_world, back_to=seeded_database, files=tmp_path / "files")


@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
@given(steps=STEPS)
@example(steps=EVERYTHING)
def test_books_are_what_their_events_say(in_a_story: Callable[[], Any], steps: list[Step]) -> None:
    with in_a_story():
        play = Play()
        for name, a, b in steps:
            play.run(name, a, b)
        for tenant in play.tenants:
            check_log(tenant)
            assert check_book(tenant) == [], f"{tenant.slug} after {play.done}"
            assert differences_in_pages(tenant, page=1) == []
            assert differences_in_pages(tenant, page=7) == []
        if steps is EVERYTHING:
            assert set(play.done) == set(OPERATIONS)


def check_log(tenant: Tenant) -> None:
    """Numbers without a gap, every event with its fact if it names one, the book's copy equal to the log."""
    rows = list(
        Event.objects.filter(tenant=tenant).order_by("seq").values_list("seq", "type", "subject", "data", "because")
    )
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    named = {row[4] for row in rows if row[4] is not None}
    assert set(Fact.objects.filter(pk__in=named).values_list("pk", flat=True)) == named
    with tenant_context(tenant):
        entries = list(Entry.objects.order_by("seq").values_list("seq", "type", "subject", "data"))
    assert entries == [row[:4] for row in rows]


def differences_in_pages(tenant: Tenant, *, page: int) -> list[Difference]:
    """The book beside its events projected `page` at a time."""
    with as_owner(), transaction.atomic():
        scratch = make_scratch(tenant)
        replay(tenant=tenant, schema=scratch, page=page)
        found = [
            d for model in projected_models() for d in compare_table(model, book=tenant.schema_name, replayed=scratch)
        ]
        transaction.set_rollback(True)
    return found


# --- a book spoiled by hand -------------------------------------------------------------------------------------------

RUINED = {
    "uuid": "gen_random_uuid()",
    "bigint": "COALESCE({column}, 0) + 1",
    "integer": "COALESCE({column}, 0) + 1",
    "smallint": "COALESCE({column}, 0) + 1",
    "double precision": "COALESCE({column}, 0) + 1",
    "boolean": "NOT {column}",
    "date": "COALESCE({column}, current_date) + 1",
    "timestamp with time zone": "COALESCE({column}, now()) + interval '1 day'",
    "jsonb": "'{{\"spoiled\": true}}'",
    "text": "left(md5(random()::text), 8)",
    "character varying": "left(md5(random()::text), 8)",
}
FRESH = {kind: RUINED[kind] for kind in ("uuid", "text", "character varying")}  # other kinds are numbers
SOME = "ctid IN (SELECT ctid FROM {table} ORDER BY ctid OFFSET {at} LIMIT {many})"
HARMS = {
    "lose": f"DELETE FROM {{table}} WHERE {SOME}",
    "change": f"UPDATE {{table}} SET {{column}} = {{ruined}} WHERE {SOME}",
    "add": "INSERT INTO {table} SELECT (jsonb_populate_record(r, {new_key})).* FROM {table} r ORDER BY ctid OFFSET {at} LIMIT 1",
    "empty": "DELETE FROM {table}",
}
SHOWS_AS = {"lose": "missing", "change": "changed", "add": "extra", "empty": "missing"}
TALE: list[Step] = [
    ("order_in_bulk", 2, 5), ("order_one_by_one", 17, 2), ("send_again_with_changes", 0, 3), ("plan", 1, 11),
    *(("everybody_goes_on", 0, 0) for _round in range(3)), ("decide", 0, 1), ("dispatch_by_hand", 0, 2),
]  # fmt: skip


@pytest.fixture
def told(story: None) -> Tenant:
    """acme's book after a few days."""
    play = Play()
    for step in TALE:
        play.run(*step)
    return play.tenants[0]


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(data=st.data())
def test_a_table_spoiled_at_random_is_found_and_mended(told: Tenant, data: st.DataObject) -> None:
    assert check_book(told) == []
    assert {kind for name in tables() for _column, kind in columns(told, name)} <= set(RUINED)
    table = data.draw(st.sampled_from([table for table in tables() if count(told, table)]), label="table")
    harm = data.draw(st.sampled_from([*HARMS]), label="harm")
    changeable = [(column, kind) for column, kind in columns(told, table) if column not in key_columns_of(table)]
    column, kind = data.draw(st.sampled_from(changeable), label="column")
    at = data.draw(st.integers(0, count(told, table) - 1), label="at")
    spoil(told, table, HARMS[harm], column=column, kind=kind, at=at, many=data.draw(st.integers(1, 3), label="many"))
    found = check_book(told)
    assert {(difference.table, difference.kind) for difference in found} == {(table, SHOWS_AS[harm])}
    mended = rebuild_book(told)
    assert mended.pop(table) > 0
    assert set(mended.values()) == {0}
    assert check_book(told) == []


def tables() -> list[str]:
    return [model._meta.db_table for model in projected_models()]


def count(tenant: Tenant, table: str) -> int:
    statement = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(tenant.schema_name, table))
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(statement.as_string())
        return int(cursor.fetchone()[0])


def columns(tenant: Tenant, table: str) -> list[tuple[str, str]]:
    """The columns: (name, type)."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"
            " ORDER BY ordinal_position",
            [tenant.schema_name, table],
        )
        return [(str(name), str(kind)) for name, kind in cursor.fetchall()]


def key_columns_of(table: str) -> list[str]:
    return next(key_columns(model) for model in projected_models() if model._meta.db_table == table)


def unique_columns(table: str) -> set[str]:
    """The columns in which no two rows are alike: of the key and of other constraints."""
    model = next(model for model in projected_models() if model._meta.db_table == table)
    named = {name for rule in model._meta.total_unique_constraints for name in rule.fields}
    alone = {str(field.column) for field in model._meta.concrete_fields if field.unique}
    return {*key_columns(model), *alone, *(column_of(model, name) for name in named)}


def spoil(tenant: Tenant, table: str, harm: str, *, column: str, kind: str, at: int, many: int) -> None:
    """Do it by hand, as the owner; an added row is alike to none where that must not be."""
    unique = unique_columns(table)
    fresh = [f"'{name}', {FRESH.get(of, '30000')}" for name, of in columns(tenant, table) if name in unique]
    statement = harm.format(
        table=f'"{tenant.schema_name}"."{table}"', column=column, ruined=RUINED[kind].format(column=column), at=at,
        many=many, new_key=f"jsonb_build_object({', '.join(fresh)})",
    )  # fmt: skip
    try:
        with as_owner(), transaction.atomic():
            execute(statement)
    except IntegrityError:  # the table itself knows that this cannot be
        assume(False)
