"""How what the desk tells changes the book.

What a batch tells (orders, vehicles, agents, steps) changes it set by set, so that ten thousand events cost a handful of
statements. What one person does to one object (an amendment, an estimate, its decision, the name of a site) comes one event a
command and is written event by event; each says so. Either way a run of one type gives the same as its events one by one: the
last word on an object is the one of the highest number.
"""

from fleet.projectors import budgets, complaints, costs, documents, estimates, incidents, orders, vehicles
from fleet.projectors.orders import AMENDED, ORDER_FIELDS
from fleet.projectors.vehicles import VEHICLE_FIELDS

__all__ = [
    "AMENDED",
    "ORDER_FIELDS",
    "VEHICLE_FIELDS",
    "budgets",
    "complaints",
    "costs",
    "documents",
    "estimates",
    "incidents",
    "orders",
    "vehicles",
]
