"""`manage.py remove_tenant acme --to /backups --confirm acme`: export everything, then delete the tenant's side."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import clock
from config.removal.bundle import BundleError
from config.removal.removing import TenantIsBusy, remove_tenant
from tenants.actors import system_actor
from tenants.models import Tenant
from tenants.postgresql.base import WallError


class Command(BaseCommand):
    help = "Export a tenant into one bundle, prove the bundle, then delete its side (owner's login)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tenant", help="the tenant's short name")
        parser.add_argument("--to", required=True, type=Path, metavar="FOLDER", help="where the bundle is written")
        parser.add_argument(
            "--confirm", default="", metavar="TENANT", help="the short name again: nothing is brought back"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {options['tenant']}.")
        if options["confirm"] != tenant.slug:
            raise CommandError(f"{tenant.name} is to be removed for good. Say so: --confirm {tenant.slug}")
        if not options["to"].is_dir():
            raise CommandError(f"{options['to']} is no folder.")
        try:
            bundle = remove_tenant(
                tenant=tenant, folder=options["to"], actor=system_actor("remove_tenant"), now=clock.now(None)
            )
        except (TenantIsBusy, BundleError, WallError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"{tenant.slug}: {bundle.last_seq} events and {len(bundle.parts)} parts in {bundle.path}; removed."
        )
