"""What would outlive a stolen session is done by who has just proved who it is."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from tenants.people.access import has_just_signed_in, own_tenant

View = Callable[..., HttpResponseBase]


def proven(*, back: str = "") -> Callable[[View], View]:
    """Decorator of an administrator's view: who signed in a while ago proves it again, then comes back to the page itself.

    A view that only takes POST names in `back` the page on which its button stands.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def ask(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor = request.actor  # type: ignore[attr-defined]
            own_tenant(actor)
            if has_just_signed_in(actor, at=timezone.now()):
                return view(request, *args, **kwargs)
            if request.method == "POST":
                messages.warning(request, _("Nothing was changed yet: confirm that it is you, then do it again."))
            page = reverse(back) if back else request.path
            return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': page})}")

        return ask

    return guard
