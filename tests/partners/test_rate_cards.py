"""Versions of a rate card: written, published from a day, never changed, and of one card never two on a day."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.range import DateRange

from config.demo.rates import seed_rates
from events.models import Fact
from partners.desk.days import local_day
from partners.desk.models import DraftPrice, Price, RateCard, RateDraft, RatePeriod, RateVersion, VatRate
from partners.desk.selectors import pin_versions, read_card, read_rules
from partners.desk.services import drafts, publishing, taxes
from tenants.actors import StaffRole
from tenants.models import Tenant
from tenants.owner import as_owner
from tests.partners.conftest import FINANCE, price, publish_card, staff

pytestmark = pytest.mark.django_db


def day(now: datetime, days: int) -> date:
    return local_day(now) + timedelta(days=days)


def labour(fen: int) -> Any:
    return price("labour", amount_fen=fen)


def holds(tenant: Tenant, on: date) -> int | None:
    found = read_card(tenant_id=tenant.pk, day=on).find("labour")
    return found.amount_fen if found else None


def test_a_version_holds_from_its_day_until_the_next(acme: Tenant, now: datetime) -> None:
    first = publish_card(None, labour(100), valid_from=day(now, 1), now=now)
    second = publish_card(None, labour(200), valid_from=day(now, 10), now=now)
    assert (first.no, second.no) == (1, 2)
    assert [holds(acme, day(now, days)) for days in (0, 1, 9, 10, 400)] == [None, 100, 100, 200, 200]
    between = publish_card(None, labour(150), valid_from=day(now, 5), now=now)
    assert [holds(acme, day(now, days)) for days in (4, 5, 9, 10)] == [100, 150, 150, 200]
    assert RatePeriod.objects.get(pk=between.pk).during == DateRange(day(now, 5), day(now, 10), "[)")
    before = publish_card(None, labour(50), valid_from=day(now, 2), now=now + timedelta(hours=1))
    assert [holds(acme, day(now, days)) for days in (1, 2, 4)] == [100, 50, 50]
    facts = Fact.objects.filter(type="rates.published").order_by("id")
    assert [fact.data["no"] for fact in facts] == [1, 2, 3, before.no]


def test_a_customers_own_card_goes_first_and_is_its_own(acme: Tenant, pacific: Tenant, now: datetime) -> None:
    publish_card(None, labour(100), price("stop", amount_fen=9), valid_from=day(now, 1), now=now)
    publish_card(acme, labour(80), valid_from=day(now, 3), now=now)
    assert [holds(acme, day(now, days)) for days in (1, 2, 3)] == [100, 100, 80]
    assert [holds(pacific, day(now, days)) for days in (1, 3)] == [100, 100]
    stop = read_card(tenant_id=acme.pk, day=day(now, 3)).find("stop")
    assert stop is not None and stop.amount_fen == 9


def test_many_are_read_in_four_queries(
    acme: Tenant, pacific: Tenant, now: datetime, django_assert_num_queries: Any
) -> None:
    publish_card(None, labour(100), valid_from=day(now, 1), now=now)
    publish_card(acme, labour(80), valid_from=day(now, 3), now=now)
    with django_assert_num_queries(3):
        pins = pin_versions([(tenant.pk, day(now, days)) for tenant in (acme, pacific) for days in range(40)])
        rules = read_rules(pins.values())
    found = {key: rules[pin].find("labour") for key, pin in pins.items()}
    assert found[acme.pk, day(now, 0)] is None
    assert {getattr(found[acme.pk, day(now, days)], "amount_fen", None) for days in (3, 30)} == {80}
    assert {getattr(found[pacific.pk, day(now, days)], "amount_fen", None) for days in (3, 30)} == {100}


@pytest.mark.parametrize("days", [0, -1, 365 * 80])
def test_prices_begin_tomorrow_at_the_earliest(days: int, now: datetime) -> None:
    with pytest.raises(ValidationError) as caught:
        publish_card(None, labour(100), valid_from=day(now, days), now=now)
    assert list(caught.value.message_dict) == ["valid_from"]
    assert not RateVersion.objects.exists()


def test_two_versions_cannot_begin_on_one_day(now: datetime) -> None:
    publish_card(None, labour(100), valid_from=day(now, 3), now=now)
    with pytest.raises(ValidationError, match="begins on that day"):
        publish_card(None, labour(200), valid_from=day(now, 3), now=now)


def test_a_version_is_withdrawn_before_it_begins(acme: Tenant, now: datetime) -> None:
    publish_card(None, labour(100), valid_from=day(now, 1), now=now)
    wrong = publish_card(None, labour(999), valid_from=day(now, 5), now=now)
    publish_card(None, labour(300), valid_from=day(now, 9), now=now)
    with pytest.raises(ValidationError):
        publishing.withdraw_version(version_id=wrong.pk, reason=" ", actor=FINANCE, now=now)
    publishing.withdraw_version(version_id=wrong.pk, reason="typed wrong", actor=FINANCE, now=now)
    assert [holds(acme, day(now, days)) for days in (4, 5, 8, 9)] == [100, 100, 100, 300]
    for moment, words in ((now, "withdrawn already"), (now, "withdrawn already")):
        with pytest.raises(ValidationError, match=words):
            publishing.withdraw_version(version_id=wrong.pk, reason="again", actor=FINANCE, now=moment)
    right = publish_card(None, labour(200), valid_from=day(now, 5), now=now)
    assert [holds(acme, day(now, days)) for days in (4, 5, 8, 9)] == [100, 200, 200, 300]
    with pytest.raises(ValidationError, match="holds already"):
        publishing.withdraw_version(version_id=right.pk, reason="late", actor=FINANCE, now=now + timedelta(days=5))


def test_somebody_else_changed_the_draft_meanwhile(now: datetime) -> None:
    draft = drafts.begin_draft(tenant_id=None, actor=FINANCE, now=now)
    read = draft.revision
    drafts.save_price(card_id=draft.card_id, price_id=None, values=labour(1), actor=FINANCE, now=now)
    with pytest.raises(ValidationError, match="meanwhile"):
        publishing.publish_draft(
            card_id=draft.card_id, valid_from=day(now, 1), note="", revision=read, actor=FINANCE, now=now
        )


def test_a_new_draft_begins_as_the_last_version(now: datetime) -> None:
    publish_card(None, labour(100), price("stop", amount_fen=9), valid_from=day(now, 1), now=now)
    draft = drafts.begin_draft(tenant_id=None, actor=FINANCE, now=now)
    assert drafts.begin_draft(tenant_id=None, actor=FINANCE, now=now).pk == draft.pk
    rows = sorted(DraftPrice.objects.filter(draft=draft).values_list("kind", "amount_fen"))
    assert rows == [("labour", 100), ("stop", 9)]
    drafts.discard_draft(card_id=draft.card_id, actor=FINANCE, now=now)
    assert not RateDraft.objects.exists() and Price.objects.count() == 2


@pytest.mark.parametrize("role", [role for role in StaffRole if role not in {StaffRole.FINANCE, StaffRole.LEAD}])
def test_only_finance_and_leads_write(role: StaffRole, now: datetime) -> None:
    version = publish_card(None, labour(100), valid_from=day(now, 2), now=now)
    draft = drafts.begin_draft(tenant_id=None, actor=staff(StaffRole.LEAD), now=now)
    key, actor = draft.card_id, staff(role)
    for call in (
        lambda: drafts.begin_draft(tenant_id=None, actor=actor, now=now),
        lambda: drafts.save_price(card_id=key, price_id=None, values=labour(1), actor=actor, now=now),
        lambda: drafts.remove_price(card_id=key, price_id=key, actor=actor, now=now),
        lambda: drafts.replace_prices(card_id=key, prices=[], actor=actor, now=now),
        lambda: drafts.discard_draft(card_id=key, actor=actor, now=now),
        lambda: publishing.publish_draft(
            card_id=key, valid_from=day(now, 4), note="", revision=draft.revision, actor=actor, now=now
        ),
        lambda: publishing.withdraw_version(version_id=version.pk, reason="no", actor=actor, now=now),
        lambda: taxes.set_vat_rate(group="repair", rate_bp=1, valid_from=day(now, 4), actor=actor, now=now),
    ):
        with pytest.raises(PermissionDenied):
            call()
    assert RateVersion.objects.count() == 1 and DraftPrice.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"kind": "gift"}, {"kind"}),
        ({"kind": "labour"}, {"amount_fen"}),
        ({"kind": "labour", "amount_fen": -1}, {"amount_fen"}),
        ({"kind": "labour", "amount_fen": 100_000_001}, {"amount_fen"}),
        ({"kind": "operation", "amount_fen": 1}, {"operation"}),
        ({"kind": "labour", "amount_fen": 1, "area": "??"}, {"area"}),
        ({"kind": "transport", "amount_fen": 1}, {"included_km", "per_km_fen", "road_percent"}),
        ({"kind": "waiting", "amount_fen": 1, "included_min": 0, "block_min": 0}, {"block_min"}),
    ],
)
def test_a_price_without_its_figures_is_refused(values: dict[str, Any], fields: set[str], now: datetime) -> None:
    draft = drafts.begin_draft(tenant_id=None, actor=FINANCE, now=now)
    wrong = price(**{"operation": "", **values})
    with pytest.raises(ValidationError) as caught:
        drafts.save_price(card_id=draft.card_id, price_id=None, values=wrong, actor=FINANCE, now=now)
    assert set(caught.value.message_dict) == fields
    with pytest.raises(ValidationError) as caught:
        drafts.replace_prices(card_id=draft.card_id, prices=[labour(1), wrong], actor=FINANCE, now=now)
    assert {name for name in caught.value.message_dict if name.startswith("1.")} >= {f"1.{field}" for field in fields}
    assert not DraftPrice.objects.exists()


def test_a_card_has_one_price_for_one_thing(now: datetime) -> None:
    draft = drafts.begin_draft(tenant_id=None, actor=FINANCE, now=now)
    one = drafts.save_price(card_id=draft.card_id, price_id=None, values=labour(1), actor=FINANCE, now=now)
    with pytest.raises(ValidationError, match="exactly this"):
        drafts.save_price(card_id=draft.card_id, price_id=None, values=labour(2), actor=FINANCE, now=now)
    drafts.save_price(card_id=draft.card_id, price_id=one.pk, values=labour(3), actor=FINANCE, now=now)
    with pytest.raises(ValidationError, match="Row 2"):
        drafts.replace_prices(card_id=draft.card_id, prices=[labour(1), labour(2)], actor=FINANCE, now=now)
    assert list(DraftPrice.objects.values_list("amount_fen", flat=True)) == [3]


# --- what the database holds --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE partners_desk_price SET amount_fen = 1",
        "DELETE FROM partners_desk_price",
        "UPDATE partners_desk_rateversion SET note = 'x'",
        "DELETE FROM partners_desk_rateperiod",
    ],
)
def test_what_was_published_is_never_changed(statement: str, now: datetime) -> None:
    publish_card(None, labour(100), valid_from=day(now, 1), now=now)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    if "rateperiod" in statement:
        return
    with (
        pytest.raises(DatabaseError, match="append-only"),
        as_owner(),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_no_price_joins_a_published_version(now: datetime) -> None:
    version = publish_card(None, labour(100), valid_from=day(now, 1), now=now)
    with pytest.raises(IntegrityError, match="is published"), transaction.atomic():
        Price.objects.create(version=version, kind="stop", amount_fen=1)


def test_days_are_only_ended(now: datetime) -> None:
    version = publish_card(None, labour(100), valid_from=day(now, 1), now=now)
    period = RatePeriod.objects.get(pk=version.pk)
    for during in (DateRange(day(now, 0), None), DateRange(day(now, 2), None)):
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            RatePeriod.objects.filter(pk=period.pk).update(during=during)
    RatePeriod.objects.filter(pk=period.pk).update(during=DateRange(day(now, 1), day(now, 2)))


def test_the_database_lets_no_two_versions_of_a_card_hold_on_a_day(now: datetime) -> None:
    version = publish_card(None, labour(100), valid_from=day(now, 1), now=now)
    other = RateVersion.objects.create(card=version.card, no=9, published_at=now, published_by="x")
    with pytest.raises(IntegrityError, match="one_card_version_a_day"), transaction.atomic():
        RatePeriod.objects.create(version=other, card=version.card, during=DateRange(day(now, 300), day(now, 301)))
    with pytest.raises(IntegrityError, match="one_card_a_tenant"), transaction.atomic():
        RateCard.objects.create(tenant=None)


@pytest.mark.parametrize("values", [{"kind": "labour"}, {"kind": "stop", "amount_fen": 1, "operation": "x"},
                                    {"kind": "labour", "amount_fen": 1, "percent_bp": 1}])  # fmt: skip
def test_the_database_knows_the_figures_of_a_kind(values: dict[str, Any], now: datetime) -> None:
    draft = drafts.begin_draft(tenant_id=None, actor=FINANCE, now=now)
    with pytest.raises(IntegrityError, match="draft_price_has_the_figures_of_its_kind"), transaction.atomic():
        DraftPrice.objects.create(draft=draft, **values)


# --- moved dates --------------------------------------------------------------------------------------------------------

STEPS = st.lists(st.tuples(st.sampled_from(["publish", "withdraw"]), st.integers(1, 12)), max_size=10)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_in_whatever_order_versions_are_published_each_day_has_the_last_one_begun(
    acme: Tenant, now: datetime, steps: list[tuple[str, int]]
) -> None:
    """Of what was published and not withdrawn, the version with the latest first day up to it."""
    begun: dict[int, RateVersion] = {}
    with transaction.atomic():
        for number, (step, days) in enumerate(steps, start=1):
            if step == "withdraw" and days in begun:
                publishing.withdraw_version(version_id=begun.pop(days).pk, reason="x", actor=FINANCE, now=now)
            elif step == "publish" and days not in begun:
                begun[days] = publish_card(None, labour(number), valid_from=day(now, days), now=now)
        for days in range(15):
            first = max((start for start in begun if start <= days), default=None)
            expected = None if first is None else Price.objects.get(version=begun[first]).amount_fen
            assert holds(acme, day(now, days)) == expected
        transaction.set_rollback(True)


# --- VAT ----------------------------------------------------------------------------------------------------------------


def test_a_vat_rate_is_ended_by_the_next(acme: Tenant, now: datetime) -> None:
    first = taxes.set_vat_rate(group="repair", rate_bp=1_300, valid_from=day(now, -30), actor=FINANCE, now=now)
    taxes.set_vat_rate(group="repair", rate_bp=900, valid_from=day(now, 7), actor=FINANCE, now=now)
    vats = [read_card(tenant_id=acme.pk, day=day(now, days)).vat for days in (-31, -30, 6, 7)]
    assert vats == [{}, {"repair": 1_300}, {"repair": 1_300}, {"repair": 900}]
    for days in (0, 7, 3):
        with pytest.raises(ValidationError) as caught:
            taxes.set_vat_rate(group="repair", rate_bp=1, valid_from=day(now, days), actor=FINANCE, now=now)
        assert list(caught.value.message_dict) == ["valid_from"]
    taxes.confirm_vat_rate(rate_id=first.pk, actor=FINANCE, now=now)
    with pytest.raises(IntegrityError, match="ended and set anew"), transaction.atomic():
        VatRate.objects.filter(pk=first.pk).update(rate_bp=1)


def test_the_demo_has_a_standard_card_and_one_of_acme(acme: Tenant, now: datetime) -> None:
    from config.demo.desk import seed_desk

    seed_desk()
    seed_rates()
    seed_rates()
    assert [(card.tenant, card.versions.count()) for card in RateCard.objects.order_by("pk")] == [(None, 1), (acme, 1)]
    card = read_card(tenant_id=acme.pk, day=local_day(now))
    pads = card.find("operation", operation="B-0102", vehicle_class="small_car", area="JQ")
    oil = card.find("operation", operation="M-0101", vehicle_class="small_car", area="JQ")
    assert pads is not None and oil is not None
    assert (pads.amount_fen, oil.amount_fen) == (42_000, 12_000)
    assert dict(card.vat) == {"repair": 1_300, "agency": 600, "rental": 1_300, "laid_out": 0}
    assert Price.objects.exclude(note="(to confirm)").count() == 0
