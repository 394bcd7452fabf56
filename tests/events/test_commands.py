"""Commands: nesting, listeners, numbering, hashing, projecting."""

from datetime import datetime
from uuid import uuid4

import pytest
from django.db import connection, transaction

from events.book.models import Entry
from events.commands import command, question, record, tell
from events.copying import copy_rows
from events.listening import listeners
from events.models import Event, Fact, Stream
from events.projecting import ProjectionFailed, projectors
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.postgresql.base import WallError
from tests.events.toys import KettleFilled, TeaOffered, fill


@command
def fill_twice(*, tenants: list[Tenant], actor: Actor, now: datetime) -> None:
    fill(litres=1, tenants=tenants, actor=actor, now=now)
    with pytest.raises(ValueError, match="spilt"):
        fill(litres=2, tenants=tenants, actor=actor, now=now, fail=True)
    fill(litres=3, tenants=tenants, actor=actor, now=now)


def litres_kept() -> list[int]:
    return [fact.data["litres"] for fact in Fact.objects.filter(type="kettle.filled").order_by("id")]


@pytest.mark.django_db
def test_a_nested_failure_takes_back_what_it_recorded_and_told(
    acme: Tenant, pacific: Tenant, system: Actor, now: datetime
) -> None:
    fill_twice(tenants=[pacific, acme], actor=system, now=now)
    assert litres_kept() == [1, 3]
    for tenant in (acme, pacific):
        events = list(Event.objects.filter(tenant=tenant, type="tea.offered").order_by("seq"))
        assert [event.seq - events[0].seq for event in events] == [0, 1]
        assert bytes(events[1].prev_hash) == bytes(events[0].hash)
        with tenant_context(tenant):
            assert list(Entry.objects.filter(type="tea.offered").values_list("seq", flat=True)) == [
                e.seq for e in events
            ]


@command
def rename(*, tenant: Tenant, name: str, actor: Actor, now: datetime) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(name=name)
    record(KettleFilled(subject=name, litres=1))
    if name == "bad":
        raise ValueError(name)


@command
def rename_twice(*, tenant: Tenant, actor: Actor, now: datetime) -> None:
    rename(tenant=tenant, name="good", actor=actor, now=now)
    with pytest.raises(ValueError, match="bad"):
        rename(tenant=tenant, name="bad", actor=actor, now=now)


@pytest.mark.django_db
def test_a_nested_failure_takes_back_its_rows(acme: Tenant, system: Actor, now: datetime) -> None:
    rename_twice(tenant=acme, actor=system, now=now)
    assert Tenant.objects.get(pk=acme.pk).name == "good"
    assert list(Fact.objects.filter(subject__in=["good", "bad"]).values_list("subject", flat=True)) == ["good"]


@pytest.mark.django_db
def test_an_outermost_failure_leaves_nothing(acme: Tenant, system: Actor, now: datetime) -> None:
    before = Stream.objects.filter(tenant=acme).values_list("last_seq", "last_hash").first()
    with pytest.raises(ValueError, match="spilt"):
        fill(litres=1, tenants=[acme], actor=system, now=now, fail=True)
    assert litres_kept() == []
    assert Stream.objects.filter(tenant=acme).values_list("last_seq", "last_hash").first() == before


@pytest.mark.django_db
def test_a_command_works_in_the_core_from_inside_a_tenant_and_gives_the_tenant_back(
    acme: Tenant, pacific: Tenant, system: Actor, now: datetime
) -> None:
    with tenant_context(acme):
        fill(litres=1, tenants=[acme, pacific], actor=system, now=now)
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_schema(), current_user")
            assert cursor.fetchone() == (acme.schema_name, acme.role_name)
        with pytest.raises(WallError, match="second command"):
            fill(litres=1, tenants=[acme], actor=system, now=now)


@pytest.mark.django_db
def test_listeners_run_until_nothing_new_is_recorded(
    system: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def halve(facts: object) -> None:
        for item in facts:  # type: ignore[attr-defined]
            if item.fact.litres > 1:
                record(KettleFilled(subject="k1", litres=item.fact.litres // 2))

    monkeypatch.setitem(listeners, KettleFilled.type, [halve])
    fill(litres=8, tenants=[], actor=system, now=now)
    assert litres_kept() == [8, 4, 2, 1]


@pytest.mark.django_db
def test_a_question_cannot_write(acme: Tenant) -> None:
    @question
    def ask(*, tenant: Tenant) -> None:
        Fact.objects.all().first()
        Tenant.objects.filter(pk=tenant.pk).update(name="x")

    with tenant_context(acme), pytest.raises(WallError, match="A question reads"):
        ask(tenant=acme)


@pytest.mark.django_db
def test_a_question_cannot_copy_rows_in(acme: Tenant) -> None:
    @question
    def ask() -> int:
        return copy_rows(Stream, ["tenant", "last_seq"], [(acme.pk, 7)])

    with pytest.raises(WallError, match="A question reads"):
        ask()
    assert not Stream.objects.filter(last_seq=7).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "call",
    [
        lambda **who: fill(litres=1, tenants=[], **who),
        lambda **_who: record(KettleFilled(subject="k1", litres=1)),
        lambda *, now, **_who: tell(uuid4(), TeaOffered(subject="t", at=now), because=None),
    ],
)
def test_a_projector_commands_records_and_tells_nothing(
    call: object, acme: Tenant, system: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(projectors, TeaOffered.type, [lambda _told: call(actor=system, now=now)])  # type: ignore[operator]
    with pytest.raises(ProjectionFailed) as failed:
        fill(litres=1, tenants=[acme], actor=system, now=now)
    assert isinstance(failed.value.__cause__, WallError)
    assert litres_kept() == []


@pytest.mark.django_db
def test_outside_a_command_nothing_is_recorded_or_told(acme: Tenant, now: datetime) -> None:
    with pytest.raises(WallError, match="inside a command"):
        record(KettleFilled(subject="k1", litres=1))
    with pytest.raises(WallError, match="inside a command"):
        tell(acme.pk, TeaOffered(subject="t1", at=now), because=None)


def test_a_command_says_who_and_when() -> None:
    with pytest.raises(TypeError, match="actor and now"):
        command(lambda *, actor: None)
    with pytest.raises(TypeError, match="keyword-only"):
        command(lambda actor, now: None)


@pytest.mark.django_db
def test_a_tenant_that_is_not_ready_is_refused_alone(
    acme: Tenant, pacific: Tenant, system: Actor, now: datetime
) -> None:
    Tenant.objects.filter(pk=pacific.pk).update(state=Tenant.State.GRANTED)
    with pytest.raises(WallError, match="not ready"):
        fill(litres=1, tenants=[acme, pacific], actor=system, now=now)
    assert fill(litres=2, tenants=[acme], actor=system, now=now) == 2
    assert litres_kept() == [2]


@pytest.mark.django_db
def test_the_log_cannot_be_changed(acme: Tenant, system: Actor, now: datetime) -> None:
    fill(litres=1, tenants=[acme], actor=system, now=now)
    for statement in ("UPDATE events_event SET type = 'x'", "DELETE FROM events_fact", "TRUNCATE events_event"):
        with (
            pytest.raises(Exception, match=r"permission denied|append-only"),
            transaction.atomic(),
            connection.cursor() as c,
        ):
            c.execute(statement)
    with tenant_context(acme), pytest.raises(Exception, match="permission denied"), transaction.atomic():
        Entry.objects.update(type="x")
