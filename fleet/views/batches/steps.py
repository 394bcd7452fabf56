"""What a person does with a whole batch."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from fleet.access import Action, batch_for, require_may
from fleet.models import Batch
from fleet.services import rollback, submitting
from fleet.views.acting import NoForm, act, actor_of, ask, now_of


@require_POST
def submit(request: HttpRequest, ref: str) -> HttpResponse:
    """Submit the valid rows."""
    actor = actor_of(request)
    batch = batch_for(actor, ref)
    policy = Batch.Policy.ACCEPT_VALID if request.POST.get("policy") == Batch.Policy.ACCEPT_VALID else None
    done = ngettext("%(count)d order is being placed.", "%(count)d orders are being placed.", batch.valid)
    return act(
        request,
        lambda: submitting.submit_batch(batch_id=batch.pk, actor=actor, now=now_of(request), policy=policy),
        done=done % {"count": batch.valid},
        back=batch.get_absolute_url(),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, ref: str) -> HttpResponse:
    """Put it away unsubmitted."""
    actor = actor_of(request)
    batch = batch_for(actor, ref)
    require_may(actor, Action.SUBMIT)
    return ask(
        request,
        title=_("Discard %(name)s?") % {"name": batch.name},
        text=_("No order is placed. The file can be sent again at any time."),
        label=_("Discard"),
        back=batch.get_absolute_url(),
        done=_("The batch was discarded."),
        form_class=NoForm,
        call=lambda _data: submitting.discard_batch(batch_id=batch.pk, actor=actor, now=now_of(request)),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def roll_back(request: HttpRequest, ref: str) -> HttpResponse:
    """Cancel what is not in custody yet."""
    actor = actor_of(request)
    batch = batch_for(actor, ref)
    require_may(actor, Action.SUBMIT)
    return ask(
        request,
        title=_("Roll back %(name)s?") % {"name": batch.name},
        text=_(
            "Every order of this batch whose vehicle has not been fetched yet is cancelled, free of charge. The others go on."
        ),
        label=_("Roll back"),
        back=batch.get_absolute_url(),
        done=_("The orders are being cancelled."),
        is_danger=True,
        call=lambda data: rollback.rollback_batch(
            batch_id=batch.pk, reason=data["reason"], actor=actor, now=now_of(request)
        ),
    )


@require_POST
def resume(request: HttpRequest, ref: str) -> HttpResponse:
    """Go on with placing orders that was stopped."""
    actor = actor_of(request)
    batch = batch_for(actor, ref)
    return act(
        request,
        lambda: submitting.resume_batch(batch_id=batch.pk, actor=actor, now=now_of(request)),
        done=_("It goes on."),
        back=batch.get_absolute_url(),
    )


@require_POST
def make_real(request: HttpRequest, ref: str) -> HttpResponse:
    """What was only to be checked may be submitted from now on."""
    actor = actor_of(request)
    batch = batch_for(actor, ref)
    return act(
        request,
        lambda: submitting.make_real(batch_id=batch.pk, actor=actor, now=now_of(request)),
        done=_("This is a real batch now: it can be submitted."),
        back=batch.get_absolute_url(),
    )
