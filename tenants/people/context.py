"""What every page's shell shows: who is signed in, where, and what there is to do there."""
from typing import Any
from django.http import HttpRequest
def shell(request: HttpRequest) -> dict[str, Any]:
    return {}
