"""What customers and customer service do about orders, as functions of two numbers; see book_operations.py."""

from collections.abc import Callable
from typing import Any

from repair.models import Complaint, Job
from repair.requests import ComplaintDraft
from repair.services import complaining, investigating
from tests.events.play import Play, operation


@operation
def somebody_complains(play: Play, a: int, b: int) -> None:
    """A new complaint, or the next step of one that there is."""
    found = list(Complaint.objects.order_by("pk"))
    if not found or b % 3 == 0:
        play.first_that_may(a, lambda job: complain(play, job))
        return
    complaint = found[a % len(found)]
    who: dict[str, Any] = {"complaint_id": complaint.pk, "actor": play.service, "now": play.now}
    draft = investigating.Findings(cause="delay", answerable="agent", measures="复训")
    steps: list[Callable[[], Any]] = [
        lambda: investigating.take_up(**who),
        lambda: investigating.write_findings(draft=draft, **who),
        lambda: investigating.ask_evidence(text="照片", **who),
        lambda: complaining.give_evidence(text="在此", **who),
        lambda: investigating.give_solution(solution="道歉", compensation_fen=500 + b, **who),
        lambda: complaining.accept_solution(**who),
        lambda: complaining.reopen_complaint(reason="不行", **who),
        lambda: investigating.close_complaint(**who),
        lambda: investigating.close_unanswered(reason="无人接听", **who),
        lambda: complaining.withdraw_complaint(reason="误会", **who),
    ]
    steps[b % len(steps)]()


def complain(play: Play, job: Job) -> None:
    """Of one job, in its tenant's name."""
    draft = ComplaintDraft(source="phone", text="迟到")
    complaining.file_complaint(
        tenant_id=job.tenant_id, order_ids=[job.order_id], draft=draft, actor=play.service, now=play.now
    )
