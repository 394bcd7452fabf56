from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.models import TenantKind
from tenants.provisioning import provision_tenant


class Command(BaseCommand):
    help = "Make a tenant ready for use, or go on where an earlier run stopped (owner's login)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="short name; becomes the host <slug>.<base domain>")
        parser.add_argument("--kind", required=True, choices=TenantKind.values)
        parser.add_argument("--name", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tenant = provision_tenant(
                slug=options["slug"],
                kind=options["kind"],
                name=options["name"],
                progress=lambda step: self.stdout.write(f"  {step}"),
            )
        except ValidationError as error:
            raise CommandError(
                "; ".join(f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items())
            ) from None
        self.stdout.write(f"{tenant.slug} is {tenant.state}: {tenant.domains.first().domain}")
