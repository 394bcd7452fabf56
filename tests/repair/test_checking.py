"""The page behind a paper's QR code: anybody who holds the paper, nobody else, and no more than the paper says."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from files.services import read_file
from repair.models import Document
from repair.services.issuing import withdraw_document
from repair.services.printing import print_due
from repair.views.checking import COMPARISONS, LOOKS
from tenants.actors import StaffRole
from tests.repair.world import World, staff

Browser = Callable[[str], Client]


@pytest.fixture(autouse=True)
def uncounted() -> None:
    """Each test counts its own visits."""
    cache.clear()


@pytest.fixture
def paper(world: World) -> Document:
    job = world.ready()
    print_due(now=world.tick())
    return Document.objects.get(job=job, kind="settlement")


def page_of(paper: Document) -> str:
    return f"/check/{paper.check_code}/"


def pdf(content: bytes) -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile("结算单.pdf", content, content_type="application/pdf")}


@pytest.mark.parametrize(("language", "words"), [("en", "Genuine and in force"), ("zh-hans", "真实有效")])
def test_whoever_holds_the_paper_reads_that_it_is_genuine(
    paper: Document, browser_of: Browser, language: str, words: str
) -> None:
    visitor = browser_of("acme")
    visitor.cookies["django_language"] = language
    answer = visitor.get(page_of(paper))
    said = answer.content.decode()
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    assert words in said and paper.number in said and paper.sha256 in said
    assert visitor.get(page_of(paper).lower()).status_code == 200  # typed by hand


def test_it_says_nothing_that_is_not_on_the_paper(paper: Document, browser_of: Browser) -> None:
    said = browser_of("acme").get(page_of(paper)).content.decode()
    job = paper.job
    assert job is not None
    kept_back = (
        job.plate,
        job.vin,
        job.contact,
        job.phone,
        job.external_ref,
        job.description,
        "300.00",
        paper.issued_by,
    )
    assert [word for word in kept_back if word in said] == []


def test_it_is_found_at_its_own_tenants_host_alone(paper: Document, browser_of: Browser) -> None:
    for host in ("pacific", "", "ops"):
        assert browser_of(host).get(page_of(paper)).status_code in {404, 302}, host
    assert browser_of("pacific").get(page_of(paper)).status_code == 404
    for code in ("X" * 20, paper.check_code[:-1], "doc", paper.number):
        assert browser_of("acme").get(f"/check/{code}/").status_code == 404


def test_a_file_is_compared_and_not_kept(paper: Document, browser_of: Browser) -> None:
    visitor = browser_of("acme")
    copy = paper.copies.get(language="en")
    assert copy.file_id is not None
    content = read_file(file_id=copy.file_id, tenant=paper.tenant)
    assert "The same, to the last byte" in visitor.post(page_of(paper), pdf(content)).content.decode()
    changed = visitor.post(page_of(paper), pdf(content + b"\n")).content.decode()
    assert "Not the same" in changed and "结算单.pdf" in changed
    for nothing in ({}, pdf(b"")):
        answer = visitor.post(page_of(paper), nothing)
        assert answer.status_code == 422 and "Choose the PDF file" in answer.content.decode()


def test_a_form_of_another_site_is_refused(paper: Document) -> None:
    visitor = Client(enforce_csrf_checks=True, headers={"host": "acme.baylink.localhost"})
    assert visitor.post(page_of(paper), pdf(b"x")).status_code == 403


def test_a_paper_that_is_in_force_no_more_says_so(world: World, paper: Document, browser_of: Browser) -> None:
    lead = staff(StaffRole.LEAD)
    withdraw_document(document_id=paper.pk, reason="单价录入错误", actor=lead, now=world.tick())
    said = browser_of("acme").get(page_of(paper)).content.decode()
    assert "Taken back" in said and "Genuine and in force" not in said
    assert "单价录入错误" not in said  # the reason is the tenant's to read


def test_a_replaced_paper_says_so(world: World, paper: Document, browser_of: Browser) -> None:
    Document.objects.filter(pk=paper.pk).update(superseded_at=world.tick())
    assert "Genuine, but replaced" in browser_of("acme").get(page_of(paper)).content.decode()


def test_who_tries_codes_or_files_is_slowed_down(paper: Document, browser_of: Browser) -> None:
    visitor = browser_of("acme")
    for _try in range(LOOKS.quota):
        assert visitor.get("/check/XXXXXXXXXXXXXXXXXXXX/").status_code == 404
    answer = visitor.get(page_of(paper))
    assert answer.status_code == 429 and 0 < int(answer["Retry-After"]) <= LOOKS.window_s
    assert visitor.get(page_of(paper), REMOTE_ADDR="203.0.113.7").status_code == 200
    for _try in range(COMPARISONS.quota):
        assert visitor.post(page_of(paper), pdf(b"x")).status_code == 200
    assert visitor.post(page_of(paper), pdf(b"x")).status_code == 429
