"""Which papers a job has, and when; what each freezes; and that every hash can be computed again."""

from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config.simulation.pictures import draw
from events.models import Event
from files.photos import keep_photo
from files.services import read_file
from files.storing import current_storage
from repair.documents.contents.given import AwardFacts, CarSeen, LoanFacts
from repair.documents.pages import page_of
from repair.models import ConditionReport, Document, DocumentKind, Job
from repair.services import changing, collecting, inspecting, working
from repair.services.issuing import LETTERS, hash_content
from repair.services.papers import issue_award, issue_loan_agreement
from repair.services.printing import print_due
from tenants.actors import system_actor
from tests.pdf_text import text_of
from tests.repair.world import World, draft, fresh
from ui.pdf import render_pdf

HOSTILE = '#import "x" \\ $x$ *b* <l> @r 😀 שלום مرحبا \u202e' + "维" * 1_000


def kinds_of(job: Job) -> list[str]:
    """The papers in force of a job and its visit, in the order in which they were made out."""
    rows = Document.objects.filter(order_ids__contains=[job.order_id], superseded_at=None, withdrawn_at=None)
    return list(rows.order_by("issued_at", "pk").values_list("kind", flat=True))


def paper_of(job: Job, kind: str) -> Document:
    return Document.objects.get(order_ids__contains=[job.order_id], kind=kind, superseded_at=None)


def said_in(document: Document, language: str) -> str:
    """The text of a paper."""
    template, data = page_of(document, language)
    return text_of(render_pdf(page=template, data=data, at=document.issued_at)).replace(" ", "")


def sent(world: World, name: str) -> Any:
    """A photo as the phone sent it."""
    actor = system_actor("test")
    return keep_photo(
        tenant=world.tenant, name=f"{name}.jpg", content=draw(name), purpose="photo", actor=actor, now=world.now
    )


# --- a whole journey ----------------------------------------------------------------------------------------------------


def test_a_repair_leaves_its_papers_one_step_after_the_other(world: World) -> None:
    job = world.to_pickup(world.order())
    collecting.sign_authorisation(
        job_id=job.pk, signer="赵师傅", sealed_file=sent(world, "sign").ref, actor=world.agent(), now=world.tick()
    )
    assert kinds_of(job) == ["authorisation"]
    job = world.receive(world.collect(job))
    assert kinds_of(job) == ["authorisation", "condition_pickup"]
    world.estimate(job)
    world.decide(job)
    working.start_repair(job_id=job.pk, technician=world.technician(job), actor=world.ws(job), now=world.tick())
    working.finish_repair(job_id=job.pk, actor=world.ws(job), now=world.tick())
    assert kinds_of(job)[2:] == ["estimate"]
    world.inspect(job)
    assert kinds_of(job)[3:] == ["settlement", "quality", "fitness"]
    job = world.deliver(world.to_door(world.plan_return(fresh(job))))
    assert kinds_of(job)[6:] == ["condition_return"]
    numbers = Document.objects.filter(order_ids__contains=[job.order_id]).order_by("issued_at", "pk")
    assert [document.number.removeprefix(f"{job.number}-") for document in numbers] == [
        "A1", "P1", "E1", "S1", "Q1", "C1", "R1",
    ]  # fmt: skip
    assert print_due(now=world.tick()) == 14
    assert Event.objects.filter(type="order.document_printed").count() == 14
    for document in numbers:
        assert said_in(document, "en") != said_in(document, "zh-hans")


def test_two_jobs_of_a_vehicle_share_its_condition_reports(world: World) -> None:
    first, second = world.open(world.line(), world.line(service="maintenance"))
    world.collect(world.to_pickup(first))
    (report,) = Document.objects.filter(kind="condition_pickup")
    assert sorted(report.order_ids) == sorted([first.order_id, second.order_id])
    assert report.content["orders"] == [first.number, second.number]
    assert "condition_pickup" in kinds_of(first) and "condition_pickup" in kinds_of(second)


def test_what_was_not_worked_on_has_a_statement_and_no_quality_report(world: World) -> None:
    job = world.awaiting_approval()
    world.decide(job, "reject", reason="不修了")
    changing.return_unrepaired(job_id=job.pk, actor=world.dsp, now=world.tick())
    assert {"settlement"} == set(kinds_of(job)) & {"settlement", "quality", "fitness"}


def test_a_supplement_stands_beside_the_estimate_and_a_new_version_replaces_it(world: World) -> None:
    job = world.awaiting_approval()
    world.decide(job, "send_back", reason="请拆分")
    working.revise_estimate(job_id=job.pk, actor=world.ws(job), now=world.tick())
    world.estimate(job, draft(20_000), draft(5_000, kind="part"))
    estimates = Document.objects.filter(kind="estimate").order_by("issued_at")
    assert [(e.number[-2:], e.state, e.content["total_fen"]) for e in estimates] == [
        ("E1", "superseded", 30_000), ("E2", "valid", 25_000),
    ]  # fmt: skip
    world.decide(job)
    working.start_repair(job_id=job.pk, technician=world.technician(job), actor=world.ws(job), now=world.tick())
    working.require_consent(job_id=job.pk, lines=[draft(7_000)], note="", actor=world.ws(job), now=world.tick())
    assert [(e.number[-2:], e.state) for e in estimates.all()] == [
        ("E1", "superseded"),
        ("E2", "valid"),
        ("E3", "valid"),
    ]
    assert "Extrafault" in said_in(Document.objects.get(number=f"{job.number}-E3"), "en")


def test_a_quality_report_shows_every_round(world: World) -> None:
    job = world.in_repair()
    working.finish_repair(job_id=job.pk, actor=world.ws(job), now=world.tick())
    world.inspect(job, fails="road")
    working.resume_rework(job_id=job.pk, actor=world.ws(job), now=world.tick())
    working.finish_repair(job_id=job.pk, actor=world.ws(job), now=world.tick())
    world.inspect(job)
    content = paper_of(job, "quality").content
    assert [(each["round"], each["is_passed"]) for each in content["rounds"]] == [(1, False), (2, True)]
    assert (content["rounds"][1]["inspector"], content["rounds"][1]["technician"]) == ("吴建国", "北厂 技师")
    said = said_in(paper_of(job, "quality"), "zh-hans")
    assert "第1次检验：不合格" in said and "第2次检验：合格" in said and said.count("路试无故障灯") == 2
    assert "该车维修竣工" in said_in(paper_of(job, "fitness"), "zh-hans")


def test_a_failed_reinspection_brings_a_new_report(world: World) -> None:
    job = world.ready()
    inspecting.fail_reinspection(job_id=job.pk, reason="异响", actor=world.qc, now=world.tick())
    working.resume_rework(job_id=job.pk, actor=world.ws(job), now=world.tick())
    working.finish_repair(job_id=job.pk, actor=world.ws(job), now=world.tick())
    world.inspect(job)
    for kind, letter in (("quality", "Q2"), ("fitness", "C2"), ("settlement", "S1")):
        assert paper_of(job, kind).number.endswith(letter)


# --- what both saw ------------------------------------------------------------------------------------------------------


def test_the_condition_report_shows_what_both_signed_and_at_the_return_the_difference(world: World) -> None:
    job = world.ready()
    first = paper_of(job, "condition_pickup")
    report = ConditionReport.objects.get(visit=job.visit_id, side="pickup")
    assert (first.content["report"], first.content["report_sha256"]) == (report.content, report.hash)
    said = said_in(first, "en")
    assert report.hash in said and "48,210km" in said and "行车记录仪" in said and "Pleasetakevaluablesalong" in said
    items = {"driving_licence": True, "etc_unit": False, "tools": True}
    world.deliver(world.to_door(world.plan_return(job)), odometer_km=48_260, energy_percent=55, keys=1, items=items)
    said = said_in(paper_of(job, "condition_return"), "en")
    assert "48,210km48,260km+50km" in said and "60%55%−5%" in said and "21−1" in said
    assert "ETCunitonboardnotonboardmissing" in said


def test_a_refusal_to_sign_is_printed_with_its_witness(world: World) -> None:
    job = world.to_pickup(world.order())
    job = world.collect(job, customer_signature="", witness="门卫老周", refusal="对划痕有异议")
    said = said_in(paper_of(job, "condition_pickup"), "zh-hans")
    assert "客户未签字：对划痕有异议" in said and "见证人：门卫老周" in said


def test_photos_and_signatures_are_in_the_page_and_one_that_is_gone_leaves_its_place(world: World) -> None:
    shots = {
        name: sent(world, f"pickup-{name}")
        for name in ("front", "rear", "left", "right", "dashboard", "interior", "damage-1")
    }
    sign = sent(world, "sign")
    current_storage().remove(shots["rear"].key_of("thumb"))
    job = world.to_pickup(world.order())
    files = {name: file.ref for name, file in shots.items()}
    sums = {name: file.sha256 for name, file in shots.items()}
    job = world.collect(job, shots=files, sums=sums, agent_signature=sign.ref, customer_signature=sign.ref)
    _template, data = page_of(paper_of(job, "condition_pickup"), "en")
    photos = {item["label"]: item["drawing"] for item in data["photos"]["items"]}
    assert list(photos) == ["front", "rear", "left", "right", "dashboard", "interior", "Damage 1"]
    assert photos["rear"] == "" and all(drawing for label, drawing in photos.items() if label != "rear")
    assert all(item["drawing"] for item in data["signatures"])
    assert len(render_pdf(page="condition", data=data, at=world.now)) > 60_000


# --- hostile text -------------------------------------------------------------------------------------------------------


def test_what_people_type_is_printed_as_text_on_every_paper(world: World) -> None:
    job = world.to_pickup(world.order(description=HOSTILE, contact=HOSTILE[:80], external_ref=HOSTILE[:60]))
    collecting.sign_authorisation(
        job_id=job.pk, signer=HOSTILE[:60], sealed_file=sent(world, "sign").ref, actor=world.agent(), now=world.tick()
    )
    job = world.receive(world.collect(job, remarks=HOSTILE, valuables=[HOSTILE[:100]] * 20, customer_name=HOSTILE[:80]))
    world.estimate(job, draft(text=HOSTILE[:300]))
    for document in Document.objects.all():
        for language in ("en", "zh-hans"):
            assert '#import"x"\\$x$*b*<l>@r□' in said_in(document, language), document.kind


# --- those whose facts others know --------------------------------------------------------------------------------------


def loan(**changes: Any) -> LoanFacts:
    lent = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    values: dict[str, Any] = {
        "subject": "loa_1", "plate": "沪A00001", "model": "大众 朗逸", "vin": "LSVNV2183R2000001", "borrower": "赵师傅",
        "borrower_licence_tail": "1234", "lent_at": lent, "due_at": lent, "price_a_day_fen": 12_000, "payer": "customer",
        "insured_until": date(2027, 3, 1), "out": CarSeen(seen_at=lent, odometer_km=10_200, energy_percent=80),
    }  # fmt: skip
    return LoanFacts(**{**values, **changes})


def test_a_loan_agreement_is_made_out_with_the_car_and_anew_with_its_return(world: World) -> None:
    job = world.ready()
    first = issue_loan_agreement(job_id=job.pk, loan=loan(), actor=world.agent(), now=world.tick())
    assert issue_loan_agreement(job_id=job.pk, loan=loan(), actor=world.agent(), now=world.tick()).pk == first.pk
    back = CarSeen(seen_at=world.now, odometer_km=10_350, energy_percent=70, remarks="轮毂刮擦")
    second = issue_loan_agreement(job_id=job.pk, loan=loan(back=back), actor=world.agent(), now=world.tick())
    assert (second.number, Document.objects.get(pk=first.pk).superseded_by_id) == (f"{job.number}-L2", second.pk)
    said = said_in(second, "zh-hans")
    assert "代步车借用协议" in said and "10,200km10,350km" in said and "轮毂刮擦" in said and "本人持有效" in said
    assert len(first.content["clauses"]["en"]) == len(first.content["clauses"]["zh"]) == 6


def test_a_certificate_of_honour_is_the_operators_own(world: World) -> None:
    facts = AwardFacts(
        subject="awd_1", base="AWD-202611-01", name="李建国", title_en="Service star", title_zh="服务之星", reason_en="On time.",
        reason_zh="次次准时。", period="2026-11",
    )  # fmt: skip
    award = issue_award(award=facts, actor=world.dsp, now=world.tick())
    assert (award.tenant_id, award.order_ids, award.number) == (None, [], "AWD-202611-01-H1")
    assert print_due(now=world.tick()) == 2
    assert "李建国" in said_in(award, "en") and "服务之星" in said_in(award, "zh-hans")


# --- the hashes ---------------------------------------------------------------------------------------------------------


def check(*options: str) -> tuple[str, bool]:
    """What the command says, and whether it found nothing."""
    out = StringIO()
    try:
        call_command("check_documents", *options, stdout=out)
    except CommandError:
        return out.getvalue(), False
    return out.getvalue(), True


def test_every_hash_can_be_computed_again_from_what_is_stored(world: World) -> None:
    world.delivered()
    print_due(now=world.tick())
    assert check() == ("6 documents, 2 condition reports, 12 copies: 0 differences\n", True)


def test_what_was_changed_behind_our_back_is_found(world: World) -> None:
    job = world.delivered()
    print_due(now=world.tick())
    sound = paper_of(job, "settlement")
    rows = {"tenant": job.tenant, "job": job, "version": 1, "issued_at": world.now, "issued_by": "x"}
    Document.objects.create(
        kind="loan", number="X-1", subject="x", content={"a": 1}, sha256="0" * 64, check_code="x", **rows
    )
    content = {**paper_of(job, "condition_pickup").content, "report": {"keys": 9}}
    Document.objects.create(
        kind="condition_pickup",
        number="X-2",
        subject="y",
        content=content,
        sha256=hash_content(content),
        check_code="y",
        **rows,
    )
    gone, changed = sound.copies.order_by("language")
    assert gone.file is not None and changed.file is not None
    current_storage().remove(gone.file.key)
    current_storage().put(changed.file.key, read_file(file_id=changed.file_id, tenant=job.tenant) + b" ")  # type: ignore[arg-type]
    said, is_sound = check()
    assert not is_sound
    assert said.splitlines() == [
        "  X-1: content (the content does not give the hash that is printed)",
        "  X-2: signed (the report does not give the hash that both signed)",
        f"  {sound.number} en: file (its bytes are gone)",
        f"  {sound.number} zh-hans: bytes (the file is not what was printed)",
        "8 documents, 2 condition reports, 12 copies: 4 differences",
    ]
    assert "X-1" in check("--no-files")[0] and "bytes" not in check("--no-files")[0]


@pytest.mark.parametrize("kind", DocumentKind.values)
def test_each_kind_has_a_name_and_a_letter_of_its_own(kind: str) -> None:
    assert LETTERS[kind] and len(set(LETTERS.values())) == len(LETTERS)
