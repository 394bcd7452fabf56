"""What every document about a job says."""

from datetime import datetime
from typing import Any

from repair.models import Custody, Job


def about_job(job: Job) -> dict[str, Any]:
    """Customer, vehicle and order, as they are now."""
    return {
        "customer": {"name": job.tenant.name, "kind": job.tenant.kind, "contact": job.contact, "phone": job.phone},
        "vehicle": {"plate": job.plate, "vin": job.vin, "model": job.model, "class": job.vehicle_class},
        "order": {
            "number": job.number,
            "reference": job.external_ref,
            "service": job.kind,
            "description": job.description,
            "received_at": moment(job.received_at),
            "po_number": job.po_number,
            "cost_center": job.cost_center,
            "workshop": job.workshop.name if job.workshop else "",
            "agent": job.agent.name if job.agent else "",
        },
        "odometer_km": odometer_of(job),
    }


def odometer_of(job: Job) -> int | None:
    """What the vehicle showed when it came to us, as corrected last."""
    return Custody.objects.filter(visit=job.visit_id).values_list("odometer_out_km", flat=True).first()


def moment(value: datetime | None) -> str:
    """A time as documents keep it; empty for none."""
    return "" if value is None else value.isoformat()
