"""The tables of the fleet's book.

Projected tables are written by projectors alone and hold no foreign keys; owned tables are written by the services.
"""

from fleet.models.approvals import ApprovalLimit
from fleet.models.batches import Batch, BatchPolicy, BatchRow, RollbackResult, RowState
from fleet.models.budgets import Budget, BudgetEntry, CostCenterName, Period
from fleet.models.complaints import Complaint, ComplaintFile, ComplaintOrder
from fleet.models.costs import OrderCost, OrderCostTotal
from fleet.models.delegations import ApprovalPolicy, Delegation, DelegationSide, Endorsement, OverBudget
from fleet.models.documents import OrderDocument, OrderDocumentCopy
from fleet.models.drivers import Driver
from fleet.models.estimates import OrderEstimate, OrderEstimateLine
from fleet.models.imports import Import, ImportRow, Register, Verdict
from fleet.models.incidents import OrderIncident
from fleet.models.orders import BatchLines, Order, OrderSearch, OrderWindow
from fleet.models.photos import OrderPhoto, PhotoKind
from fleet.models.places import CostCenter, Site
from fleet.models.rules import TenantSettings
from fleet.models.vehicles import OdometerReading, PlateHistory, PlateType, Vehicle, VehicleRecord
from fleet.models.views import FirstView, SavedView

__all__ = [
    "ApprovalLimit",
    "ApprovalPolicy",
    "Batch",
    "BatchLines",
    "BatchPolicy",
    "BatchRow",
    "Budget",
    "BudgetEntry",
    "Complaint",
    "ComplaintFile",
    "ComplaintOrder",
    "CostCenter",
    "CostCenterName",
    "Delegation",
    "DelegationSide",
    "Driver",
    "Endorsement",
    "FirstView",
    "Import",
    "ImportRow",
    "OdometerReading",
    "Order",
    "OrderCost",
    "OrderCostTotal",
    "OrderDocument",
    "OrderDocumentCopy",
    "OrderEstimate",
    "OrderEstimateLine",
    "OrderIncident",
    "OrderPhoto",
    "OrderSearch",
    "OrderWindow",
    "OverBudget",
    "Period",
    "PhotoKind",
    "PlateHistory",
    "PlateType",
    "Register",
    "RollbackResult",
    "RowState",
    "SavedView",
    "Site",
    "TenantSettings",
    "Vehicle",
    "VehicleRecord",
    "Verdict",
]
