"""The log: hashed, chained, append-only; whoever changes it afterwards is found; old versions are read through upcasters."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from events.book.models import Entry
from events.catalogue import EventBase, canonical, decode, encode, events, register, upcaster, upcasters
from events.checking import Difference, check_book, verify_stream
from events.commands import command, tell
from events.models import Event
from events.rebuilding import BrokenLog, rebuild_book
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.owner import as_owner, execute
from tests.events.toys import fill

LIFT = "ALTER TABLE events_event DISABLE TRIGGER USER"


@dataclass(frozen=True, kw_only=True)
class Basket(EventBase):
    type: ClassVar[str] = "basket.packed"
    subject: str
    things: Any = field(default_factory=dict)


@command
def pack(*, tenant: Tenant, things: Any, actor: Actor, now: datetime) -> None:
    tell(tenant.pk, Basket(subject="b", things=things), because=None)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(-1e15, 1e15).map(lambda x: x + 0.0)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=12,
)


@pytest.mark.django_db
@given(things=json_values)
@settings(max_examples=120, deadline=None)
def test_what_the_database_gives_back_is_byte_for_byte_what_was_hashed(things: Any) -> None:
    written = encode(Basket(subject="b", things=things))
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::jsonb", [written.decode()])
        (read,) = cursor.fetchone()
    assert canonical(json.loads(read)) == written


@pytest.mark.django_db
def test_the_chain_holds_whatever_was_said_and_by_whom(acme: Tenant, now: datetime) -> None:
    things = {"名": "太平洋财险", "float": 31.230416, "nested": [{"b": 1, "a": None}, "\x1f\x1e", '"']}
    actor = Actor(
        kind="key",
        id="7",
        name="接口\x1f",
        credential="key:ab",
        on_behalf_of="somebody",
        reason="a\x1fb",
        request_id="r",
    )
    register(Basket)
    try:
        pack(tenant=acme, things=things, actor=actor, now=now.astimezone())
        fill(litres=1, tenants=[acme], actor=actor, now=now)
        assert verify_stream(acme) == []
        first, second = Event.objects.filter(tenant=acme).order_by("seq")
        assert bytes(first.prev_hash) == bytes(32)
        assert bytes(second.prev_hash) == bytes(first.hash)
        assert first.data == {"subject": "b", "things": things}
    finally:
        events.pop(Basket.type)


CHAIN = Difference("events_event", "seq=2", "chain")
NEXT = Difference("events_event", "seq=3", "chain")


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE events_event SET data = jsonb_set(data, '{note}', '\"x\"') WHERE seq = 2", [CHAIN]),
        ("UPDATE events_event SET actor_name = 'somebody else' WHERE seq = 2", [CHAIN]),
        ("UPDATE events_event SET reason = actor_id, actor_id = '' WHERE seq = 2", [CHAIN]),
        ("UPDATE events_event SET occurred_at = occurred_at - interval '1 us' WHERE seq = 2", [CHAIN]),
        ("UPDATE events_event SET recorded_at = recorded_at - interval '1 us' WHERE seq = 2", [CHAIN]),
        ("UPDATE events_event SET because = NULL WHERE seq = 2", [CHAIN]),
        ("UPDATE events_event SET hash = sha256('x') WHERE seq = 2", [CHAIN, NEXT]),
        (
            "DELETE FROM events_event WHERE seq = 2",
            [Difference("events_event", "seq=3", "number", "2 was to come"), NEXT],
        ),
        (
            "DELETE FROM events_event WHERE seq = 3",
            [Difference("events_stream", "tenant=acme", "counter", "it says 3, the log ends with 2")],
        ),
        (
            "UPDATE events_stream SET last_seq = 9",
            [Difference("events_stream", "tenant=acme", "counter", "it says 9, the log ends with 3")],
        ),
    ],
)
def test_what_the_owner_changes_by_hand_is_found(
    statement: str, found: list[Difference], own_db: str, acme: Tenant, system: Actor, now: datetime
) -> None:
    for _turn in range(3):
        fill(litres=1, tenants=[acme], actor=system, now=now)
    assert verify_stream(acme) == []
    with as_owner():
        with pytest.raises(Exception, match="append-only"):
            execute("UPDATE events_event SET reason = 'x'")
        execute(LIFT)
        execute(statement)
    assert verify_stream(acme) == found
    assert check_book(acme)[: len(found)] == found
    with pytest.raises(BrokenLog, match=found[0].key):
        rebuild_book(acme)


@pytest.fixture
def parcel() -> Iterator[None]:
    """A type that grows from version 1 to version 3 during the test."""
    yield
    events.pop("parcel.sent", None)
    for version in (1, 2):
        upcasters.pop(("parcel.sent", version), None)


@dataclass(frozen=True, kw_only=True)
class ParcelV1(EventBase):
    type: ClassVar[str] = "parcel.sent"
    subject: str
    weight: int  # in kilograms


@dataclass(frozen=True, kw_only=True)
class ParcelV3(EventBase):
    type: ClassVar[str] = "parcel.sent"
    version: ClassVar[int] = 3
    subject: str
    grams: int
    fragile: bool


@command
def post(*, tenant: Tenant, parcel: EventBase, actor: Actor, now: datetime) -> None:
    tell(tenant.pk, parcel, because=None)


def test_an_old_version_is_read_through_its_upcasters_and_stays_as_it_was_written(
    own_db: str, acme: Tenant, system: Actor, now: datetime, parcel: None
) -> None:
    register(ParcelV1)
    post(tenant=acme, parcel=ParcelV1(subject="p1", weight=2), actor=system, now=now)
    events.pop("parcel.sent")
    register(ParcelV3)
    upcaster("parcel.sent", version=1)(lambda data: {"subject": data["subject"], "grams": data["weight"] * 1000})
    upcaster("parcel.sent", version=2)(lambda data: {**data, "fragile": False})
    post(tenant=acme, parcel=ParcelV3(subject="p2", grams=5, fragile=True), actor=system, now=now)

    old, new = Event.objects.filter(tenant=acme).order_by("seq")
    assert (old.version, old.data) == (1, {"subject": "p1", "weight": 2})
    assert decode(ParcelV3, old.data, version=1) == ParcelV3(subject="p1", grams=2000, fragile=False)
    assert decode(ParcelV3, new.data, version=3) == ParcelV3(subject="p2", grams=5, fragile=True)
    with tenant_context(acme):
        assert list(Entry.objects.order_by("seq").values_list("version", "data")) == [(1, old.data), (3, new.data)]
    assert check_book(acme) == []


def test_what_is_registered_is_fit_for_the_log() -> None:
    @dataclass
    class Loose(EventBase):
        type: ClassVar[str] = "loose.end"
        subject: str

    with pytest.raises(TypeError, match="frozen dataclass"):
        register(Loose)

    @dataclass(frozen=True)
    class Again(EventBase):
        type: ClassVar[str] = "tea.offered"
        subject: str

    with pytest.raises(TypeError, match="registered twice"):
        register(Again)
    assert encode(ParcelV1(subject="p", weight=1)) == b'{"subject":"p","weight":1}'
