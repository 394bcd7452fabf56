from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.simulation.running import Simulation


class Command(BaseCommand):
    help = "Play agents, workshops, inspectors and approvers through all open jobs, by the public services alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--speed", type=float, default=0, help="actions a second; 0: as fast as it goes")
        parser.add_argument("--rounds", type=int, default=60, help="stop after this many rounds at the latest")

    def handle(self, *args: Any, **options: Any) -> None:
        report = Simulation(speed=options["speed"], progress=self.stdout.write).run(rounds=options["rounds"])
        self.stdout.write(f"{report.actions} actions")
        for reason, count in report.refusals.most_common():
            self.stdout.write(f"  refused {count} ×: {reason}")
        for state, count in sorted(report.standing.items()):
            self.stdout.write(f"  {state}: {count}")
