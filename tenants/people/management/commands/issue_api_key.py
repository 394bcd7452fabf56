"""`manage.py issue_api_key acme --scope orders:read`: prints one key, once."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import clock
from tenants.actors import system_actor
from tenants.models import Tenant
from tenants.people.keys import DEFAULT_DAYS, SCOPES
from tenants.people.services import issue_key


class Command(BaseCommand):
    help = "Make an API key of a tenant and print it; it is kept as a hash and never shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tenant", help="the tenant's short name")
        parser.add_argument(
            "--scope",
            action="append",
            required=True,
            dest="scopes",
            metavar="SCOPE",
            help=f"may be given several times; '*' for all. One of: {', '.join(sorted(SCOPES))}",
        )
        parser.add_argument("--name", default="command line", help="what the tenant sees it as")
        parser.add_argument(
            "--approve-up-to",
            type=int,
            dest="fen",
            metavar="FEN",
            help="what it may approve on one order; else nothing",
        )
        parser.add_argument("--days", type=int, default=DEFAULT_DAYS, help="how long it works; 0 for no end")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None or not tenant.is_ready:
            raise CommandError(f"There is no tenant {options['tenant']} that is ready.")
        if (options["fen"] or 0) < 0:
            raise CommandError("--approve-up-to cannot be negative.")
        if options["days"] < 0:
            raise CommandError("--days cannot be negative.")
        try:
            row, text = issue_key(
                tenant=tenant,
                name=options["name"],
                scopes=options["scopes"],
                days=options["days"],
                approve_up_to_fen=options["fen"],
                actor=system_actor("issue_api_key"),
                now=clock.now(tenant),
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        end = f"until {row.expires_at:%Y-%m-%d}" if row.expires_at else "without end"
        self.stderr.write(f"{tenant.slug}: {row.name}, {', '.join(row.scopes)}, {end}. It is shown this once:")
        self.stdout.write(text)
