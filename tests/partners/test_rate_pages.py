"""The pages of rate cards and taxes: who reads and who writes, from an empty desk to a version that holds; files out and in."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config import clock
from config.demo.desk import seed_desk
from config.demo.rates import seed_rates
from events.ids import public_id
from partners.desk.days import local_day
from partners.desk.models import DraftPrice, Price, RateCard, RateVersion, VatRate
from partners.desk.services import drafts, taxes
from partners.desk.urls import urlpatterns
from tenants.actors import StaffRole
from tenants.models import Tenant
from tests.partners.conftest import FINANCE, price, publish_card

AtConsole = Callable[..., Client]
WRITERS = {"finance", "lead"}
READERS = WRITERS | {"dispatcher", "customer_service", "claims"}
# page: who may read it
MATRIX: dict[str, set[str]] = {
    "cards": READERS,
    "card": READERS,
    "version_export": READERS,
    "vat": READERS,
    "card_new": WRITERS,
    "draft": WRITERS,
    "draft_export": WRITERS,
    "draft_discard": WRITERS,
    "price_new": WRITERS,
    "price": WRITERS,
    "withdraw": WRITERS,
}
# what is only sent: who may send it
POSTED: dict[str, set[str]] = {
    "standard_begin": WRITERS,
    "draft_begin": WRITERS,
    "draft_import": WRITERS,
    "draft_publish": WRITERS,
    "price_remove": WRITERS,
    "vat_confirm": {"finance"},
}

pytestmark = pytest.mark.django_db


def url(name: str, *args: Any) -> str:
    return reverse(f"agreements:{name}", urlconf="config.urls_console", args=args)


@pytest.fixture
def refs() -> dict[str, list[str]]:
    """A published version, one to come, a draft with a price, a VAT rate; the arguments of each page."""
    now = clock.now()
    publish_card(None, price("labour", amount_fen=100), valid_from=local_day(now) + timedelta(days=1), now=now)
    version = publish_card(
        None, price("labour", amount_fen=200), valid_from=local_day(now) + timedelta(days=9), now=now
    )
    draft = drafts.begin_draft(tenant_id=None, actor=FINANCE, now=now)
    row = DraftPrice.objects.get(draft=draft)
    vat = taxes.set_vat_rate(group="repair", rate_bp=1_300, valid_from=local_day(now), actor=FINANCE, now=now)
    card = [version.card.ref]
    return {
        **dict.fromkeys(("card", "draft", "draft_discard", "draft_begin", "draft_import", "draft_publish"), card),
        "price_new": card, "price": [*card, row.ref], "price_remove": [*card, row.ref], "withdraw": [version.ref],
        "version_export": [version.ref, "csv"], "draft_export": [*card, "xlsx"], "vat_confirm": [vat.ref],
    }  # fmt: skip


def test_the_matrix_knows_every_page() -> None:
    assert {pattern.name for pattern in urlpatterns} == MATRIX.keys() | POSTED.keys()


@pytest.mark.parametrize("name", sorted(MATRIX))
def test_who_may_read(name: str, refs: dict[str, list[str]], at_console: AtConsole) -> None:
    path = url(name, *refs.get(name, [])) + ("?kind=labour" if name == "price_new" else "")
    for role in StaffRole:
        status = at_console(role.value).get(path).status_code
        assert status == (200 if role.value in MATRIX[name] else 403), role
    assert at_console().get(path).status_code == 302


@pytest.mark.parametrize("name", sorted(POSTED))
def test_who_may_send(name: str, refs: dict[str, list[str]], at_console: AtConsole) -> None:
    path = url(name, *refs.get(name, []))
    before = (
        RateVersion.objects.count(),
        DraftPrice.objects.count(),
        VatRate.objects.filter(confirmed_at=None).count(),
    )
    for role in StaffRole:
        if role.value not in POSTED[name]:
            assert at_console(role.value).post(path).status_code == 403, role
    assert at_console("finance").get(path).status_code == 405
    after = (RateVersion.objects.count(), DraftPrice.objects.count(), VatRate.objects.filter(confirmed_at=None).count())
    assert after == before
    assert at_console("finance").post(path).status_code in {302, 422}


def test_what_is_no_id_is_not_there(refs: dict[str, list[str]], at_console: AtConsole, acme: Tenant) -> None:
    client, nothing = at_console("finance"), public_id("prc", acme.pk)
    for path in (
        url("card", "rcd_x"), url("card", public_id("rcd", acme.pk)), url("withdraw", public_id("rcv", acme.pk)),
        url("price", *refs["card"], nothing), url("price_new", *refs["card"]), url("price_new", *refs["card"]) + "?kind=gift",
    ):  # fmt: skip
        assert client.get(path).status_code == 404, path


def test_a_card_of_another_customer_gives_no_price_of_this_one(
    refs: dict[str, list[str]], at_console: AtConsole, acme: Tenant
) -> None:
    other = drafts.begin_draft(tenant_id=acme.pk, actor=FINANCE, now=clock.now())
    client, row = at_console("finance"), refs["price"][1]
    assert client.get(url("price", other.card.ref, row)).status_code == 404
    assert client.post(url("price_remove", other.card.ref, row)).status_code == 404


# --- from nothing to a price that holds ---------------------------------------------------------------------------------


def test_finance_writes_and_publishes_the_standard_card(at_console: AtConsole) -> None:
    client = at_console("finance")
    assert "Begin the standard card" in client.get(url("cards")).content.decode()
    page = client.post(url("standard_begin")).headers["Location"]
    ref = RateCard.objects.get().ref
    assert page == url("draft", ref)
    assert client.post(url("price_new", ref) + "?kind=labour", {"amount": "290.005"}).status_code == 422
    assert client.post(url("price_new", ref) + "?kind=labour", {"amount": "290.50"}).status_code == 302
    again = client.post(url("price_new", ref) + "?kind=labour", {"amount": "300"})
    assert again.status_code == 422 and "exactly this" in again.content.decode()
    row = DraftPrice.objects.get()
    assert client.post(url("price", ref, row.ref), {"amount": "290"}).status_code == 302
    body = client.get(page).content.decode()
    assert "¥290.00 an hour" in body
    draft = row.draft
    draft.refresh_from_db()
    tomorrow = local_day(clock.now()) + timedelta(days=1)
    early = client.post(url("draft_publish", ref), {"valid_from": local_day(clock.now()), "revision": draft.revision})
    assert early.status_code == 422 and "tomorrow at the earliest" in early.content.decode()
    stale = client.post(url("draft_publish", ref), {"valid_from": tomorrow, "revision": draft.revision - 1})
    assert stale.status_code == 422 and "meanwhile" in stale.content.decode()
    sent = {"valid_from": tomorrow, "revision": draft.revision, "note": "First prices"}
    assert client.post(url("draft_publish", ref), sent).status_code == 302
    assert Price.objects.get().amount_fen == 29_000
    shown = client.get(url("card", ref)).content.decode()
    assert "First prices" in shown and "To come" in shown
    assert client.get(url("draft", ref)).status_code == 302  # nobody writes on it now


def test_a_card_for_a_customer(at_console: AtConsole, acme: Tenant) -> None:
    client = at_console("lead")
    answer = client.post(url("card_new"), {"tenant": str(acme.pk)})
    card = RateCard.objects.get(tenant=acme)
    assert answer.headers["Location"] == url("draft", card.ref)
    assert acme.name in client.get(url("cards")).content.decode()


def test_the_cost_of_the_pages_does_not_grow(at_console: AtConsole, acme: Tenant) -> None:
    now = clock.now()
    first = local_day(now) + timedelta(days=1)
    card = publish_card(None, price("labour", amount_fen=1), valid_from=first, now=now).card
    client = at_console("finance")
    paths = (url("cards"), url("card", card.ref))
    counts = []
    for _round in range(2):
        for path in paths:
            client.get(path)
        with CaptureQueriesContext(connection) as queries:
            for path in paths:
                client.get(path)
        counts.append(len(queries))
        rows = [price("labour", amount_fen=1), price("stop", amount_fen=2), price("diagnosis", amount_fen=3)]
        publish_card(None, *rows, valid_from=first + timedelta(days=5), now=now) if not _round else None
        publish_card(acme, *rows, valid_from=first, now=now) if not _round else None
    assert counts[0] == counts[1] < 30


# --- files --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_card_goes_out_and_comes_in_the_same(form: str, at_console: AtConsole) -> None:
    seed_desk()
    seed_rates()
    client, version = at_console("finance"), RateVersion.objects.get(card__tenant=None)
    out = client.get(url("version_export", version.ref, form))
    assert out.headers["Content-Disposition"] == f'attachment; filename="rates-1.{form}"'
    draft = drafts.begin_draft(tenant_id=None, actor=FINANCE, now=clock.now())
    draft.prices.all().delete()
    upload = SimpleUploadedFile(f"rates.{form}", out.content)
    assert client.post(url("draft_import", draft.card.ref), {"file": upload}).status_code == 302
    names = [field.name for field in Price._meta.fields if field.name not in {"id", "version"}]
    before = set(Price.objects.filter(version=version).values_list(*names))
    assert set(DraftPrice.objects.values_list(*names)) == before and len(before) > 40


def test_a_file_with_faults_changes_nothing(at_console: AtConsole, refs: dict[str, list[str]]) -> None:
    client, ref = at_console("finance"), refs["card"][0]
    text = "kind,amount,area\nlabour,12.345,\nlabour,,JQ\ngift,1,\n"
    answer = client.post(url("draft_import", ref), {"file": SimpleUploadedFile("r.csv", text.encode())})
    assert answer.status_code == 422
    assert "Row 2, amount_fen: 12.345 cannot be read here." in answer.content.decode()
    text = "kind;amount;area\nlabour;12,00;\n\nlabour;;JQ\ngift;1;\nlabour;3;\n"
    answer = client.post(url("draft_import", ref), {"file": SimpleUploadedFile("r.csv", text.encode("gb18030"))})
    body = answer.content.decode()
    assert answer.status_code == 422
    for words in ("Row 3, amount_fen: Fill this in.", "Row 3, area: There is no JQ.", "Row 4, kind: There is no such kind",
                  "Row 5, kind: Row 2 has a price for exactly this."):  # fmt: skip
        assert words in body, words
    assert list(DraftPrice.objects.values_list("amount_fen", flat=True)) == [200]


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b" \n", "empty"),
        (b"a\0b", "neither CSV"),
        (b'kind\n"labour', "neither CSV"),
        (b"\xff\xfe\xfd", "neither CSV"),
        (b"PK\x03\x04 broken", "neither CSV"),
        (zipped(**{"xl/vbaProject.bin": b"x"}), "macros"),
        (zipped(bomb=b"0" * (31 << 20)), "unpacked"),
        (b"x" * ((2 << 20) + 1), "larger than 2 MB"),
        (b"kind\n" + b"labour\n" * 5_001, "more than 5,000 rows"),
        (b"price,amount\n1,2\n", "The first row names the columns"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_table_is_refused(
    content: bytes, words: str, at_console: AtConsole, refs: dict[str, list[str]]
) -> None:
    answer = at_console("finance").post(
        url("draft_import", refs["card"][0]), {"file": SimpleUploadedFile("rates.csv", content)}
    )
    assert answer.status_code == 422
    assert words in answer.content.decode() or (content == b" \n" and "empty" in answer.content.decode())
    assert DraftPrice.objects.count() == 1


# --- VAT ----------------------------------------------------------------------------------------------------------------


def test_finance_sets_and_confirms_vat(at_console: AtConsole, refs: dict[str, list[str]]) -> None:
    client, tomorrow = at_console("finance"), local_day(clock.now()) + timedelta(days=1)
    assert client.post(url("vat_confirm", *refs["vat_confirm"])).status_code == 302
    assert VatRate.objects.get().confirmed_by == "the finance"
    assert (
        client.post(url("vat"), {"group": "repair", "rate": "9", "valid_from": local_day(clock.now())}).status_code
        == 422
    )
    assert client.post(url("vat"), {"group": "repair", "rate": "9", "valid_from": tomorrow}).status_code == 302
    assert sorted(VatRate.objects.values_list("rate_bp", flat=True)) == [900, 1_300]
    assert (
        at_console("lead").post(url("vat"), {"group": "agency", "rate": "6", "valid_from": tomorrow}).status_code == 403
    )
