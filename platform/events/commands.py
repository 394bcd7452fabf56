"""`@command` and `@question`: the two ways down from a book to a desk.

A command is one transaction in the core, whatever context its caller is in. What it records (facts) and tells (events) is
kept in a `Work`; a nested command has a savepoint and a Work of its own, which passes outward only when it returns. The
outermost settles: listeners until nothing new is recorded, then numbering, storing and projecting (events/settling.py).
"""

import inspect
import logging
import random
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import connection, transaction
from psycopg import errors

from events.catalogue import EventBase, FactBase
from events.ids import new_id
from tenants.actors import Actor
from tenants.context import core_context
from tenants.postgresql.base import CORE, WallError, current_wrapper

logger = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 3
RETRIED = (errors.DeadlockDetected, errors.SerializationFailure)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact on its way into the operator's stream."""

    id: UUID
    fact: Any
    actor: Actor
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """An event on its way into a tenant's stream."""

    id: UUID
    tenant_id: UUID
    event: EventBase
    because: Recorded | None
    actor: Actor
    occurred_at: datetime


@dataclass(slots=True)
class Work:
    """What one running command has recorded and told so far."""

    name: str
    actor: Actor
    now: datetime
    facts: list[Recorded] = field(default_factory=list)
    told: list[ToldEvent] = field(default_factory=list)
    is_projecting: bool = False

    def absorb(self, inner: "Work") -> None:
        """Take over what a nested command recorded and told."""
        self.facts += inner.facts
        self.told += inner.told


_work: ContextVar[Work | None] = ContextVar("work", default=None)


def command(function: Callable[P, R]) -> Callable[P, R]:
    """Make a keyword-only function with `actor` and `now` a command.

    Raises what the function raises, with nothing kept; WallError for a second outermost command in one stay in a tenant.
    """
    require_signature(function)

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        def call() -> R:
            return function(*args, **kwargs)

        outer = _work.get()
        work = Work(name=function.__qualname__, actor=kwargs["actor"], now=kwargs["now"])  # type: ignore[arg-type]
        if outer is None:
            return run_outermost(work, call)
        if outer.is_projecting:
            raise WallError(f"{work.name} was called by a projector; a book never calls a desk.")
        return run_nested(outer, work, call)

    run.is_command = True  # type: ignore[attr-defined]
    return run


def require_signature(function: Callable[..., Any]) -> None:
    """Raise TypeError unless every parameter is keyword-only and `actor` and `now` are among them."""
    parameters = inspect.signature(function).parameters
    if any(p.kind is not p.KEYWORD_ONLY for p in parameters.values()) or not {"actor", "now"} <= set(parameters):
        raise TypeError(f"{function.__qualname__} must take keyword-only arguments, with actor and now.")


def run_outermost(work: Work, call: Callable[[], R]) -> R:
    """Run, settle and (when it owns the transaction) commit; only then is a deadlock retried."""
    claim_block(work)
    owns = not connection.in_atomic_block
    for attempt in range(ATTEMPTS):
        try:
            return run_once(work, call)
        except Exception as error:
            if not owns or not is_retried(error) or attempt == ATTEMPTS - 1:
                raise
            logger.warning("%s met a deadlock and is tried again.", work.name)
            work.facts.clear()
            work.told.clear()
            work.is_projecting = False
            time.sleep(random.uniform(0.01, 0.05) * (attempt + 1))  # noqa: S311  # jitter, no secret
    raise AssertionError


def is_retried(error: BaseException | None) -> bool:
    """Whether a deadlock or a failed serialization is at the root of `error`, a projector's included."""
    while error is not None and not isinstance(error, RETRIED):
        error = error.__cause__
    return error is not None


def run_once(work: Work, call: Callable[[], R]) -> R:
    """One attempt."""
    from events.settling import settle

    token = _work.set(work)
    try:
        with transaction.atomic(), core_context():
            result = call()
            settle(work)
            return result
    finally:
        _work.reset(token)


def run_nested(outer: Work, work: Work, call: Callable[[], R]) -> R:
    """Run in a savepoint; pass on what was recorded only when it returns."""
    token = _work.set(work)
    try:
        with transaction.atomic(), core_context():
            result = call()
    finally:
        _work.reset(token)
    outer.absorb(work)
    return result


def claim_block(work: Work) -> None:
    """Only one outermost command in one stay in a tenant: 'approve many' is one command."""
    wrapper = current_wrapper()
    if wrapper.wanted == CORE or wrapper.block is None:
        return
    if wrapper.block.has_run_command:
        raise WallError(
            f"{work.name} would be the second command in this stay in {wrapper.wanted.schema}; make it one."
        )
    wrapper.block.has_run_command = True


def current_work() -> Work:
    """The running command's Work; raises WallError outside any command."""
    work = _work.get()
    if work is None:
        raise WallError("Facts are recorded and events told inside a command alone.")
    if work.is_projecting:
        raise WallError("A projector records and tells nothing; a book never calls a desk.")
    return work


def record(fact: FactBase) -> Recorded:
    """Record what happened; returns the handle that `tell(…, because=)` takes."""
    work = current_work()
    recorded = Recorded(new_id(), fact, work.actor, work.now)
    work.facts.append(recorded)
    return recorded


def tell(tenant_id: UUID, event: EventBase, *, because: Recorded | None) -> None:
    """Tell one tenant what it may know of `because`."""
    work = current_work()
    work.told.append(ToldEvent(new_id(), tenant_id, event, because, work.actor, work.now))


def tell_each(tenant_id: UUID, events: Iterable[tuple[EventBase, Recorded]]) -> None:
    """Tell many of one type; call it type by type, so that projectors get long runs."""
    for event, because in events:
        tell(tenant_id, event, because=because)


def question(function: Callable[P, R]) -> Callable[P, R]:
    """Make a keyword-only function a question: it reads the core for one tenant, writes nothing, answers frozen values."""

    @wraps(function)
    def ask(*args: P.args, **kwargs: P.kwargs) -> R:
        with core_context(), connection.execute_wrapper(refuse_writes):
            return function(*args, **kwargs)

    ask.is_question = True  # type: ignore[attr-defined]
    return ask


def refuse_writes(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    """An execute wrapper that lets reads through and raises WallError for anything else."""
    if not sql.lstrip(" (\n").upper().startswith(("SELECT", "WITH", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO")):
        raise WallError("A question reads; what writes is a command.")
    return execute(sql, params, many, context)
