"""Papers of the custody: the agency authorisation 委托书 and the condition report 验车单."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from repair.documents.clauses import freeze_clauses
from repair.documents.contents.common import about_job, moment
from repair.models import Authorisation, ConditionReport, DocumentKind, Job, ReportSide, RequiredShot
from repair.services.choosing import local_day

KINDS: Final[dict[str, DocumentKind]] = {
    ReportSide.PICKUP: DocumentKind.CONDITION_PICKUP,
    ReportSide.RETURN: DocumentKind.CONDITION_RETURN,
}


def freeze_authorisation(job: Job, paper: Authorisation) -> dict[str, Any]:
    """Who lets us act for him, for what, since when; with the signature as it was drawn."""
    return {
        **about_job(job),
        "signers": list(paper.signers),
        "signed_at": moment(paper.signed_at),
        "valid_until": moment(paper.valid_until),
        "signature": paper.sealed_file,
        "clauses": freeze_clauses(DocumentKind.AUTHORISATION, local_day(paper.signed_at)),
    }


def freeze_condition(jobs: Sequence[Job], report: ConditionReport) -> dict[str, Any]:
    """All that both saw and signed, with the hash of it; at the return what was seen at the pickup beside it."""
    return {
        **about_job(jobs[0]),
        "orders": [job.number for job in jobs],
        "report": report.content,
        "report_sha256": report.hash,
        "before": content_before(report),
        "shots": freeze_shots(report.files),
        "agent_name": report.agent_name,
        "agent_signature": report.agent_signature,
        "customer_signature": report.customer_signature,
        "signed_at": moment(report.signed_at),
        "clauses": freeze_clauses(KINDS[report.side], local_day(report.signed_at)),
    }


def content_before(report: ConditionReport) -> dict[str, Any] | None:
    """What was signed at the pickup, with the odometer as it was corrected; None for the pickup itself."""
    if report.side == ReportSide.PICKUP:
        return None
    first = ConditionReport.objects.filter(custody=report.custody_id, side=ReportSide.PICKUP).first()
    if first is None:
        return None
    return {**first.content, "odometer_km": report.custody.odometer_out_km}


def freeze_shots(files: Mapping[str, str]) -> list[dict[str, str]]:
    """The photos in the order in which they are asked for, with their names in both languages; damages after them."""
    asked = {shot.code: shot for shot in RequiredShot.objects.order_by("-occasion", "-position")}
    places = {code: (0, shot.position, code) for code, shot in asked.items()}
    return [
        {
            "code": code,
            "file": files[code],
            "en": asked[code].name_en if code in asked else "",
            "zh": asked[code].name_zh if code in asked else "",
        }
        for code in sorted(files, key=lambda code: places.get(code, (1, 0, code)))
    ]
