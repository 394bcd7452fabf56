"""The root host's own pages: where to go after sign-in, invitations, and the language switch of every host."""

from typing import Any

from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.i18n import set_language as django_set_language

from config import clock
from events.ids import new_id
from tenants.actors import Actor, actor_of
from tenants.hosts import console_url, tenant_url
from tenants.marks import open_view
from tenants.people import services
from tenants.people.context import list_places
from tenants.people.forms import AccountForm
from tenants.people.models import Invitation, Membership, StaffMembership, User, join_names, names_of_roles
from tenants.people.services.invitations import has_account, owns_address


@never_cache
@require_safe
@login_required
def show_home(request: HttpRequest) -> HttpResponse:
    """Where this person works; who has one place is led straight there."""
    actor = actor_of(request)
    places = list_places(actor, "account")
    if len(places) == 1:
        return redirect(places[0]["url"])
    rows = {m.tenant.slug: m for m in memberships_of(actor)}
    for place in places:
        membership = rows.get(place["slug"])
        place["kind"] = membership.tenant.get_kind_display() if membership else _("Operator")
        place["roles"] = membership.role_names if membership else staff_roles_of(actor)
    return render(request, "people/home.html", {"places": places})


@never_cache
@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "HEAD", "POST"])
def show_invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """What the link in the mail opens: join with the account one has, or open one."""
    try:
        invitation = services.find_invitation(token=token, now=clock.now())
        return answer_invitation(request, invitation, token)
    except services.InvitationClosed:
        return render(request, "people/invitation_closed.html", status=404)


def answer_invitation(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponseBase:
    """The page that fits who is looking; raises InvitationClosed when somebody else was faster."""
    place = invitation.tenant.name if invitation.tenant else _("Operator console")
    page: dict[str, Any] = {"invitation": invitation, "place": place, "role_names": invitation.role_names}
    back = urlencode({"next": request.path})
    user = request.user if isinstance(request.user, User) else None
    if user is None and has_account(invitation.email):
        return render(request, "people/invitation_sign_in.html", {**page, "back": back})
    if user is None:
        return answer_newcomer(request, invitation, token, page)
    if not owns_address(user, invitation.email):
        return render(request, "people/invitation_other.html", {**page, "back": back})
    if request.method == "POST":
        return join_place(request, token)
    return render(request, "people/invitation_join.html", page)


def join_place(request: HttpRequest, token: str) -> HttpResponse:
    """Accept as the signed-in person, and go there."""
    try:
        invitation = services.accept(token=token, actor=actor_of(request), now=clock.now())
    except PermissionDenied:
        return redirect(request.path)
    messages.success(request, _("Welcome to %(place)s.") % {"place": invitation.tenant or _("Operator console")})
    return redirect(address_of(invitation))


def answer_newcomer(request: HttpRequest, invitation: Invitation, token: str, page: dict[str, Any]) -> HttpResponseBase:
    """The form that opens an account; when it is right, its person is signed in and led to the tenant."""
    form = AccountForm(request.POST if request.method == "POST" else None, email=invitation.email)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "people/invitation_new.html", {**page, "form": form}, status=status)
    name, password = form.cleaned_data["name"], form.cleaned_data["password"]
    actor = Actor(kind="user", id=str(new_id()), name=name, request_id=actor_of(request).request_id)
    user, joined = services.open_account(token=token, name=name, password=password, actor=actor, now=clock.now())
    response: HttpResponseBase = perform_login(request, user, redirect_url=address_of(joined))
    return response


@open_view
@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Switch the language on all hosts; a signed-in person's mails follow it."""
    language = request.POST.get("language", "")
    if isinstance(request.user, User) and check_for_language(language) and request.user.language != language:
        User.objects.filter(pk=request.user.pk).update(language=language)
    return django_set_language(request)


@open_view
@require_safe
def show_robots(request: HttpRequest) -> HttpResponse:
    """Nothing here is for search machines."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


def address_of(invitation: Invitation) -> str:
    """The host that an invitation leads to."""
    return tenant_url(invitation.tenant.slug) if invitation.tenant else console_url()


def memberships_of(actor: Actor) -> list[Membership]:
    """The person's places in tenants, with the tenants."""
    slugs = [slug for slug, _name in actor.memberships]
    return list(Membership.objects.filter(user_id=actor.id, tenant__slug__in=slugs).select_related("tenant"))


def staff_roles_of(actor: Actor) -> str:
    """The person's roles among the operator's people, as pages show them."""
    staff = StaffMembership.objects.filter(user_id=actor.id).first()
    return join_names(names_of_roles(staff.roles)) if staff else ""
