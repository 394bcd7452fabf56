"""A kettle at the desk and tea in the books: facts, events and commands that only tests know."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from events.catalogue import EventBase, FactBase, register
from events.commands import command, record, tell
from tenants.actors import Actor
from tenants.models import Tenant


@register
@dataclass(frozen=True, kw_only=True)
class KettleFilled(FactBase):
    type: ClassVar[str] = "kettle.filled"
    subject: str
    litres: int


@register
@dataclass(frozen=True, kw_only=True)
class CupWashed(FactBase):
    type: ClassVar[str] = "cup.washed"
    subject: str
    why: str


@register
@dataclass(frozen=True, kw_only=True)
class TeaOffered(EventBase):
    type: ClassVar[str] = "tea.offered"
    subject: str
    at: datetime
    note: str = ""


@register
@dataclass(frozen=True, kw_only=True)
class BiscuitGiven(EventBase):
    type: ClassVar[str] = "biscuit.given"
    subject: str
    grams: int


@command
def fill(*, litres: int, tenants: list[Tenant], actor: Actor, now: datetime, fail: bool = False) -> int:
    """Fill the kettle and offer tea to `tenants`."""
    fact = record(KettleFilled(subject="k1", litres=litres))
    for tenant in tenants:
        tell(tenant.pk, TeaOffered(subject="t1", at=now), because=fact)
    if fail:
        raise ValueError("spilt")
    return litres


@command
def serve(*, guests: Iterable[tuple[Tenant, str, int]], actor: Actor, now: datetime, by_type: bool = True) -> None:
    """Tea, and biscuits of some grams, for many at once: type by type (long runs), or one by one."""
    fact = record(KettleFilled(subject="k1", litres=1))
    listed = list(guests)
    for cup in [listed] if by_type else [[guest] for guest in listed]:
        for tenant, name, _grams in cup:
            tell(tenant.pk, TeaOffered(subject=name, at=now, note=name), because=fact)
        for tenant, name, grams in cup:
            tell(tenant.pk, BiscuitGiven(subject=name, grams=grams), because=fact)
