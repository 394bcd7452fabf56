"""What the board keeps of its drawing: whatever changes shows at once, to each reader in his language and by his role."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone, translation

from config import clock
from dispatch.models import Agent, Area, ClockRule, Leave, Leg, Offer
from dispatch.rows import FIELDS, BoardLeg, draw_row, keep_row, look_now, rows_of
from dispatch.selectors import open_legs
from dispatch.services.assigning import reassign_leg, unassign_leg
from dispatch.services.offers import accept_offer, open_offers
from tenants.actors import StaffRole
from tenants.models import Tenant
from tests.dispatch.conftest import NOW, Desk, as_agent, at
from tests.dispatch.test_desk_pages import address, agent_ref, console, ref, sign_in

__all__ = ["console"]
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def forgotten() -> None:
    """Nothing is kept from another test."""
    forget()


def forget() -> None:
    """As a new process begins."""
    keep_row.cache_clear()
    caches["template_fragments"].clear()


def read(client: Client, query: str = "") -> str:
    """The board's page, without what is another each time."""
    page = client.get(address("board") + query).content.decode()
    return re.sub(r'(name="csrfmiddlewaretoken" value="|"X-CSRFToken": ")[^"]*', r"\1", page)


def row_of(page: str, leg: Leg) -> str:
    """The row of a leg."""
    (found,) = re.findall(rf'<tr id="leg-{leg.pk}".*?</tr>', page, re.DOTALL)
    return str(found)


def update(**changes: Any) -> Callable[[Desk, Leg], object]:
    """Changes in the leg itself."""
    return lambda _desk, leg: Leg.objects.filter(pk=leg.pk).update(**changes)


def another(desk: Desk, leg: Leg) -> None:
    other = Agent.objects.exclude(legs=leg).get()
    Leg.objects.filter(pk=leg.pk).update(agent=other)


CHANGES: dict[str, tuple[Callable[[Desk, Leg], object], str]] = {
    "label": (update(label="沪Z<99>"), "沪Z&lt;99&gt;"),
    "kind": (update(kind="return"), "Return"),
    "mode": (update(mode="tow"), "Pickup · Towed"),
    "status": (update(status="contacted"), "Contacted"),
    "status_since": (update(status_since=NOW - timedelta(days=3)), 'data-started="2026-11-20T01:00:00+00:00"'),
    "window_start": (update(window_start=at(9, 30)), "24 Nov, 09:30"),
    "window_end": (update(window_end=at(13, 15)), "13:15"),
    "planned_at": (update(planned_at=at(10, 7)), "24 Nov, 10:07"),
    "unassigned_reason": (update(status="unassigned", unassigned_reason="window_closed"), "The window is over"),
    "due_at": (update(busy=(at(9, 1), at(11))), 'data-due="2026-11-24T01:01:00+00:00"'),
    "agent_id": (another, "远山"),
    "agent": (lambda _desk, leg: Agent.objects.filter(legs=leg).update(name="改名"), "改名"),
    "tenant": (lambda desk, _leg: Tenant.objects.filter(pk=desk.acme.pk).update(name="Acme & Sons"), "Acme &amp; Sons"),
    "area": (lambda desk, _leg: Area.objects.filter(pk=desk.area.pk).update(name="东郊"), "东郊"),
}


def test_every_value_of_a_row_has_its_change_here() -> None:
    assert {*CHANGES, "pk"} == set(BoardLeg._fields)
    assert len(FIELDS) == len(BoardLeg._fields)


@pytest.mark.parametrize("name", CHANGES)
def test_what_changes_in_a_leg_changes_its_row_at_once(desk: Desk, name: str) -> None:
    desk.agent("近江"), desk.agent("远山", lat=31.26)
    leg, beside = desk.assigned(), desk.leg(label="沪B00001", vehicle_class="coach", tenant=desk.pacific)
    client = sign_in(StaffRole.DISPATCHER)
    before = row_of(read(client), leg)
    change, shown = CHANGES[name]
    assert shown not in before
    change(desk, leg)
    warm = read(client)
    assert shown in row_of(warm, leg)
    forget()
    assert (read(client), row_of(warm, beside)) == (warm, row_of(read(client), beside))


def test_each_step_of_a_leg_shows_at_once_and_to_a_poll(desk: Desk) -> None:
    near, far = desk.agent("近江"), desk.agent("远山", lat=31.26)
    leg = desk.assigned()
    client = sign_in(StaffRole.DISPATCHER)
    steps: list[tuple[Callable[[], object], tuple[str, ...]]] = [
        (lambda: None, ("Assigned", "近江", f'value="{ref(leg)}/{agent_ref(near)}"')),
        (lambda: open_offers(leg_ids=[leg.pk], actor=desk.system, now=NOW), ("Offered", "Answer")),
        (lambda: accept_offer(leg_id=leg.pk, actor=as_agent(near), now=NOW), ("Accepted", "Call the customer")),
        (
            lambda: reassign_leg(leg_id=leg.pk, agent_id=far.pk, reason="", actor=desk.dispatcher, now=NOW),
            ("Assigned", "远山", f'value="{ref(leg)}/{agent_ref(far)}"'),
        ),
        (
            lambda: unassign_leg(leg_id=leg.pk, reason="客户改期", actor=desk.dispatcher, now=NOW),
            ("Unassigned", "客户改期", f'value="{ref(leg)}/"'),
        ),
    ]
    mark = ""
    for step, shown in steps:
        step()
        answer = client.get(address("board"), headers={"HX-Request": "true", "HX-Target": "board-live", "X-Seen": mark})
        row = row_of(answer.content.decode(), leg)
        assert [words for words in shown if words not in row] == []
        mark = answer.context["mark"]
        assert client.get(address("board"), headers={"X-Seen": mark}).status_code == 204


def test_an_answer_that_runs_out_earlier_changes_the_row(desk: Desk) -> None:
    desk.agent()
    leg = desk.assigned()
    open_offers(leg_ids=[leg.pk], actor=desk.system, now=NOW)
    client = sign_in(StaffRole.DISPATCHER)
    read(client)
    Offer.objects.update(expires_at=NOW + 3 * MINUTE)
    assert 'data-due="2026-11-23T01:03:00+00:00"' in row_of(read(client), leg)


def test_another_limit_holds_from_the_next_page_on(desk: Desk) -> None:
    leg = desk.leg()
    client = sign_in(StaffRole.DISPATCHER)
    assert 'data-due="2026-11-23T01:10:00+00:00"' in row_of(read(client), leg)
    ClockRule.objects.create(kind="dispatch", limit_s=60, valid_from=NOW, made_at=NOW)
    assert 'data-due="2026-11-23T01:01:00+00:00"' in row_of(read(client), leg)
    clock_late = client.get(address("board")).context["counts"]["late"]
    Leg.objects.update(received_at=NOW - timedelta(minutes=5))
    assert (clock_late, client.get(address("board")).context["counts"]["late"]) == (0, 1)


def test_the_clock_of_a_kept_row_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    leg = desk.leg()
    client = sign_in(StaffRole.DISPATCHER)
    found, row = [], ""
    for passed in (0, 4, 8, 25):
        monkeypatch.setattr(clock, "now", lambda tenant=None, passed=passed: NOW + passed * MINUTE)
        row = row_of(read(client), leg)
        (tone,) = re.findall(r'class="ui-clock ui-tone-(\w+)"', row)
        (text,) = re.findall(r"<time[^>]*data-now[^>]*>([^<]*)</time>", row)
        found.append((tone, text))
    assert found == [("good", "10 min"), ("good", "6 min"), ("warn", "2 min"), ("bad", "15 min late")]
    assert f'data-now="{(NOW + 25 * MINUTE).isoformat()}"' in row


def test_each_reads_his_own_language_and_has_his_own_buttons(desk: Desk) -> None:
    desk.agent()
    leg = desk.assigned()
    dispatcher, service = sign_in(StaffRole.DISPATCHER), sign_in(StaffRole.CUSTOMER_SERVICE)
    for _time in range(2):
        english, theirs = read(dispatcher), read(service)
        dispatcher.cookies["django_language"] = "zh-hans"
        chinese = read(dispatcher)
        dispatcher.cookies["django_language"] = "en"
        assert ('name="pick"' in english, 'name="pick"' in theirs, 'name="pick"' in chinese) == (True, False, True)
        assert "Pick all rows" in english and "Pick all rows" not in theirs
        rows = [row_of(page, leg) for page in (english, theirs, chinese)]
        assert [("Assigned" in row, "已指派" in row, "Departure" in row) for row in rows] == [
            (True, False, True), (True, False, True), (False, True, False),
        ]  # fmt: skip
        for words in ("Vehicle", "Outside of all", "fit and on shift of"):
            assert words in english and words in theirs and words not in chinese


@pytest.mark.urls("config.urls_console")
def test_a_row_is_kept_for_each_zone(desk: Desk) -> None:
    desk.leg()
    (values,) = rows_of(open_legs())
    shown = {}
    for zone in ("Asia/Shanghai", "Asia/Urumqi", "UTC"):
        with timezone.override(zone), translation.override("en"):
            shown[zone] = draw_row(values, look_now(picks=False), now=NOW)
    assert [re.findall(r"\d\d Nov, \d\d:\d\d", row)[0] for row in shown.values()] == [
        "24 Nov, 10:00", "24 Nov, 08:00", "24 Nov, 02:00",
    ]  # fmt: skip


def test_the_cover_and_the_lists_change_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda tenant=None: at(9))
    Area.objects.exclude(pk=desk.area.pk).delete()
    agent, _other = desk.agent("陈一"), desk.agent("陈二")
    client = sign_in(StaffRole.DISPATCHER)
    assert "fewer than two fit" not in read(client) and f'value="{agent_ref(agent)}"' not in read(client)
    Leave.objects.create(agent=agent, starts_at=at(0), ends_at=at(24))
    page = read(client)
    assert "1 area has fewer than two fit agents on shift" in page and "Is on leave then" in page
    assert "Is on leave then" in client.get(address("agents")).content.decode()
    Leg.objects.filter(pk=desk.leg().pk).update(agent=agent, status="assigned", busy=(at(10), at(11)))
    page = read(client)
    assert f'<option value="{agent_ref(agent)}">陈一</option>' in page
    Area.objects.create(code="T-W", name="西区", lat=31.2, lng=121.0, radius_m=100)
    page = read(client)
    assert '<option value="T-W">西区</option>' in page and "2 areas have fewer than two fit" in page


def test_the_head_follows_the_order_and_the_address(desk: Desk) -> None:
    client = sign_in(StaffRole.DISPATCHER)
    desk.leg()
    for query, shown in (
        ("?sort=label", "sort=-label"),
        ("?sort=-label", "sort=label"),
        ("?q=沪&sort=label", "q=%E6%B2%AA"),
    ):
        head = read(client, query).partition("<thead>")[2].partition("</thead>")[0]
        assert shown in head


def test_a_warm_page_is_the_page_of_a_new_process(desk: Desk) -> None:
    for name in ("陈一", "陈二"):
        desk.agent(name)
    for number in range(6):
        desk.assigned(label=f"沪A{number:05}", tenant=(desk.acme, desk.pacific)[number % 2])
    client = sign_in(StaffRole.DISPATCHER)
    for query in ("", "?group=named", "?q=沪A00001", "?sort=-tenant", "?area=T-EAST&window=later"):
        read(client, query)
        warm = read(client, query)
        forget()
        assert read(client, query) == warm
