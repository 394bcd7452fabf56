"""One row of every table that is a tenant's own, made from the models themselves: later tables are covered as they come."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from events.ids import new_id
from tenants.context import tenant_context
from tenants.grants import models_of
from tenants.models import Tenant
from tests.conftest import NOW

Made = dict[type[models.Model], models.Model]
ACCOUNT_APPS = {"people", "api", "files"}  # core rows of one tenant, which its own members see
# What a constraint asks for that a field does not say.
PARTICULARS: dict[str, dict[str, Any]] = {
    "fleet.approvallimit": {"role": "approver", "member_id": "", "service": "repair"},
    "fleet.batch": {"status": "ready"},
    "fleet.budget": {"period": "month", "ends_on": NOW.date() + timedelta(days=30)},
    "fleet.budgetentry": {"kind": "reserve"},
    "fleet.delegation": {"principal_id": "a", "deputy_id": "b", "ends_at": NOW + timedelta(days=1)},
    "fleet.delegationside": {"side": "principal", "during": (NOW, NOW + timedelta(days=1))},
    "fleet.import": {"status": "ready"},
    "fleet.importrow": {"verdict": "rejected", "cells": {}},
    "fleet.vehiclerecord": {"plate_type": "ordinary"},
    "fleet.batchrow": {"status": "rejected", "cells": {}},
    "fleet.savedview": {"is_shared": True},
    "files.storedfile": {"purpose": "order_batch"},
    "people.membership": {"roles": ["viewer"]},
    "people.invitation": {"roles": ["viewer"], "expires_at": NOW + timedelta(days=3650)},
    "events_book.entry": {"seq": 10**9},  # the stream counts from one
    "people.apikey": {"scopes": ["orders:read"]},
    "people.user": {"email": "somebody@example.org"},
}
VALUES: list[tuple[type[Any], Any]] = [
    (models.UUIDField, new_id),
    (models.DateTimeField, lambda: NOW),
    (models.DateField, NOW.date),
    (models.BooleanField, lambda: False),
    (models.FloatField, lambda: 1.0),
    (models.IntegerField, lambda: 1),
    (models.DecimalField, lambda: 1),
    (models.BinaryField, lambda: b""),
    (models.JSONField, dict),
    (ArrayField, lambda: ["x"]),
    (models.CharField, lambda: "x"),
    (models.TextField, lambda: "x"),
]


def value_of(field: Any, made: Made, tenant: Tenant) -> Any:
    """Something that the field takes."""
    if isinstance(field, models.ForeignKey):
        return tenant if field.related_model is Tenant else make(field.related_model, made, tenant)
    if field.choices:
        return next(iter(field.flatchoices))[0]
    return next(value() for kind, value in VALUES if isinstance(field, kind))


def make(model: type[models.Model], made: Made, tenant: Tenant) -> models.Model:
    """A row of `model`, and of what it leads to; made once."""
    if model not in made:
        values = dict(PARTICULARS.get(model._meta.label_lower, {}))
        for field in model._meta.concrete_fields:
            is_given = field.name in values or field.has_default() or field.null or isinstance(field, models.AutoField)
            if field.related_model is Tenant or not is_given:
                values[field.name] = value_of(field, made, tenant)
        row = model(**values)
        row.save(force_insert=True)
        made[model] = row
    return made[model]


def make_belongings(tenant: Tenant) -> list[str]:
    """Make them; returns how they are named outside: public ids and keys."""
    made: Made = {}
    for model in models_of(settings.SHARED_APPS):
        has_tenant = any(field.related_model is Tenant for field in model._meta.concrete_fields)
        if has_tenant and model._meta.app_label in ACCOUNT_APPS:
            make(model, made, tenant)
    with tenant_context(tenant):
        for model in models_of(settings.TENANT_APPS):
            make(model, made, tenant)
    return sorted(filter(None, {outside_name(row) for row in made.values()}))


def outside_name(row: models.Model) -> str:
    """Its public id, or its key where it has none; empty for a row that nobody outside can name."""
    named = getattr(row, "ref", None) or getattr(row, "public_id", None)
    return named or (str(row.pk) if isinstance(row.pk, UUID) else "")
