"""Users, memberships, staff, invitations and API keys."""
