"""Papers of the work: the estimate, the quality report 质量检验报告 and the certificate of completion 竣工出厂合格证."""

from typing import Any
from uuid import UUID

from repair.documents.contents.common import about_job, moment
from repair.models import Estimate, EstimateLine, Job, QualityCheck
from repair.selectors.settling import payer_of, warranty_of, work_lines
from tenants.people.models import User


def freeze_estimate(job: Job, estimate: Estimate) -> dict[str, Any]:
    """A version as it was sent, line by line."""
    return {
        **about_job(job),
        "estimate_version": estimate.version,
        "is_supplement": estimate.is_supplement,
        "valid_until": moment(estimate.valid_until),
        "currency": "CNY",
        "lines": [freeze_line(line, payer_of(job)) for line in estimate.lines.order_by("no")],
        "total_fen": estimate.total_fen,
    }


def freeze_line(line: EstimateLine, payer: str) -> dict[str, Any]:
    """One line of it."""
    return {
        "no": line.no,
        "part": line.kind,
        "operation": line.operation,
        "text": line.text,
        "quantity": format(line.quantity.normalize(), "f"),
        "unit_price_fen": line.unit_price_fen,
        "amount_fen": line.amount_fen,
        "payer": payer,
    }


def freeze_quality(job: Job) -> dict[str, Any]:
    """Every round of the inspection, item by item, and what was worked on."""
    checks = QualityCheck.objects.filter(job=job).select_related("standard").order_by("round")
    return {
        **about_job(job),
        "rounds": [freeze_check(check) for check in checks],
        "work": [{"text": line.text, "part": line.part, "quantity": line.quantity} for line in work_lines(job)],
    }


def freeze_check(check: QualityCheck) -> dict[str, Any]:
    """One round."""
    return {
        "round": check.round,
        "standard": check.standard.version,
        "items": [{**item, "result": check.results.get(item["code"], "")} for item in check.standard.items],
        "is_passed": check.is_passed,
        "inspector": name_of(check.inspector),
        "technician": name_of(check.technician),
        "checked_at": moment(check.checked_at),
        "remarks": check.remarks,
    }


def freeze_fitness(job: Job) -> dict[str, Any]:
    """That the vehicle left the work in order: by which standard, who says so, how long it is under warranty."""
    last = QualityCheck.objects.filter(job=job).select_related("standard").order_by("round").last()
    assert last is not None
    return {
        **about_job(job),
        "standard": last.standard.version,
        "inspector": name_of(last.inspector),
        "checked_at": moment(last.checked_at),
        "rounds": last.round,
        "work": [{"text": line.text, "part": line.part, "quantity": line.quantity} for line in work_lines(job)],
        "warranty": warranty_of(job),
    }


def name_of(user_id: str) -> str:
    """A person's name by the account's id; what is no account's id is a name already."""
    try:
        key = UUID(user_id)
    except ValueError:
        return user_id
    found = User.objects.filter(pk=key).first()
    return found.get_full_name() if found is not None else ""
