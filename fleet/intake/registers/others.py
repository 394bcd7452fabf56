"""Drivers, sites and cost centres."""

from collections.abc import Mapping
from functools import partial

from fleet.intake.phones import parse_phone
from fleet.intake.places import to_wgs84
from fleet.intake.registers.kinds import (
    Known,
    Parser,
    Register,
    RegisterContext,
    Values,
    line_of,
    optional,
    site_parser,
)
from fleet.intake.registers.values import parse_day, parse_licence, parse_tail, parse_use
from fleet.intake.registers.vehicles import Vehicles
from fleet.intake.rows import RowProblem
from fleet.intake.values import parse_degrees, parse_system


class Drivers(Register):
    """The register of drivers: known by the tenant's own number, or else by the phone."""

    name = "drivers"
    columns = (
        "reference", "name", "phone", "licence_class", "licence_tail", "licence_expires_on", "site_code", "is_active",
    )  # fmt: skip
    keys = ("reference", "phone")
    needed = ("name", "phone")
    header = ("name", "phone")

    def parsers(self, context: RegisterContext) -> Mapping[str, Parser]:
        """By column."""
        return {
            "reference": line_of(40),
            "name": line_of(80),
            "phone": optional(parse_phone),
            "licence_class": parse_licence,
            "licence_tail": parse_tail,
            "licence_expires_on": parse_day,
            "site_code": site_parser(context),
            "is_active": parse_use,
        }

    def notice(self, values: Values, known: Known | None, context: RegisterContext) -> list[RowProblem]:
        """A licence that is over."""
        del known
        if values.get("is_active", True) and (values.get("licence_expires_on") or "9") < context.today.isoformat():
            return [RowProblem("licence_expires_on", "already_expired")]
        return []


class Sites(Register):
    """The register of sites: known by their codes; coordinates end as WGS-84."""

    name = "sites"
    columns = ("code", "address", "lat", "lng", "coord_system", "contact", "phone", "is_active")
    keys = ("code",)
    needed = ("code", "address", "lat", "lng")
    header = ("code",)
    aliases: Mapping[str, str] = {"code": "site code, site, 站点编号, 站点代码, 站点编码, 站点, 网点编号, 代码, 编码"}  # type: ignore[misc]
    computed = frozenset({"coord_system"})

    def parsers(self, context: RegisterContext) -> Mapping[str, Parser]:
        """By column."""
        del context
        return {
            "code": line_of(40),
            "address": line_of(300),
            "lat": partial(parse_degrees, limit=90),
            "lng": partial(parse_degrees, limit=180),
            "coord_system": optional(parse_system),
            "contact": line_of(80),
            "phone": optional(parse_phone),
            "is_active": parse_use,
        }

    def settle(self, values: Values, known: Known | None, context: RegisterContext) -> list[RowProblem]:
        """Latitude and longitude come together for a new site, and wherever they must be turned into our system."""
        del context
        alone = [name for name in ("lat", "lng") if (name in values) != ("lat" in values and "lng" in values)]
        if alone and (known is None or values.get("coord_system") == "gcj02"):
            return [RowProblem("lng" if alone == ["lat"] else "lat", "required")]
        if values.pop("coord_system", "wgs84") == "gcj02" and "lat" in values:
            values["lat"], values["lng"] = to_wgs84(values["lat"], values["lng"])
        return []


class CostCenters(Register):
    """The register of cost centres: known by their codes, or else by their names."""

    name = "cost_centers"
    columns = ("code", "name", "is_active")
    keys = ("code", "name")
    needed = ("name",)
    header = ("name",)
    aliases: Mapping[str, str] = {  # type: ignore[misc]
        "code": "cost centre code, cost center code, 成本中心代码, 成本中心编码, 成本中心编号, 代码, 编码",
        "name": "cost centre, cost center, 成本中心, 成本中心名称, 名称",
    }

    def parsers(self, context: RegisterContext) -> Mapping[str, Parser]:
        """By column."""
        del context
        return {"code": line_of(40), "name": line_of(80), "is_active": parse_use}


REGISTERS: dict[str, Register] = {kind.name: kind for kind in (Vehicles(), Drivers(), Sites(), CostCenters())}
