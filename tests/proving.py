"""A browser of who has just signed in, or did a while ago."""

from datetime import timedelta

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from django.test import Client
from django.utils import timezone


def prove(client: Client, *, minutes_ago: int = 0) -> Client:
    """As after the sign-in form."""
    session = client.session
    at = (timezone.now() - timedelta(minutes=minutes_ago)).timestamp()
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": at}]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = session["_auth_user_id"]
    session.save()
    return client
