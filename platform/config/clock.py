"""Business time. Services take `now` as an argument; whoever starts one asks here, and nowhere else.

The clock of a sandbox installation can be moved: it runs at the true speed from an offset that `move` sets.
"""

from datetime import UTC, datetime, timedelta

_offset = [timedelta(0)]


def now(tenant: object | None = None) -> datetime:
    """The business time of `tenant` (of the operator when None): aware, in UTC.

    Every tenant of an installation shares its clock; the argument keeps the call sites honest about whose time they ask.
    """
    del tenant
    return datetime.now(UTC) + _offset[0]


def move(*, by: timedelta) -> None:
    """Move this process's clock; for the sandbox and for tests alone."""
    _offset[0] += by
