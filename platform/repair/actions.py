"""What a person may do with a job at the console: one entry an event of the machine, each calling the real service."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from repair import states
from repair.forms import (
    CallForm,
    CorrectionForm,
    DecideForm,
    DeclineForm,
    EndForm,
    FittedForm,
    FreeForm,
    HoldForm,
    LineForm,
    NoteForm,
    RateForm,
    ReasonForm,
    ReceiptForm,
    ReturnWindowForm,
    StepForm,
    TechnicianForm,
    WindowForm,
    WorkshopForm,
)
from repair.models import Job, ReportSide
from repair.services import (
    aftercare,
    approving,
    changing,
    choosing,
    correcting,
    errands,
    holding,
    inspecting,
    returning,
    working,
)
from repair.states import JOB
from tenants.actors import Actor, Party

Run = Callable[[Job, Any, Actor, datetime], Any]


@dataclass(frozen=True, slots=True)
class Action:
    """A button, the form behind it, and the service that it calls. `events` are those of the machine that it stands for.

    One with a page of its own has neither: the page asks for more than a dialog does.
    """

    key: str
    label: Any
    icon: str
    run: Run | None = None
    form: type[StepForm] = StepForm
    text: Any = ""
    style: str = ""  # primary, danger or plain
    events: tuple[str, ...] = ()
    page: str = ""

    def is_legal(self, legal: set[str]) -> bool:
        """Whether one of its events is."""
        return not legal.isdisjoint(self.events or (self.key,))


def cancel(job: Job, form: Any, actor: Actor, now: datetime) -> None:
    """J19 for one job; raises ValidationError with the reason why not."""
    outcome = changing.cancel_orders(
        tenant_id=job.tenant_id, order_ids=[job.order_id], actor=actor, now=now, **form.cleaned_data
    )[0]
    if not outcome.is_done:
        raise ValidationError(outcome.message)


def decline(job: Job, form: Any, actor: Actor, now: datetime) -> None:
    """J2."""
    data = form.cleaned_data
    changing.decline_scope(
        job_id=job.pk, reason={"en": data["reason_en"], "zh": data["reason_zh"]},
        alternative={"en": data["alternative_en"], "zh": data["alternative_zh"]}, actor=actor, now=now,
    )  # fmt: skip


def change_workshop(job: Job, form: Any, actor: Actor, now: datetime) -> None:
    """J4: by a dispatcher's choice, or the next one that fits."""
    chosen = form.cleaned_data.get("workshop")
    choosing.change_workshop(
        visit_id=visit_id(job),
        workshop_id=chosen.pk if chosen else None,
        reason=form.cleaned_data["reason"],
        actor=actor,
        now=now,
    )


def visit_id(job: Job) -> Any:
    """The job's visit; raises ValidationError for what has none."""
    if job.visit_id is None:
        raise ValidationError(_("No vehicle is fetched for this job."))
    return job.visit_id


def decide(job: Job, form: Any, actor: Actor, now: datetime) -> None:
    """J12 for an insurer without an account."""
    approving.decide_estimate(
        tenant_id=job.tenant_id, order_id=job.order_id, version=form.estimate.version if form.estimate else 0,
        decision=form.cleaned_data["decision"], choices=form.choices, reason=form.cleaned_data["reason"], actor=actor, now=now,
    )  # fmt: skip


def begin_line(job: Job, form: Any, actor: Actor, now: datetime) -> None:
    """The work lock."""
    line = form.cleaned_data["line"]
    working.begin_line(job_id=job.pk, version=line.estimate.version, line_no=line.no, actor=actor, now=now)


def rate(job: Job, form: Any, actor: Actor, now: datetime) -> None:
    """J17."""
    aftercare.rate_order(tenant_id=job.tenant_id, order_id=job.order_id, actor=actor, now=now, **form.cleaned_data)


def call(job: Job, form: Any, actor: Actor, now: datetime) -> None:
    """J17: an attempt."""
    data = form.cleaned_data
    aftercare.note_call(job_id=job.pk, is_reached=data["is_reached"] == "yes", note=data["note"], actor=actor, now=now)


def correct_odometer(side: ReportSide) -> Run:
    """What was mistyped at one side and signed."""

    def run(job: Job, form: Any, actor: Actor, now: datetime) -> None:
        correcting.correct_odometer(
            visit_id=visit_id(job), side=side, km=form.cleaned_data["odometer_km"], reason=form.cleaned_data["reason"],
            actor=actor, now=now,
        )  # fmt: skip

    return run


def plain(service: Callable[..., Any]) -> Run:
    """A service that asks for nothing but the job."""
    return lambda job, _form, actor, now: service(job_id=job.pk, actor=actor, now=now)


def with_data(service: Callable[..., Any]) -> Run:
    """A service that takes the job and the form's fields by name."""
    return lambda job, form, actor, now: service(job_id=job.pk, actor=actor, now=now, **form.cleaned_data)


def of_visit(service: Callable[..., Any]) -> Run:
    """A service of the whole visit, with the form's fields by name."""
    return lambda job, form, actor, now: service(visit_id=visit_id(job), actor=actor, now=now, **form.cleaned_data)


def with_window(service: Callable[..., Any]) -> Run:
    """A service of the visit that takes a window or none."""
    return lambda job, form, actor, now: service(visit_id=visit_id(job), window=form.window, actor=actor, now=now)


ACTIONS: Final[tuple[Action, ...]] = (
    # the workshop
    Action("receive", _("Receive the vehicle"), "building-warehouse", style="primary", page="repair:receive"),
    Action("start_estimate", _("Begin the estimate"), "calculator", plain(working.start_estimate), style="primary"),
    Action("submit_estimate", _("Write the estimate"), "calculator", style="primary", page="repair:estimate"),
    Action("revise", _("Write a new version"), "arrow-back-up", plain(working.revise_estimate), style="primary"),
    Action("start_repair", _("Begin the repair"), "tool", with_data(working.start_repair), TechnicianForm, style="primary"),
    Action("wait_for_parts", _("Wait for parts"), "package", with_data(working.wait_for_parts), NoteForm),
    Action("begin_line", _("Begin a line"), "player-play", begin_line, LineForm, events=("finish_repair",)),
    Action("require_consent", _("Extra fault found"), "alert-triangle", page="repair:estimate"),
    Action("finish_repair", _("Repair is done"), "check", plain(working.finish_repair), style="primary"),
    Action("resume_rework", _("Begin the rework"), "refresh", plain(working.resume_rework), style="primary"),
    Action("hand_over", _("Hand the vehicle over"), "key", style="primary", page="repair:give"),
    # the inspector
    Action("inspect", _("Inspect"), "clipboard-check", style="primary", events=("pass_quality", "fail_quality"),
           page="repair:quality"),
    Action("fail_reinspection", _("Re-inspection failed"), "clipboard-x", with_data(inspecting.fail_reinspection), ReasonForm),
    # the claims desk
    Action("decide", _("Record the decision"), "gavel", decide, DecideForm, style="primary", events=("approve", "consent")),
    Action("hand_over_salvage", _("Salvage handed over"), "car-crash", with_data(aftercare.hand_over_salvage), ReceiptForm,
           _("A total loss: custody ends with the receipt."), "danger"),
    Action("close", _("Close"), "lock",
           lambda job, _form, actor, now: aftercare.close_jobs(job_ids=[job.pk], actor=actor, now=now)),
    # customer service
    Action("rate", _("Rating"), "star", rate, RateForm, style="primary"),
    Action("call", _("Call attempt"), "phone", call, CallForm, _("The third call that reaches nobody ends the asking."),
           events=("give_up_rating",)),
    Action("order_parts", _("Parts are ordered"), "package-import", plain(errands.order_parts), style="primary"),
    Action("parts_arrived", _("Parts are here"), "package",
           lambda job, form, actor, now: errands.receive_parts(
               job_id=job.pk, is_fitted=form.cleaned_data["is_fitted"] == "yes", actor=actor, now=now),
           FittedForm, style="primary"),
    Action("deliver_parts", _("Parts are handed over"), "circle-check", with_data(errands.deliver_papers), ReceiptForm,
           style="primary"),
    # the dispatcher
    Action("release", _("Let it go on"), "player-play", plain(holding.release_job), style="primary"),
    Action("reschedule", _("Another time"), "calendar-time",
           lambda job, form, actor, now: changing.reschedule_order(job_id=job.pk, window=form.window, actor=actor, now=now),
           WindowForm, _("A new window for every job of this vehicle; the tenant is told."), "primary"),
    Action("retry_return", _("Return again"), "calendar-time", with_window(returning.retry_return), ReturnWindowForm,
           _("Leave both empty for the next hours that fit."), "primary"),
    Action("return_again", _("Return again"), "calendar-time", with_window(returning.return_again), ReturnWindowForm,
           _("Leave both empty for the next hours that fit.")),
    Action("back_to_workshop", _("Back to the workshop"), "building-warehouse", of_visit(returning.back_to_workshop)),
    Action("take_back", _("It is at the workshop again"), "building-warehouse", of_visit(returning.take_back), style="primary"),
    Action("rework_refused", _("Begin the rework"), "refresh", of_visit(returning.rework_refused), style="primary"),
    Action("return_unrepaired", _("Return unrepaired"), "arrow-back-up", with_data(changing.return_unrepaired), FreeForm,
           _("Diagnosis and transport are charged by the rate card."), "primary"),
    Action("wrap_up", _("Ready to go back"), "flag", plain(changing.wrap_up), style="primary"),
    Action("change_workshop", _("Change workshop"), "building-warehouse", change_workshop, WorkshopForm,
           _("The bay is given back, and the tenant told where the vehicle goes.")),
    Action("fail_return", _("Nobody took it"), "alert-triangle", of_visit(returning.fail_return), ReasonForm),
    Action("refuse_delivery", _("Delivery refused"), "thumb-down", of_visit(returning.refuse_delivery), ReasonForm),
    Action("return_failed_vehicle", _("Back as it is"), "arrow-back-up",
           lambda job, form, actor, now: errands.decide_failed_inspection(
               tenant_id=job.tenant_id, order_id=job.order_id, is_repaired=False, reason=form.cleaned_data["reason"],
               actor=actor, now=now), ReasonForm),
    Action("note", _("Progress note"), "message", page="repair:note"),
    Action("hold", _("Hold the job"), "player-pause", with_data(holding.hold_job), HoldForm,
           _("Nothing moves until it is released. An agent who was on his way is called back.")),
    Action("correct_odometer", _("Correct the odometer of the pickup"), "gauge", correct_odometer(ReportSide.PICKUP),
           CorrectionForm, _("The signed report stays as it is; the customer reads the correction.")),
    Action("correct_return_odometer", _("Correct the odometer of the return"), "gauge", correct_odometer(ReportSide.RETURN),
           CorrectionForm, _("The signed report stays as it is; the customer reads the correction.")),
    Action("report_incident", _("Report an incident"), "alert-octagon", page="repair:incident_report"),
    Action("decline_scope", _("Out of scope"), "hand-stop", decline, DeclineForm,
           _("The customer reads the reason and the alternative."), "danger"),
    Action("stop", _("Stop the work"), "player-stop", with_data(changing.stop_job), EndForm,
           _("What was approved and begun is billed; the vehicle goes back."), "danger"),
    Action("cancel", _("Cancel"), "ban", cancel, EndForm,
           _("The order ends here; its agent and its bay are free again."), "danger"),
)  # fmt: skip
BY_KEY: Final = {action.key: action for action in ACTIONS}
NOTERS: Final = frozenset({Party.DSP, Party.CC, Party.WS})


def legal_events(job: Job, actor: Actor) -> set[str]:
    """The machine's events that `actor` may cause now, and what belongs to no state: a note, a corrected reading."""
    legal = set(JOB.legal(job, actor.parties))
    if not actor.parties.isdisjoint(NOTERS) and job.status in states.IN_CUSTODY_STATES:
        legal.add("note")
    if Party.DSP in actor.parties and job.visit_id is not None:
        if job.status in states.IN_CUSTODY_STATES:
            legal.add("correct_odometer")
        if job.status in states.RETURNED:
            legal.add("correct_return_odometer")
    if job.held_since is None:
        legal.discard("release")
    if not job.is_reworked_for_refusal:
        legal.discard("rework_refused")
    elif "rework_refused" in legal:
        legal.discard("start_estimate")
    return legal


def step_due(job: Job, actor: Actor) -> Action | None:
    """The step that moves the job on, if it is `actor`'s; asks nothing of the database."""
    legal = legal_events(job, actor)
    return next((action for action in ACTIONS if action.style == "primary" and action.is_legal(legal)), None)


def actions_for(job: Job, actor: Actor) -> list[Action]:
    """The buttons of a job's page for `actor`, what moves it on first."""
    legal = legal_events(job, actor)
    found = [action for action in ACTIONS if action.is_legal(legal)]
    return sorted(found, key=lambda action: {"primary": 0, "": 1, "danger": 2}[action.style])
