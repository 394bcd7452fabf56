"""DESK: everything between an order and the signed return."""

from repair.models.aftercare import CallAttempt, ProgressNote, Rating
from repair.models.complaints import (
    Answerable,
    Complaint,
    ComplaintCause,
    ComplaintFile,
    ComplaintJob,
    ComplaintNote,
    ComplaintSource,
)
from repair.models.costs import Disbursement, DisbursementKind, Fee, FeeKind, JobCost, JobRating, Payer
from repair.models.documents import Clauses, Document, DocumentCheck, DocumentCopy, DocumentKind, Letterhead
from repair.models.drafts import EstimateDraft
from repair.models.estimates import Estimate, EstimateLine, LineDecision, LineKind
from repair.models.handing import HandoverDraft, HandoverPhoto, HandoverStep
from repair.models.incidents import (
    CoverGap,
    CoverKind,
    Incident,
    IncidentKind,
    IncidentNote,
    InsurancePolicy,
    Liability,
)
from repair.models.jobs import Channel, HoldCause, Job, JobKind
from repair.models.operations import Operation
from repair.models.papers import Authorisation, ConditionReport, QualityCheck, QualityStandard
from repair.models.scope import ScopeRule
from repair.models.shots import RequiredShot, ShotOccasion
from repair.models.vehicles import KnownVehicle, PlateHistory, Vehicle, VehicleModel
from repair.models.visits import Custody, OdometerCorrection, ReportSide, Visit
from repair.models.workshops import Workshop, WorkshopDay

__all__ = [
    "Answerable",
    "Authorisation",
    "CallAttempt",
    "Channel",
    "Clauses",
    "Complaint",
    "ComplaintCause",
    "ComplaintFile",
    "ComplaintJob",
    "ComplaintNote",
    "ComplaintSource",
    "ConditionReport",
    "CoverGap",
    "CoverKind",
    "Custody",
    "Disbursement",
    "DisbursementKind",
    "Document",
    "DocumentCheck",
    "DocumentCopy",
    "DocumentKind",
    "Estimate",
    "EstimateDraft",
    "EstimateLine",
    "Fee",
    "FeeKind",
    "HandoverDraft",
    "HandoverPhoto",
    "HandoverStep",
    "HoldCause",
    "Incident",
    "IncidentKind",
    "IncidentNote",
    "InsurancePolicy",
    "Job",
    "JobCost",
    "JobKind",
    "JobRating",
    "KnownVehicle",
    "Letterhead",
    "Liability",
    "LineDecision",
    "LineKind",
    "OdometerCorrection",
    "Operation",
    "Payer",
    "PlateHistory",
    "ProgressNote",
    "QualityCheck",
    "QualityStandard",
    "Rating",
    "ReportSide",
    "RequiredShot",
    "ScopeRule",
    "ShotOccasion",
    "Vehicle",
    "VehicleModel",
    "Visit",
    "Workshop",
    "WorkshopDay",
]
