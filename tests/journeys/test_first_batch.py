"""A fleet's first batches: from the file on the manager's desk to the vehicles' return, seen step by step; and by no one else."""

import csv
import io
import re
from uuid import UUID

from django.utils import translation

from config.simulation.running import Simulation
from dispatch.models import Leg
from dispatch.tasks import solve_legs
from events.book.models import Entry
from events.checking import check_book
from events.ids import public_id
from events.models import Event, Fact
from fleet.models import BatchRow, Order
from fleet.selectors.orders import timeline_of
from repair import states
from repair.models import Job
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.journeys.conftest import Person
from tests.world import DATA, as_csv, as_xlsx, sample_rows

RAW = re.compile(r"[a-z]+[_.][a-z_]+")  # order.collected, at_workshop
ALL_KINDS = [0, 1, 2, 8, 9, 17, 18, 20]  # rows of orders.csv: maintenance, repair, violation, parts, inspection, claim


def test_five_hundred_orders_are_sent_once(
    manager: Person, insurer: Person, dispatcher: Person, acme: Tenant, pacific: Tenant
) -> None:
    assert manager.sign_in()["Location"] == "/"
    content = (DATA / "orders.csv").read_bytes()

    page = manager.upload("orders.csv", content)
    seen = manager.read(page)
    assert "Ready to submit" in seen and "Rows 500 Valid 500" in seen and "Submit 500 orders" in seen
    manager.submit(page)
    receipt = manager.read(page)
    assert "500 orders are placed." in receipt and "You hear from us at the latest:" in receipt
    assert len(set(re.findall(r"BL\d{4}-\d{6}", receipt))) == 50  # a page of rows
    orders = orders_of(acme)
    assert len(orders) == 500

    again = manager.upload("orders.csv", content)
    assert "Already submitted 500" in manager.read(again)
    manager.submit(again)
    assert orders_of(acme) == orders

    for name, file, count in (
        ("orders-gbk.csv", (DATA / "orders-gbk.csv").read_bytes(), 60),
        ("orders.xlsx", as_xlsx(sample_rows("orders-gbk.csv")), 0),
    ):
        page = manager.upload(name, file)
        manager.submit(page)
        count += len(orders)
        orders = orders_of(acme)
        assert len(orders) == count, name

    listed = csv.reader(io.StringIO(b"".join(manager.get("/orders/export.csv").streaming_content).decode("utf-8-sig")))
    assert len(list(listed)) == 561
    plate = sample_rows()[7]["plate"]
    assert plate in manager.read(f"/orders/?q={plate}")

    assert solve_legs() > 300
    board = dispatcher.read("/dispatch/")
    assert "ACME" in board and "Assigned" in board
    assert_hidden(insurer, [public_id("ord", key) for key in list(orders)[::40]])
    assert_books_are_right(acme, pacific)


def test_the_defects_of_a_file_are_told_one_by_one(manager: Person, acme: Tenant) -> None:
    manager.enter()
    page = manager.upload("orders-dirty.csv", (DATA / "orders-dirty.csv").read_bytes())
    asked = {(row["line"], row["code"]) for row in expected()}
    shown = {}
    for language in ("en", "zh-hans"):
        manager.speaks(language)
        shown[language] = problems_on(manager.get(f"{page}?status=rejected").content.decode())
        assert {(line, code) for line, code, _text in shown[language]} == asked
    for (_line, code, english), (_same, _too, chinese) in zip(*shown.values(), strict=True):
        assert not re.search("[一-鿿]", re.sub(r"\(.*?\)", "", english)), f"{code}: {english}"  # (行驶证) is a name
        assert re.search("[一-鿿]", re.sub(r"（.*?）", "", chinese)), f"{code}: {chinese}"
        assert english != chinese
    with tenant_context(acme):
        rows = list(BatchRow.objects.filter(status="rejected").values_list("line", "errors"))
    found = {(str(line), error["field"], error["code"]) for line, errors in rows for error in errors}
    assert found == {(row["line"], row["field"], row["code"]) for row in expected()}


def test_every_kind_of_order_goes_all_its_way(
    manager: Person, insurer: Person, dispatcher: Person, acme: Tenant, pacific: Tenant
) -> None:
    manager.enter()
    rows = [sample_rows()[number] for number in ALL_KINDS]
    manager.submit(manager.upload("orders.csv", as_csv(rows)))
    report = Simulation(speed=0, progress=lambda text: None).run()
    assert set(report.standing) <= states.JOB.ended, report
    orders = orders_of(acme)
    assert set(orders.values()) <= {"closed", "cancelled"}
    for key in orders:
        assert_told(manager, acme, key)
    refs = [public_id("ord", key) for key in orders]
    assert_hidden(insurer, refs)
    assert "Completed" in manager.read("/batches/")
    assert not Leg.objects.exclude(status__in=["done", "cancelled"]).exists()
    assert_books_are_right(acme, pacific)


def orders_of(tenant: Tenant) -> dict[UUID, str]:
    """State by key."""
    with tenant_context(tenant):
        return dict(Order.objects.order_by("number").values_list("pk", "status"))


def expected() -> list[dict[str, str]]:
    with (DATA / "orders-dirty-expected.csv").open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def problems_on(html: str) -> list[tuple[str, str, str]]:
    """What the page of a batch says is wrong: (line, code, words)."""
    found = []
    for row in re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL):
        line = re.search(r'class="ui-num"[^>]*>(\d+)<', row)
        for problem in re.findall(r'<div class="fl-problem ui-tone-bad">(.*?)</div>', row, re.DOTALL):
            words = re.sub(r"<strong>.*?</strong>|<code>.*?</code>|<[^>]+>", "", problem).rsplit(" ", 1)
            assert line is not None
            found.append((line[1], words[1], words[0]))
    return found


def assert_told(manager: Person, tenant: Tenant, key: UUID) -> None:
    """The book tells an order's way as the desk went it, in words of both languages, and its page shows it, newest first."""
    ref = public_id("ord", key)
    with tenant_context(tenant):
        entries = list(Entry.objects.filter(subject=ref).order_by("seq").values_list("type", "data"))
        titles = [item.title for item in timeline_of(ref)]
        items = {}
        for language in ("en", "zh-hans"):
            with translation.override(language):
                items[language] = timeline_of(ref)
    assert entries[0][0] == "order.placed"
    assert [data["status"] for _type, data in entries if "status" in data] == states_of(key)
    for item in items["en"] + items["zh-hans"]:
        assert not RAW.search(f"{item.title} {item.text}"), item
        assert item.title and item.who and not (item.who.islower() and item.who.isascii()), item
    assert all(re.search("[一-鿿]", item.title) for item in items["zh-hans"])
    page = manager.read(f"/orders/{ref}/")
    place = page.index("Timeline")
    for title in titles:
        place = page.index(title, place) + len(title)


def states_of(key: UUID) -> list[str]:
    """Every state that the desk's job has reached, by its facts."""
    job = Job.objects.get(order_id=key)
    facts = Fact.objects.filter(type="job.moved", subject=public_id("job", job.pk)).order_by("id")
    moves = [fact.data for fact in facts]
    return [move["after"] for move in moves if move["after"] != move["before"]]


def assert_hidden(person: Person, refs: list[str]) -> None:
    """Another tenant finds none of them, by page or by API, and has none of its own."""
    for ref in refs:
        for path in (
            f"/orders/{ref}/",
            f"/orders/{ref}/cancel/",
            f"/api/v1/orders/{ref}",
            f"/api/v1/orders/{ref}/timeline",
        ):
            assert person.get(path).status_code == 404, path
    assert person.get("/api/v1/orders").json()["data"] == []
    assert person.get("/api/v1/vehicles").json()["data"] == []
    assert not re.search(r"BL\d{4}-\d{6}", person.read("/orders/") + person.read("/batches/") + person.read("/"))


def assert_books_are_right(*tenants: Tenant) -> None:
    """The books are what the log says, and every event that names a fact has it."""
    for tenant in tenants:
        assert check_book(tenant) == []
    named = {key for key in Event.objects.values_list("because", flat=True) if key is not None}
    assert named
    assert Fact.objects.filter(pk__in=named).count() == len(named)
