"""Every change to who may come in: invitations, members, keys."""

from tenants.people.services.invitations import (
    InvitationClosed,
    accept,
    find_invitation,
    invitation_link,
    invite,
    open_account,
    resend_invitation,
    revoke_invitation,
)
from tenants.people.services.keys import issue_key, revoke_key
from tenants.people.services.members import change_member_roles, deactivate_member, reactivate_member

__all__ = [
    "InvitationClosed",
    "accept",
    "change_member_roles",
    "deactivate_member",
    "find_invitation",
    "invitation_link",
    "invite",
    "issue_key",
    "open_account",
    "reactivate_member",
    "resend_invitation",
    "revoke_invitation",
    "revoke_key",
]
