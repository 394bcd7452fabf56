"""`manage.py invite_member zhou@acme.example --tenant acme --role admin`: the first administrator of a new tenant."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import clock
from tenants.actors import system_actor
from tenants.models import Tenant
from tenants.people.models import STAFF_ROLES, TenantRole
from tenants.people.services import invite


class Command(BaseCommand):
    help = "Invite an address into a tenant, or into the operator's staff when no tenant is named."

    def add_arguments(self, parser: CommandParser) -> None:
        staff = ", ".join(role for role, _name in STAFF_ROLES)
        parser.add_argument("email")
        parser.add_argument("--tenant", default="", help="the tenant's short name; left out: the staff")
        parser.add_argument(
            "--role",
            action="append",
            required=True,
            dest="roles",
            metavar="ROLE",
            help=f"may be given several times. In a tenant: {', '.join(TenantRole.values)}. Of the staff: {staff}",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if options["tenant"] and (tenant is None or not tenant.is_ready):
            raise CommandError(f"There is no tenant {options['tenant']} that is ready.")
        try:
            invitation = invite(
                tenant=tenant,
                email=options["email"],
                roles=options["roles"],
                actor=system_actor("invite_member"),
                now=clock.now(tenant),
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(f"{invitation.email} is invited until {invitation.expires_at:%Y-%m-%d %H:%M} UTC.")
