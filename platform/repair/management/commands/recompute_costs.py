from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import clock
from repair.costing.checking import CostDifference, find_differences
from repair.services.costing import rerate_jobs
from tenants.actors import system_actor

CHUNK = 200


class Command(BaseCommand):
    help = "Work out again what every job costs, from what is known of it; --check only says what differs (0: nothing does)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail when a job comes to something else"
        )
        parser.add_argument("--job", default="", help="one job alone, by its number")

    def handle(self, *args: Any, **options: Any) -> None:
        differences = list(find_differences(number=options["job"]))
        for difference in differences[:100]:
            self.stdout.write(f"  {difference}")
        self.stdout.write(f"{len(differences)} differences")
        if options["check"]:
            if differences:
                raise CommandError(f"{len(differences)} lines come to something else.")
            return
        self.mend(differences)

    def mend(self, differences: list[CostDifference]) -> None:
        """Rate anew what came to something else; its tenants hear of it."""
        keys = sorted({difference.job_id for difference in differences})
        for start in range(0, len(keys), CHUNK):
            rerate_jobs(job_ids=keys[start : start + CHUNK], actor=system_actor("rates"), now=clock.now())
        self.stdout.write(f"{len(keys)} jobs rated anew")
