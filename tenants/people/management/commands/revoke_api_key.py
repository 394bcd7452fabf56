"""`manage.py revoke_api_key acme 0123456789ab`: the key works no more."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.http import Http404

from config import clock
from tenants.actors import system_actor
from tenants.models import Tenant
from tenants.people.keys import MARK
from tenants.people.models import ApiKey
from tenants.people.services import revoke_key


class Command(BaseCommand):
    help = "End an API key of a tenant at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tenant", help="the tenant's short name")
        parser.add_argument("key", help=f"the key, or its middle part ({MARK}_<this>_…)")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {options['tenant']}.")
        prefix = options["key"].removeprefix(f"{MARK}_").partition("_")[0]
        row = ApiKey.objects.for_tenant(tenant).filter(prefix=prefix).first()
        try:
            if row is None:
                raise Http404
            revoke_key(tenant=tenant, key_id=row.pk, actor=system_actor("revoke_api_key"), now=clock.now(tenant))
        except Http404:
            raise CommandError(f"{tenant.slug} has no live key {prefix}.") from None
        self.stdout.write(f"{tenant.slug}: {row.name} ({prefix}) works no more.")
