from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.demo.desk import PASSWORD, seed_desk
from config.demo.rates import seed_rates
from config.demo.tenants import seed_tenants, sign_ins


class Command(BaseCommand):
    help = "Make the demo world, or what is missing of it (owner's login for new tenants)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--print-sign-ins", action="store_true", help="only print who can sign in, and where")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["print_sign_ins"]:
            self.print_sign_ins()
            return
        self.stdout.write("  desks")
        seed_desk()
        self.stdout.write("  tenants")
        seed_tenants()
        self.stdout.write("  rates")
        seed_rates()

    def print_sign_ins(self) -> None:
        """A table of who can sign in."""
        rows = sign_ins()
        width = max(len(email) for email, _what, _url in rows)
        for email, what, url in rows:
            self.stdout.write(f"  {email:<{width}}  {url}  {what}")
        self.stdout.write(f"  password of all: {PASSWORD}")
