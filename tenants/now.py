"""Business time as an argument: who runs in many transactions asks for it anew in each."""

from datetime import datetime
from typing import Protocol


class Now(Protocol):
    """The time of a tenant, or of the operator; `config.clock.now` is one."""

    def __call__(self, tenant: object | None = None) -> datetime: ...
