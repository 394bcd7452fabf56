"""Mails that follow from facts about people; written in the command's own transaction, sent after it."""

from collections.abc import Sequence
from urllib.parse import quote

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from events.commands import Recorded
from events.ids import read_public_id
from events.listening import listens
from messages.services import keep_letter
from tenants.people.events import InvitationSent
from tenants.people.mailing import Letter
from tenants.people.models import Invitation
from tenants.people.services import invitation_link


@listens(InvitationSent)
def write_invitations(facts: Sequence[Recorded]) -> None:
    """The mail with the link, in the tenant's language."""
    keys = [read_public_id("inv", item.fact.subject) for item in facts]
    invitations = {row.pk: row for row in Invitation.objects.filter(pk__in=keys).select_related("tenant")}
    for key, item in zip(keys, facts, strict=True):
        keep_letter(invitation_letter(invitations[key], invited_by=item.fact.invited_by))


def invitation_letter(invitation: Invitation, *, invited_by: str) -> Letter:
    """The mail of one invitation; the same whether or not the address has an account."""
    tenant = invitation.tenant
    language = tenant.language if tenant is not None else settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(tenant.time_zone if tenant else settings.TIME_ZONE):
        place = tenant.name if tenant is not None else _("the operator's console")
        page = {
            "place": place,
            "invited_by": invited_by,
            "roles": invitation.role_names,
            "link": invitation_link(invitation),
            "expires_at": invitation.expires_at,
            "language": language,
        }
        return Letter(
            to=invitation.email,
            subject=_("Your invitation to %(place)s on Baylink") % {"place": place},
            text=render_to_string("messages/invitation.txt", page),
            html=render_to_string("messages/invitation.html", page),
            language=language,
            key=f"invitation:{invitation.pk}:{quote(invitation.expires_at.isoformat())}",
            holds_secret=True,
        )
