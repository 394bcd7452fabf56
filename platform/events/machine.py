"""State machines as data: each app's states.py holds its tables; nothing else sets a status.

A `Move` is one row of JOBS.md, CLAIMS.md or MONEY.md: event, from, to, who, guard. `transition` says no with a TransitionError
that lists what is legal, so that a page can offer it and the API answer 409 with it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from django.db import models
from django.utils.translation import gettext as _

from tenants.actors import Actor, Party
from tenants.refusals import Refused

NONE = ""  # the state of what does not exist yet
Guard = Callable[[Any, Mapping[str, Any]], str | None]  # what is missing, in the reader's language; None lets it pass


class Stateful(Protocol):
    """What a machine moves: a model with `status` and `status_since`."""

    status: str
    status_since: datetime


S = TypeVar("S", bound=Stateful)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One legal step: `event` takes any of `sources` to `target` (None: the state stays, an overlay or an amendment)."""

    row: str
    event: str
    sources: frozenset[str]
    target: str | None
    who: frozenset[Party]
    guard: Guard | None = None
    kinds: frozenset[str] | None = None  # None: every kind of object

    def fits(self, *, state: str, kind: str) -> bool:
        """Whether it starts in `state` for an object of `kind`."""
        return state in self.sources and (self.kinds is None or kind in self.kinds)


class TransitionError(Refused):
    """An illegal step: `code` is illegal_state, not_permitted or guard; `legal` lists the events that would be legal."""

    def __init__(self, *, code: str, message: str, machine: str, event: str, state: str, legal: Sequence[str]) -> None:
        super().__init__(message)
        self.code, self.machine, self.event, self.state, self.legal = code, machine, event, state, tuple(legal)


@dataclass(frozen=True)
class Machine:
    """The table of one kind of object."""

    name: str
    states: frozenset[str]
    moves: tuple[Move, ...]
    ended: frozenset[str] = frozenset()
    held: Callable[[Any], bool] = field(default=lambda _obj: False)  # an overlay under which only `allowed_held` moves
    allowed_held: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        used = {state for move in self.moves for state in (*move.sources, move.target or NONE)} - {NONE}
        assert used <= self.states, f"{self.name}: unknown states {used - self.states}"

    def find(self, *, event: str, state: str, kind: str) -> Move | None:
        """The row for `event` from `state`, or None."""
        return next((m for m in self.moves if m.event == event and m.fits(state=state, kind=kind)), None)

    def sources(self, event: str) -> frozenset[str]:
        """The states in which `event` may happen, guards and kinds aside."""
        return frozenset(state for move in self.moves if move.event == event for state in move.sources)

    def legal(self, obj: Any, parties: Iterable[Party]) -> list[str]:
        """The events that `parties` may cause now, guards aside; in the order of the table."""
        mine = frozenset(parties)
        kind = kind_of(obj)
        held = self.held(obj)
        return list(dict.fromkeys(
            m.event for m in self.moves
            if m.fits(state=obj.status, kind=kind) and not m.who.isdisjoint(mine) and (not held or m.event in self.allowed_held)
        ))  # fmt: skip

    def check(self, obj: Any, event: str, *, actor: Actor, evidence: Mapping[str, Any]) -> Move:
        """The row that lets `actor` do `event` with `obj` now; raises TransitionError."""
        move = self.find(event=event, state=obj.status, kind=kind_of(obj))
        if move is None:
            raise self.refusal(
                obj,
                event,
                actor,
                "illegal_state",
                _("This cannot be done in its present state (%(state)s).") % {"state": obj.status},
            )
        if move.who.isdisjoint(actor.parties):
            raise self.refusal(obj, event, actor, "not_permitted", _("Your role may not do this."))
        if self.held(obj) and event not in self.allowed_held:
            raise self.refusal(obj, event, actor, "on_hold", _("It is on hold; release it first."))
        missing = move.guard(obj, evidence) if move.guard else None
        if missing:
            raise self.refusal(obj, event, actor, "guard", missing)
        return move

    def refusal(self, obj: Any, event: str, actor: Actor, code: str, message: str) -> TransitionError:
        """The error that lists what is legal."""
        legal = self.legal(obj, actor.parties)
        return TransitionError(
            code=code, message=message, machine=self.name, event=event, state=obj.status, legal=legal
        )

    def transition(self, obj: S, event: str, *, actor: Actor, now: datetime, **evidence: Any) -> Move:
        """Move `obj`; the caller saves `status` and `status_since`. Raises TransitionError."""
        move = self.check(obj, event, actor=actor, evidence=evidence)
        if move.target is not None and move.target != obj.status:
            obj.status = move.target
            obj.status_since = now
        return move

    def transition_many(self, objs: Sequence[S], event: str, *, actor: Actor, now: datetime, **evidence: Any) -> None:
        """Move all of them or none, and save them with one UPDATE a target. Raises TransitionError for the first refused."""
        targets: dict[str, list[Any]] = {}
        for obj in objs:
            before = obj.status
            move = self.transition(obj, event, actor=actor, now=now, **evidence)
            if move.target is not None and move.target != before:  # who stays where he is keeps his status_since
                targets.setdefault(move.target, []).append(obj)
        for target, moved in targets.items():
            model: type[models.Model] = type(moved[0])
            model._default_manager.filter(pk__in=[obj.pk for obj in moved]).update(status=target, status_since=now)

    def begin(self, event: str, *, kind: str, actor: Actor, **evidence: Any) -> str:
        """The first state of a new object of `kind`; raises TransitionError when `actor` may not make one."""
        newborn = Newborn(status=NONE, kind=kind)
        target = self.check(newborn, event, actor=actor, evidence=evidence).target
        assert target is not None
        return target


@dataclass(slots=True)
class Newborn:
    """What does not exist yet, as the machine sees it."""

    status: str
    kind: str


def kind_of(obj: Any) -> str:
    """The kind that the rows may ask for."""
    return str(getattr(obj, "kind", ""))


def row(
    number: str,
    event: str,
    sources: str,
    target: str | None,
    who: str,
    guard: Guard | None = None,
    kinds: str | None = None,
) -> Move:
    """A row as the page prints it: states and parties as words with spaces between; '-' is 'does not exist yet'."""
    return Move(
        row=number,
        event=event,
        sources=frozenset(NONE if word == "-" else word for word in sources.split()),
        target=target,
        who=frozenset(Party(word.lower()) for word in who.split()),
        guard=guard,
        kinds=frozenset(kinds.split()) if kinds else None,
    )
