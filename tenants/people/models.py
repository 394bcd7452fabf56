"""One person, one e-mail, many memberships; the operator's staff; invitations; keys of partner systems."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar

import uuid_utils.compat as uuid_utils
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from events.ids import public_id
from tenants.actors import StaffRole
from tenants.models import Tenant


class TenantRole(models.TextChoices):
    """What a member may do in a tenant; limits in money are the book's."""

    ADMIN = "admin", _("Administrator")
    FLEET_MANAGER = "fleet_manager", _("Fleet manager")
    APPROVER = "approver", _("Approver")
    REQUESTER = "requester", _("Requester")
    FINANCE = "finance", _("Finance")
    VIEWER = "viewer", _("Viewer")


STAFF_ROLES: list[tuple[str, Any]] = [
    (StaffRole.DISPATCHER.value, _("Dispatcher")),
    (StaffRole.CUSTOMER_SERVICE.value, _("Customer service")),
    (StaffRole.AGENT.value, _("Agent")),
    (StaffRole.WORKSHOP.value, _("Workshop")),
    (StaffRole.INSPECTOR.value, _("Inspector")),
    (StaffRole.CLAIMS.value, _("Claims")),
    (StaffRole.FINANCE.value, _("Finance")),
    (StaffRole.LEAD.value, _("Lead")),
]


def names_of_roles(roles: Iterable[str]) -> list[str]:
    """The roles of a tenant or of the staff in the reader's language, in the order in which they are declared."""
    names = {**dict(TenantRole.choices), **dict(STAFF_ROLES)}
    wanted = set(roles)
    return [str(names[role]) for role in names if role in wanted]


def join_names(names: Iterable[str]) -> str:
    """Names in a row, as the reader's language writes it."""
    return pgettext("between the items of a list", ", ").join(names)


class UserManager(BaseUserManager["User"]):
    """Users are made by e-mail alone."""

    def create_user(self, *, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new user; without a password the account is opened by an invitation or a reset."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in, on the root host alone."""

    id = models.UUIDField(primary_key=True, default=uuid_utils.uuid7, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(Lower("email"), name="one_person_an_email"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """What pages show."""
        return self.name or self.email


class OfTenant(models.QuerySet[Any]):
    """Core rows that belong to a tenant; pages of a tenant reach them through `for_tenant` alone."""

    def for_tenant(self, tenant: Tenant) -> "OfTenant":
        """The rows of one tenant."""
        return self.filter(tenant=tenant)


class Membership(models.Model):
    """A person's place in a tenant."""

    id = models.UUIDField(primary_key=True, default=uuid_utils.uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("person"))
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("tenant"))
    roles = ArrayField(models.CharField(max_length=20, choices=TenantRole.choices), verbose_name=_("roles"))
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = OfTenant.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["user", "tenant"], name="one_membership_a_person_and_tenant"),
            models.CheckConstraint(condition=~models.Q(roles=[]), name="membership_has_a_role"),
        ]

    @property
    def public_id(self) -> str:
        """What pages and events call it."""
        return public_id("mem", self.id)

    @property
    def role_names(self) -> str:
        """Its roles as pages show them."""
        return join_names(names_of_roles(self.roles))


class StaffMembership(models.Model):
    """A person's place among the operator's people; workshop and area are named by id, their rooms lie above."""

    id = models.UUIDField(primary_key=True, default=uuid_utils.uuid7, editable=False)
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="staff", verbose_name=_("person"))
    roles = ArrayField(models.CharField(max_length=20, choices=STAFF_ROLES), verbose_name=_("roles"))
    workshop_id = models.UUIDField(null=True, blank=True)
    area_id = models.UUIDField(null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=~models.Q(roles=[]), name="staff_has_a_role"),
        ]


class Invitation(models.Model):
    """A mail that lets one address join a tenant (or the staff, when tenant is empty); its token is kept hashed."""

    id = models.UUIDField(primary_key=True, default=uuid_utils.uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, null=True, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    roles = ArrayField(models.CharField(max_length=20), verbose_name=_("roles"))
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = OfTenant.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=~models.Q(roles=[]), name="invitation_has_a_role"),
            models.UniqueConstraint(
                fields=["tenant", "email"],
                condition=models.Q(accepted_at__isnull=True, revoked_at__isnull=True),
                nulls_distinct=False,
                name="one_open_invitation_an_address",
            ),
        ]

    @property
    def public_id(self) -> str:
        """What pages and events call it."""
        return public_id("inv", self.id)

    @property
    def role_names(self) -> str:
        """Its roles as pages show them."""
        return join_names(names_of_roles(self.roles))

    def is_open_at(self, now: datetime) -> bool:
        """Whether it can still be accepted."""
        return self.accepted_at is None and self.revoked_at is None and now < self.expires_at


EXPIRES_SOON = timedelta(days=14)


class ApiKey(models.Model):
    """A partner system's key: a prefix to find it, a hash to prove it, scopes and an end."""

    id = models.UUIDField(primary_key=True, default=uuid_utils.uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(_("name"), max_length=120)
    prefix = models.CharField(max_length=16, unique=True)
    secret_hash = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=64), verbose_name=_("scopes"))
    approve_up_to_fen = models.BigIntegerField(null=True)  # for one order; empty: nothing
    created_by = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = OfTenant.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=~models.Q(scopes=[]), name="api_key_has_a_scope"),
            models.CheckConstraint(
                condition=models.Q(approve_up_to_fen__isnull=True) | models.Q(approve_up_to_fen__gte=0),
                name="api_key_limit_is_not_negative",
            ),
        ]

    @property
    def public_id(self) -> str:
        """What pages and events call it."""
        return public_id("key", self.id)

    def state_at(self, now: datetime) -> str:
        """active, expiring (within two weeks), expired or revoked."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is None or now < self.expires_at - EXPIRES_SOON:
            return "active"
        return "expiring" if now < self.expires_at else "expired"
