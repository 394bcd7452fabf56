"""Which pictures are due, and what they are called: data of the operator's."""

from collections.abc import Iterable

from django.db.models import Q

from repair.models import Job, RequiredShot, ShotOccasion


def required_shots(occasion: ShotOccasion, jobs: Iterable[Job]) -> list[RequiredShot]:
    """The pictures that these jobs ask for, in the order in which they are taken."""
    kinds = sorted({str(job.kind) for job in jobs})
    rows = RequiredShot.objects.filter(Q(services=[]) | Q(services__overlap=kinds), occasion=occasion, is_active=True)
    return list(rows.order_by("position", "code"))


def missing_shots(wanted: Iterable[RequiredShot], taken: Iterable[str]) -> list[str]:
    """The names of those that were not taken."""
    there = set(taken)
    return [shot.name for shot in wanted if shot.code not in there]


def shot_names() -> dict[str, str]:
    """Every code with its name in the reader's language, also of pictures that are asked for no more."""
    return {shot.code: shot.name for shot in RequiredShot.objects.order_by("occasion")}  # a report's name before others
