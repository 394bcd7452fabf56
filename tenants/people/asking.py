"""How a desk's pages ask, and say why something was not done."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from tenants.refusals import Refused

REFUSALS = (Refused,)


def is_dialog(request: HttpRequest) -> bool:
    """Whether htmx asks."""
    return bool(getattr(request, "htmx", False))


def did(form: Any, call: Callable[[], Any]) -> bool:
    """Do it; what the service refuses stands beside its field, or above the form."""
    try:
        call()
    except ValidationError as error:
        show_errors(form, error)
        return False
    except Refused as error:
        form.add_error(None, error.message)
        return False
    return True


def show_errors(form: Any, error: ValidationError) -> None:
    """A service's errors by field, where the form has such a field."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error.messages)
        return
    for name, words in error.message_dict.items():
        form.add_error(name if name in form.fields else None, words)
