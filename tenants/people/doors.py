"""The doors of the console's pages: staff of some roles, and nobody else."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from tenants.actors import actor_of
from tenants.wall import redirect_to_sign_in

View = Callable[..., HttpResponse]


def staff_view(*roles: str) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """Let only staff with one of `roles` in: who is nobody signs in first, everybody else is refused."""

    def mark(view: View) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def run(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            actor = actor_of(request)
            if actor.kind == "nobody":
                return redirect_to_sign_in(request)
            if not actor.is_staff_in(*roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        run.staff_roles = frozenset(roles)  # type: ignore[attr-defined]
        return run

    return mark
