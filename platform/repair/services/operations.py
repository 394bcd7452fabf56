"""Which operations a workshop may write on an estimate: those of the services that it offers, as dispatch chose it by them."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from repair.models import Job, Operation
from repair.requests import EstimateLineDraft


def operations_for(job: Job) -> QuerySet[Operation]:
    """The operations of the job's workshop; all, where what the station found is mended wherever there is a bay."""
    rows = Operation.objects.filter(is_active=True)
    if job.workshop is not None:
        rows = rows.filter(services__overlap=job.workshop.services)
    return rows.order_by("code")


def check_operations(job: Job, lines: Sequence[EstimateLineDraft]) -> None:
    """Raise ValidationError by line for a code that this workshop may not write."""
    named = {line.operation for line in lines if line.operation}
    known = set(operations_for(job).filter(code__in=named).values_list("code", flat=True)) if named else set()
    errors = {
        f"lines.{index}.operation": _("This workshop has no operation %(code)s.") % {"code": line.operation}
        for index, line in enumerate(lines)
        if line.operation and line.operation not in known
    }
    if errors:
        raise ValidationError(errors)
