"""Who may approve an estimate: by limits of their own, or by those that another has lent them; and what it is judged by."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models.fields.json import KeyTextTransform

from fleet.access import Action, may, own_tenant
from fleet.approving.ages import age_of
from fleet.approving.limits import Case, Holder, Verdict, ends_of, judge, largest
from fleet.models import ApprovalLimit, ApprovalPolicy, Batch, Delegation, Order, OrderEstimate, OverBudget
from fleet.selectors.budgets import Standing, standings_by_name
from fleet.selectors.delegations import read_policy, running_delegations
from fleet.selectors.limits import DECIDERS, ROLES, all_limits, key_limit, local_day, spent_since, sums_by, year_start
from tenants.actors import Actor
from tenants.models import Tenant
from tenants.people.selectors import Colleague, ask_colleagues


@dataclass(frozen=True, kw_only=True)
class Authority:
    """All that says who may approve what, read once: limits, delegations, rules, and on demand the people."""

    tenant: Tenant
    now: datetime
    limits: Sequence[ApprovalLimit] = field(default_factory=all_limits)
    policy: ApprovalPolicy = field(default_factory=read_policy)

    @cached_property
    def delegations(self) -> Sequence[Delegation]:
        """Those that hold now."""
        return running_delegations(self.now)

    @cached_property
    def people(self) -> Sequence[Colleague]:
        """The members who may decide at all."""
        return ask_colleagues(tenant_id=self.tenant.pk, roles=DECIDERS)

    def cases(self, estimates: Iterable[OrderEstimate]) -> dict[int, Case]:
        """What each estimate (by its key, with its order read) is judged by."""
        rows = list(estimates)
        orders = [row.order for row in rows]
        year = YearSpend.read(self, vins={o.vin for o in orders}, centers={o.cost_center for o in orders})
        requesters = self.requesters_of(orders)
        budgets = standings_by_name({o.cost_center for o in orders}, tenant=self.tenant, today=self.today)
        return {
            row.pk: Case(
                service=row.order.service,
                requester_id=requesters.get(row.order.batch_id, ""),
                age_years=age_of(row.order.vin, today=self.today),
                used_fen=row.order.approved_fen,
                vehicle_spend_fen=year.of_vin(row.order.vin),
                center_spend_fen=year.of_center(row.order.cost_center),
                **budget_facts(budgets.get(row.order.cost_center)),
            )
            for row in rows
        }

    @cached_property
    def today(self) -> date:
        """The day, by the tenant's clock."""
        return local_day(self.now, self.tenant)

    def requesters_of(self, orders: Iterable[Order]) -> Mapping[UUID | None, str]:
        """Who has submitted each batch; asked only where somebody else has to approve."""
        if self.policy.four_eyes_from_fen is None:
            return {}
        batches = Batch.objects.filter(pk__in={order.batch_id for order in orders if order.batch_id})
        found = batches.annotate(who=KeyTextTransform("id", "submitted_by")).values_list("pk", "who")
        return {key: who or "" for key, who in found}

    def judge(self, actor: Actor, case: Case, amount_fen: int) -> Verdict:
        """What is said of this actor and amount; the system is asked for no limit, a key has its own."""
        if actor.kind == "system":
            return Verdict(True, None)
        if actor.kind == "key":
            holder = Holder(id="", name=actor.name, roles=frozenset({"key"}))
            verdict = judge([key_limit(actor)], holder, case, amount_fen)
            return self.bounded(verdict, actor.id, case, amount_fen)
        return self.judge_member(actor.id, actor.roles, case, amount_fen)

    def judge_member(self, member_id: str, roles: frozenset[str], case: Case, amount_fen: int) -> Verdict:
        """By limits of its own, else by those of a principal for whom it stands in."""
        holder = Holder(id=member_id, name="", roles=roles)
        own = self.bounded(judge(self.limits, holder, case, amount_fen), member_id, case, amount_fen)
        if own.is_allowed or own.problem == "own_order":
            return own
        lent = (self.judge_lent(each, member_id, case, amount_fen) for each in self.delegations)
        return next((verdict for verdict in lent if verdict is not None), own)

    def judge_lent(self, lent: Delegation, member_id: str, case: Case, amount_fen: int) -> Verdict | None:
        """What the deputy may do by the principal's limits as they are now; None: nothing."""
        if lent.deputy_id != member_id or self.is_own_order(member_id, case, amount_fen):
            return None
        if lent.up_to_fen is not None and case.used_fen + amount_fen > lent.up_to_fen:
            return None
        principal = next((person for person in self.people if str(person.id) == lent.principal_id), None)
        if principal is None or self.is_own_order(lent.principal_id, case, amount_fen):
            return None
        holder = Holder(id=lent.principal_id, name=principal.name, roles=principal.roles)
        verdict = self.bounded(judge(self.limits, holder, case, amount_fen), member_id, case, amount_fen)
        return replace(verdict, delegation=lent) if verdict.is_allowed else None

    def bounded(self, verdict: Verdict, member_id: str, case: Case, amount_fen: int) -> Verdict:
        """What a limit covers is still bounded: by four eyes, and by what the budget has left."""
        if not verdict.is_allowed:
            return verdict
        if self.is_own_order(member_id, case, amount_fen):
            return replace(verdict, is_allowed=False, problem="own_order")
        over = case.over_fen(amount_fen)
        if not over or self.may_exceed(verdict):
            return replace(verdict, over_fen=over)
        return replace(verdict, is_allowed=False, problem="over_budget", over_fen=over)

    def may_exceed(self, verdict: Verdict) -> bool:
        """Whether the limit's holder may go above a budget, by the tenant's rule."""
        rule = self.policy.over_budget
        if rule == OverBudget.ASK:
            return verdict.limit is not None and verdict.limit.may_exceed_budget
        return rule == OverBudget.WARN

    def is_own_order(self, member_id: str, case: Case, amount_fen: int) -> bool:
        """Whether the member has sent the order, and the amount is one that somebody else approves."""
        least = self.policy.four_eyes_from_fen
        if least is None or not case.requester_id:
            return False
        return case.requester_id == member_id and case.used_fen + amount_fen >= least

    def room(self, actor: Actor, case: Case) -> int | None:
        """The largest further amount that this actor may approve for the order."""
        if not may(actor, Action.DECIDE):
            return None
        return largest(self.ends(actor, case), lambda amount: self.judge(actor, case, amount).is_allowed)

    def ends(self, actor: Actor, case: Case) -> Iterator[int]:
        """The amounts at which what is said of the actor may change."""
        for limit in [*self.limits, *([key_limit(actor)] if actor.kind == "key" else [])]:
            yield from ends_of(limit, case)
        for lent in self.delegations:
            if lent.up_to_fen is not None:
                yield lent.up_to_fen - case.used_fen
        if self.policy.four_eyes_from_fen is not None:
            yield self.policy.four_eyes_from_fen - case.used_fen - 1
        if case.budget_id is not None:
            yield case.free_fen

    def who_could(self, case: Case, amount_fen: int) -> list[Colleague]:
        """The members who could approve the amount, deputies among them."""
        return [
            person
            for person in self.people
            if self.judge_member(str(person.id), person.roles, case, amount_fen).is_allowed
        ]

    def roles_that_could(self, case: Case, amount_fen: int) -> frozenset[str]:
        """The roles that cover it, whoever may hold them."""
        held = {role: self.judge_member("", frozenset({role}), case, amount_fen) for role in ROLES}
        return frozenset(role for role, verdict in held.items() if verdict.is_allowed)


def budget_facts(standing: Standing | None) -> dict[str, Any]:
    """What a case says of its budget."""
    return {} if standing is None else {"budget_id": standing.budget.pk, "free_fen": standing.free_fen}


@dataclass(frozen=True, slots=True)
class YearSpend:
    """What has been approved this year, by vehicle and by cost centre; read only where a limit asks for it."""

    vins: Mapping[str, int]
    centers: Mapping[str, int]

    @classmethod
    def read(cls, authority: Authority, *, vins: Collection[str], centers: Collection[str]) -> "YearSpend":
        """The year's sums of these vehicles and cost centres."""
        since = spent_since(year_start(authority.now, authority.tenant))
        asks = {name for name in ("vehicle_spend_fen", "center_spend_fen") for limit in authority.limits
                if getattr(limit, name) is not None}  # fmt: skip
        by_vin = sums_by(since.filter(order__vin__in=vins), "order__vin") if "vehicle_spend_fen" in asks else {}
        by_center = (
            sums_by(since.filter(order__cost_center__in=centers), "order__cost_center")
            if "center_spend_fen" in asks
            else {}
        )
        return cls(by_vin, by_center)

    def of_vin(self, vin: str) -> int:
        """The vehicle's year so far, in fen."""
        return self.vins.get(vin, 0)

    def of_center(self, name: str) -> int:
        """The cost centre's year so far, in fen; orders without one have none."""
        return self.centers.get(name, 0) if name else 0


def authority_for(actor: Actor, now: datetime) -> Authority:
    """The authority in the actor's tenant."""
    return Authority(tenant=own_tenant(actor), now=now)
