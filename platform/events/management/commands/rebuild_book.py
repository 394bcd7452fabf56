from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from events.projecting import ProjectionFailed
from events.rebuilding import BrokenLog, UnknownTable, rebuild_book
from events.replaying import UnknownEvent
from tenants.models import Tenant, TenantState


class Command(BaseCommand):
    help = "Make a book's projected tables what its events say, in one transaction; its commands wait meanwhile (owner's login)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tenant", metavar="TENANT", help="short name")
        parser.add_argument(
            "--table", action="append", default=[], dest="tables", help="only this table; may be repeated"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"], state=TenantState.READY).first()
        if tenant is None:
            raise CommandError(f"No ready tenant: {options['tenant']}.")
        try:
            changed = rebuild_book(tenant, tables=options["tables"])
        except (BrokenLog, UnknownTable, UnknownEvent, ProjectionFailed) as error:
            raise CommandError(f"Nothing was changed. {error}") from None
        for table, rows in changed.items():
            self.stdout.write(f"  {table}: {rows} rows removed or written")
