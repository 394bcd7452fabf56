from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from repair.selectors.verifying import Checked, verify_documents


class Command(BaseCommand):
    help = "Compute the hash of every document, condition report and printed copy again; exit code 1 when one differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-files", action="store_true", help="leave the storage alone: rows only")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = Checked()
        found = 0
        for difference in verify_documents(counts, with_files=not options["no_files"]):
            found += 1
            self.stdout.write(f"  {difference}")
        self.stdout.write(
            f"{counts.documents} documents, {counts.reports} condition reports, {counts.files} copies: {found} differences"
        )
        if found:
            raise CommandError(f"{found} differences")
