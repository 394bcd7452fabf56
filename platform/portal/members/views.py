"""The pages of members and invitations."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config import clock
from portal.members.forms import InviteForm, RolesForm, did
from portal.members.tables import InvitationTable, MemberTable
from portal.proof import proven
from tenants.actors import actor_of as actor_of  # the pages of this room take it from here
from tenants.marks import account_view
from tenants.people import services
from tenants.people.access import invitation_for, membership_for, own_tenant
from tenants.people.models import Invitation, Membership
from ui.tables import paginate_table


@account_view
@require_safe
def list_members(request: HttpRequest) -> HttpResponse:
    """Everybody of the tenant, and the open invitations."""
    actor = actor_of(request)
    tenant = own_tenant(actor)
    members = Membership.objects.for_tenant(tenant).select_related("user").order_by("-is_active", "user__name")
    opened = Invitation.objects.for_tenant(tenant).filter(accepted_at__isnull=True, revoked_at__isnull=True)
    now = clock.now(tenant)
    rows = list(members)
    for member in rows:
        member.state = "active" if member.is_active and member.user.is_active else "stopped"
    invitations = list(opened.order_by("-invited_at"))
    for invitation in invitations:
        invitation.state = "invited" if invitation.is_open_at(now) else "expired"
    page = {
        "members": paginate_table(table=MemberTable(rows), request=request),
        "invitations": InvitationTable(invitations, prefix="i-", request=request),
        "active_count": sum(member.state == "active" for member in rows),
    }
    return render(request, "portal/members.html", page)


@account_view
@require_http_methods(["GET", "HEAD", "POST"])
@proven()
def invite_member(request: HttpRequest) -> HttpResponse:
    """Send an invitation."""
    actor = actor_of(request)
    tenant = own_tenant(actor)
    form = InviteForm(request.POST if request.method == "POST" else None)

    def send() -> None:
        services.invite(tenant=tenant, actor=actor, now=clock.now(tenant), **form.cleaned_data)

    if request.method == "POST" and form.is_valid() and did(form, send):
        messages.success(
            request, _("An invitation is on its way to %(email)s.") % {"email": form.cleaned_data["email"]}
        )
        return redirect("members")
    return render(request, "portal/members_invite.html", {"form": form}, status=422 if form.errors else 200)


@account_view
@require_http_methods(["GET", "HEAD", "POST"])
@proven()
def edit_member(request: HttpRequest, public_id: str) -> HttpResponse:
    """A member's roles, and whether it may come in."""
    actor = actor_of(request)
    member = membership_for(actor=actor, public_id=public_id)
    form = RolesForm(request.POST if request.method == "POST" else None, initial={"roles": member.roles})

    def save() -> None:
        services.change_member_roles(
            tenant=member.tenant,
            membership_id=member.pk,
            roles=form.cleaned_data["roles"],
            actor=actor,
            now=clock.now(actor.tenant),
        )

    if request.method == "POST" and form.is_valid() and did(form, save):
        messages.success(request, _("The roles of %(name)s are saved.") % {"name": member.user.get_full_name()})
        return redirect("members")
    page = {"form": form, "member": member, "is_self": str(member.user_id) == actor.id}
    return render(request, "portal/members_edit.html", page, status=422 if form.errors else 200)


@account_view
@require_POST
@proven(back="members")
def deactivate_member(request: HttpRequest, public_id: str) -> HttpResponse:
    """Shut a member out."""
    member = membership_for(actor=actor_of(request), public_id=public_id)
    done = _("%(name)s can no longer come in.") % {"name": member.user.get_full_name()}
    return change_member(request, member, services.deactivate_member, done)


@account_view
@require_POST
@proven(back="members")
def reactivate_member(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let a member in again."""
    member = membership_for(actor=actor_of(request), public_id=public_id)
    done = _("%(name)s can come in again.") % {"name": member.user.get_full_name()}
    return change_member(request, member, services.reactivate_member, done)


@account_view
@require_POST
@proven(back="members")
def resend_invitation(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send an invitation anew; the older link is void."""
    actor = actor_of(request)
    invitation = invitation_for(actor=actor, public_id=public_id)
    return answer_change(
        request,
        lambda: services.resend_invitation(invitation_id=invitation.pk, actor=actor, now=clock.now(actor.tenant)),
        _("A new invitation is on its way to %(email)s.") % {"email": invitation.email},
    )


@account_view
@require_POST
@proven(back="members")
def revoke_invitation(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take an invitation back."""
    actor = actor_of(request)
    invitation = invitation_for(actor=actor, public_id=public_id)
    return answer_change(
        request,
        lambda: services.revoke_invitation(invitation_id=invitation.pk, actor=actor, now=clock.now(actor.tenant)),
        _("The invitation of %(email)s is taken back.") % {"email": invitation.email},
    )


def change_member(request: HttpRequest, member: Membership, change: Callable[..., Any], done: str) -> HttpResponse:
    """Call a service of one member, and say how it went."""
    actor = actor_of(request)
    now = clock.now(actor.tenant)
    return answer_change(
        request, lambda: change(tenant=member.tenant, membership_id=member.pk, actor=actor, now=now), done
    )


def answer_change(request: HttpRequest, change: Callable[[], object], done: str) -> HttpResponse:
    """Back to the list, with what was done or why it was not."""
    try:
        change()
        messages.success(request, done)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except services.InvitationClosed:
        messages.warning(request, _("This invitation was used or taken back meanwhile."))
    return redirect("members")
