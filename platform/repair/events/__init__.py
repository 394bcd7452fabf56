"""The facts of the jobs, and what a tenant may know of its orders.

Every step of a job is a `job.moved` fact with its row of JOBS.md; what carries more than a step has a fact of its own.
The tenant hears the same step as an event of its order, typed by the state it reached (`order.collected`, `order.ready`, …).
"""

from repair.events.documents import OrderDocumentIssued, OrderDocumentPrinted, OrderDocumentWithdrawn
from repair.events.facts import (
    AuthorisationSigned,
    DocumentChecked,
    DocumentIssued,
    DocumentPrinted,
    DocumentWithdrawn,
    JobMoved,
    JobOpened,
    LetterheadWritten,
    ScopeRuleChanged,
    VehicleRegistered,
    VehicleSaidToBe,
)
from repair.events.orders import (
    MOVED_NAMES,
    ORDER_MOVES,
    LineTold,
    OrderAgentNamed,
    OrderAmended,
    OrderEstimated,
    OrderEstimateDecided,
    OrderMoved,
    OrderNoted,
    OrderPhotographed,
    OrderPlaced,
    OrderWindowsOffered,
    OrderWorkshopNamed,
    PhotoTold,
)
from repair.events.vehicles import VehicleDescribed, VehicleKnown, VehicleOdometerRead, VehicleReplated

__all__ = [
    "MOVED_NAMES",
    "ORDER_MOVES",
    "AuthorisationSigned",
    "DocumentChecked",
    "DocumentIssued",
    "DocumentPrinted",
    "DocumentWithdrawn",
    "JobMoved",
    "JobOpened",
    "LetterheadWritten",
    "LineTold",
    "OrderAgentNamed",
    "OrderAmended",
    "OrderDocumentIssued",
    "OrderDocumentPrinted",
    "OrderDocumentWithdrawn",
    "OrderEstimateDecided",
    "OrderEstimated",
    "OrderMoved",
    "OrderNoted",
    "OrderPhotographed",
    "OrderPlaced",
    "OrderWindowsOffered",
    "OrderWorkshopNamed",
    "PhotoTold",
    "ScopeRuleChanged",
    "VehicleDescribed",
    "VehicleKnown",
    "VehicleOdometerRead",
    "VehicleRegistered",
    "VehicleReplated",
    "VehicleSaidToBe",
]
