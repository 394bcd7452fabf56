"""A tenant, its hosts, and the state of its schema."""

from typing import Any, ClassVar

import uuid_utils.compat as uuid_utils
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin


class TenantKind(models.TextChoices):
    """What kind of customer a tenant is."""

    FLEET = "fleet", _("Fleet")
    INSURER = "insurer", _("Insurer")
    DEALER = "dealer", _("Dealer")
    RENTAL = "rental", _("Rental firm")
    RETAIL = "retail", _("Retail desk")


class TenantState(models.TextChoices):
    """How far provisioning has come; a command for a tenant that is not READY is refused for that tenant alone."""

    NEW = "new", _("New")
    SCHEMA = "schema", _("Schema made")
    GRANTED = "granted", _("Rights granted")
    READY = "ready", _("Ready")
    CLOSED = "closed", _("Closed")
    REMOVED = "removed", _("Removed")


class Tenant(TenantMixin):
    """A customer company, or the operator's own retail desk, with a schema and a database role of its own."""

    auto_create_schema = False  # provisioning is a service of its own that can resume
    auto_drop_schema = False

    Kind: ClassVar = TenantKind
    State: ClassVar = TenantState

    id = models.UUIDField(primary_key=True, default=uuid_utils.uuid7, editable=False)
    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=TenantKind.choices)
    state = models.CharField(_("state"), max_length=10, choices=TenantState.choices, default=TenantState.NEW)
    role_name = models.CharField(max_length=63, unique=True)
    schema_version = models.CharField(max_length=64, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Asia/Shanghai")
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("tenant")
        verbose_name_plural = _("tenants")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=models.Q(kind__in=TenantKind.values), name="tenant_kind_is_known"),
            models.CheckConstraint(condition=models.Q(state__in=TenantState.values), name="tenant_state_is_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_ready(self) -> bool:
        """Whether its book may be entered."""
        return self.state == TenantState.READY


class Domain(DomainMixin):
    """A host name that leads to a tenant."""

    class Meta:
        verbose_name = _("host")
        verbose_name_plural = _("hosts")
