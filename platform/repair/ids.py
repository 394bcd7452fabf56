"""The public ids of the desk's objects."""

from uuid import UUID

from events.ids import public_id


def order_ref(order_id: UUID) -> str:
    """ord_…: the tenant's side of a job."""
    return public_id("ord", order_id)


def job_ref(job_id: UUID) -> str:
    """job_…"""
    return public_id("job", job_id)


def vehicle_ref(vehicle_id: UUID) -> str:
    """veh_…"""
    return public_id("veh", vehicle_id)


def document_ref(document_id: UUID) -> str:
    """doc_…"""
    return public_id("doc", document_id)


def incident_ref(incident_id: UUID) -> str:
    """inc_…"""
    return public_id("inc", incident_id)


def complaint_ref(complaint_id: UUID) -> str:
    """cmp_…"""
    return public_id("cmp", complaint_id)
