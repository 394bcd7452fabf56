"""The one way into a tenant's schema, and back into the core."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from django.db import transaction
from django.utils.translation import gettext as _

from tenants.postgresql.base import CORE, Block, Place, WallError, current_wrapper


class TenantLike(Protocol):
    """What the wall must know of a tenant."""

    @property
    def schema_name(self) -> str: ...
    @property
    def role_name(self) -> str: ...
    @property
    def is_ready(self) -> bool: ...


class TenantNotReady(WallError):
    """The tenant's schema is not provisioned, or is being migrated."""

    code = "tenant_not_ready"


def place_of(tenant: TenantLike) -> Place:
    """Where the connection stands while it works for `tenant`."""
    return Place(schema=tenant.schema_name, role=tenant.role_name)


@contextmanager
def tenant_context(tenant: TenantLike) -> Iterator[None]:
    """Work in `tenant`'s schema, as its role, until the block ends; opens a transaction if there is none.

    Raises TenantNotReady when its schema cannot be used. No lazy queryset may leave the block, and no `yield` stand in it.
    """
    if not tenant.is_ready:
        raise TenantNotReady(_("%(tenant)s is not ready for use yet.") % {"tenant": tenant})
    wrapper = current_wrapper()
    if not wrapper.in_atomic_block:
        with transaction.atomic(), tenant_context(tenant):
            yield
        return
    before, block = wrapper.wanted, wrapper.block
    wrapper.move_to(place_of(tenant))
    wrapper.block = Block()
    try:
        yield
    finally:
        wrapper.block = block
        wrapper.move_to(before, at_once=False)


@contextmanager
def core_context() -> Iterator[None]:
    """Work in the core until the block ends, whatever tenant the caller is in; needs a transaction only in a tenant."""
    wrapper = current_wrapper()
    before = wrapper.wanted
    wrapper.move_to(CORE, at_once=False)
    try:
        yield
    finally:
        wrapper.move_to(before, at_once=False)


def require_tenant(tenant: TenantLike) -> None:
    """Raise WallError unless this thread stands in `tenant`: for helpers that touch a book on a caller's behalf."""
    if current_wrapper().wanted != place_of(tenant):
        raise WallError(f"This needs {tenant.schema_name}, but the connection is in {current_wrapper().wanted.schema}.")
