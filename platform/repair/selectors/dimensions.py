"""The registers that rate cards name: areas, vehicle classes, operations, services; each code with its name."""

from dispatch.models import Area, LicenceRule
from dispatch.texts import CLASSES
from partners.desk.dimensions import register_dimension
from repair.models import JobKind, Operation


def register_dimensions() -> None:
    """Tell the rate cards where they find what they name."""
    register_dimension(name="area", read=read_areas)
    register_dimension(name="vehicle_class", read=read_classes)
    register_dimension(name="operation", read=read_operations)
    register_dimension(name="service", read=read_services)


def read_areas() -> dict[str, str]:
    """Code to name."""
    return dict(Area.objects.order_by("code").values_list("code", "name"))


def read_classes() -> dict[str, str]:
    """The classes that a licence rule knows."""
    codes = LicenceRule.objects.order_by("vehicle_class").values_list("vehicle_class", flat=True).distinct()
    return {code: str(CLASSES.get(code, code)) for code in codes}


def read_operations() -> dict[str, str]:
    """Code to name, in the reader's language; what rests may still be priced."""
    return {operation.code: operation.name for operation in Operation.objects.order_by("code")}


def read_services() -> dict[str, str]:
    """The six kinds."""
    return {code: str(label) for code, label in JobKind.choices}
