"""Which limit decides, against a plain model; how old a vehicle is; who sets limits, and what cannot be one."""

from datetime import date
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.book.models import Entry
from fleet.approving.ages import age_of, model_year_of
from fleet.approving.limits import Case, Holder, holds, judge, room
from fleet.approving.words import say_limit
from fleet.models import ApprovalLimit
from fleet.selectors.limits import all_limits, read_limits
from fleet.services.approvals.limits import Terms, remove_limit, save_limit, set_limits
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.people.models import User
from tests.conftest import NOW
from tests.fleet.conftest import make_actor
from tests.fleet.members import join

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
SERVICES = ("repair", "maintenance")
small = st.integers(0, 6)
maybe = st.none() | small


@st.composite
def limits(draw: Any) -> list[ApprovalLimit]:
    """Some limits, no two under the same conditions."""
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from([("approver", ""), ("fleet_manager", ""), ("", "wang"), ("", "li")]),
                st.sampled_from(["", *SERVICES]), maybe, maybe, maybe, maybe | st.just("all"),
            ),
            max_size=10,
            unique_by=lambda row: row[:5],
        )
    )  # fmt: skip
    return [
        ApprovalLimit(
            role=role, member_id=member, member_name=member, service=service, max_age_years=age, vehicle_spend_fen=vehicle,
            center_spend_fen=center, up_to_fen=None if up_to == "all" else up_to, is_unlimited=up_to == "all",
        )
        for (role, member), service, age, vehicle, center, up_to in rows
    ]  # fmt: skip


cases = st.builds(
    Case, service=st.sampled_from(SERVICES), age_years=maybe, used_fen=small, vehicle_spend_fen=small, center_spend_fen=small
)  # fmt: skip
holders = st.builds(
    Holder, id=st.sampled_from(["wang", "li", "zhao"]), name=st.just("x"),
    roles=st.frozensets(st.sampled_from(["approver", "fleet_manager", "viewer"])),
)  # fmt: skip


def plain(rows: list[ApprovalLimit], holder: Holder, case: Case, amount: int) -> bool:
    """The same rule without any sorting: conditions are tried from the narrowest to none, one inside the other."""
    bounds: list[int | None] = [*range(7), None]
    years = (case.age_years, case.vehicle_spend_fen + amount, case.center_spend_fen + amount)

    def search(mine: list[ApprovalLimit]) -> ApprovalLimit | None:
        for service, *wanted in product((case.service, ""), bounds, bounds, bounds):
            for row in mine:
                if [row.service, row.max_age_years, row.vehicle_spend_fen, row.center_spend_fen] != [service, *wanted]:
                    continue
                if all(
                    most is None or (is_now is not None and is_now <= most)
                    for most, is_now in zip(wanted, years, strict=True)
                ):
                    return row
        return None

    def covers(row: ApprovalLimit) -> bool:
        return row.is_unlimited or (row.up_to_fen is not None and case.used_fen + amount <= row.up_to_fen)

    own = search([row for row in rows if row.member_id == holder.id])
    if own is not None:
        return covers(own)
    found = [search([row for row in rows if row.role == role]) for role in holder.roles]
    return any(row is not None and covers(row) for row in found)


@CALM
@given(limits(), holders, cases, small)
def test_the_most_specific_limit_decides_as_the_plain_model_does(
    rows: list[ApprovalLimit], holder: Holder, case: Case, amount: int
) -> None:
    verdict = judge(rows, holder, case, amount)
    assert verdict.is_allowed is plain(rows, holder, case, amount)
    if verdict.limit is not None:
        assert holds(verdict.limit, case, amount)
        assert verdict.limit.member_id == holder.id or verdict.limit.role in holder.roles


@CALM
@given(limits(), holders, cases)
def test_the_room_is_the_largest_amount_that_passes(rows: list[ApprovalLimit], holder: Holder, case: Case) -> None:
    found = room(rows, holder, case)
    passing = [amount for amount in range(20) if plain(rows, holder, case, amount)]
    if found is None:
        assert passing == []
    elif found < 20:
        assert passing[-1] == found
    else:
        assert plain(rows, holder, case, found)


@pytest.mark.parametrize(
    ("vin", "year", "age"),
    [
        ("LSVNV2183R2000001", 2024, 2),
        ("LSVNV2183T2000001", 2026, 0),
        ("LSVNV2183V2000001", 2027, 0),
        ("LSVNV2183W2000001", 1998, 28),
        ("LSVNV218382000001", 2008, 18),
        ("LSVNV218302000001", None, None),
        ("LSV", None, None),
    ],
)
def test_the_tenth_place_of_the_vin_is_the_model_year(vin: str, year: int | None, age: int | None) -> None:
    assert (model_year_of(vin, today=date(2026, 11, 23)), age_of(vin, today=date(2026, 11, 23))) == (year, age)


@pytest.mark.django_db
def test_a_limit_is_added_changed_and_removed_by_an_administrator_and_told(acme: Tenant, pacific: Tenant) -> None:
    admin = make_actor(acme, "admin")
    with tenant_context(acme):
        row = save_limit(terms=Terms(role="approver", service="repair", up_to_fen=100_000), actor=admin, now=NOW)
    with tenant_context(acme):
        save_limit(
            limit_id=row.ref, terms=Terms(role="approver", service="repair", is_unlimited=True), actor=admin, now=NOW
        )
        assert [say_limit(limit) for limit in all_limits()] == [
            "Administrator: without limit, above the budget too", "Approver (Repair): without limit", "Approver: ¥5,000.00",
            "Fleet manager: ¥20,000.00",
        ]  # fmt: skip
    with tenant_context(pacific), pytest.raises(Http404):
        remove_limit(limit_id=row.ref, actor=make_actor(pacific, "admin"), now=NOW)
    with tenant_context(acme):
        remove_limit(limit_id=row.ref, actor=admin, now=NOW)
        assert not ApprovalLimit.objects.exists()
        told = list(Entry.objects.filter(subject=row.ref).order_by("seq").values_list("type", flat=True))
    assert told == ["limit.saved", "limit.saved", "limit.removed"]
    with tenant_context(pacific):
        assert not Entry.objects.filter(type__startswith="limit.").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["fleet_manager", "approver", "requester", "finance", "viewer"])
def test_nobody_else_sets_limits(acme: Tenant, role: str) -> None:
    actor = make_actor(acme, role)
    with tenant_context(acme), pytest.raises(PermissionDenied):
        save_limit(terms=Terms(role=role, is_unlimited=True), actor=actor, now=NOW)
    with tenant_context(acme), pytest.raises(PermissionDenied):
        set_limits(limits={"approver": 1}, actor=actor, now=NOW)
    with tenant_context(acme):
        assert not ApprovalLimit.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"role": "viewer", "up_to_fen": 1}, "role"),
        ({"up_to_fen": 1}, "role"),
        ({"role": "approver", "service": "cooking"}, "service"),
        ({"role": "approver", "max_age_years": 101}, "max_age_years"),
        ({"role": "approver", "up_to_fen": -1}, "up_to_fen"),
        ({"role": "approver", "vehicle_spend_fen": -1}, "vehicle_spend_fen"),
        ({"role": "approver", "up_to_fen": 1, "is_unlimited": True}, "up_to_fen"),
        ({"member_id": "not-one-of-ours", "up_to_fen": 1}, "member_id"),
    ],
)
def test_what_cannot_be_a_limit_is_refused_by_field(acme: Tenant, terms: dict[str, Any], field: str) -> None:
    with tenant_context(acme), pytest.raises(ValidationError) as refused:
        save_limit(terms=Terms(**terms), actor=make_actor(acme, "admin"), now=NOW)
    assert set(refused.value.message_dict) == {field}


@pytest.mark.django_db
def test_two_limits_under_the_same_conditions_are_refused_by_service_and_table(acme: Tenant) -> None:
    admin, terms = make_actor(acme, "admin"), Terms(role="approver", max_age_years=5, up_to_fen=1)
    with tenant_context(acme):
        save_limit(terms=terms, actor=admin, now=NOW)
    with tenant_context(acme), pytest.raises(ValidationError, match="already"):
        save_limit(terms=Terms(role="approver", max_age_years=5, up_to_fen=2), actor=admin, now=NOW)
    for spoiled in (
        {"role": "approver", "max_age_years": 5},
        {"role": "approver", "member_id": "x"},
        {"role": "", "member_id": ""},
        {"role": "admin", "up_to_fen": 1, "is_unlimited": True},
        {"role": "admin", "vehicle_spend_fen": -1},
    ):
        with tenant_context(acme), pytest.raises(IntegrityError), transaction.atomic():
            ApprovalLimit.objects.create(**spoiled)


@pytest.mark.django_db
def test_a_members_own_limit_is_for_who_may_decide(acme: Tenant, pacific: Tenant) -> None:
    approver, viewer, stranger = join(acme, "approver"), join(acme, "viewer"), join(pacific, "approver")
    admin = make_actor(acme, "admin")

    def save(user: User) -> ApprovalLimit:
        with tenant_context(acme):
            return save_limit(terms=Terms(member_id=str(user.pk), up_to_fen=7), actor=admin, now=NOW)

    assert say_limit(save(approver)) == "approver of acme: ¥0.07"
    for user in (viewer, stranger):
        with pytest.raises(ValidationError):
            save(user)
    with tenant_context(acme):
        assert read_limits() == {"approver": 500_000, "fleet_manager": 2_000_000, "admin": 1_000_000_000_000}
