"""What the four registers have in common: columns with their parsers, what a row is known by, what stands in the book."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from functools import partial
from typing import Any, ClassVar, Final

from fleet.intake.context import ModelTable
from fleet.intake.rows import RowProblem
from fleet.intake.shapes import Shape
from fleet.intake.values import Defect, narrow, parse_line

Parser = Callable[[str], Any]
Values = dict[str, Any]
"""What a row says, as plain JSON values (days as ISO text); an empty cell says nothing."""


@dataclass(frozen=True, slots=True)
class Known:
    """An entry of the book: its key there, its fields, and the odometer readings of a vehicle as (day, km)."""

    id: str
    fields: Values
    readings: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True)
class RegisterContext:
    """The tenant's side of a check. `known` leads from a field that entries are known by to its values."""

    today: date
    timezone: tzinfo
    sites: frozenset[str] = frozenset()
    cost_centers: Mapping[str, str] = field(default_factory=dict)  # a name or a code → the name
    models: ModelTable = field(default_factory=lambda: ModelTable({}))
    known: Mapping[str, Mapping[str, Known]] = field(default_factory=dict)
    plates: Mapping[str, str] = field(default_factory=dict)  # a plate → the VIN of the vehicle in use that carries it


class Register:
    """One register: subclasses say what its rows hold and what makes them fit."""

    name: ClassVar[str]
    columns: ClassVar[tuple[str, ...]]
    keys: ClassVar[tuple[str, ...]]
    """What an entry is known by: the first that a row has; where there are two, the last is unique beside it."""
    needed: ClassVar[tuple[str, ...]]
    """What a new entry must have."""
    header: ClassVar[tuple[str, ...]]
    """What the header of a file must have."""
    aliases: ClassVar[Mapping[str, str]] = {}
    computed: ClassVar[frozenset[str]] = frozenset()
    """Columns that are read but kept in others."""
    shape: ClassVar[Shape]

    def __init_subclass__(cls) -> None:
        cls.shape = Shape(columns=cls.columns, required=cls.header, aliases={**ALIASES, **cls.aliases})

    def parsers(self, context: RegisterContext) -> Mapping[str, Parser]:
        """A parser for each column: text → value, None for nothing, or the one defect that counts."""
        raise NotImplementedError

    def settle(self, values: Values, known: Known | None, context: RegisterContext) -> list[RowProblem]:
        """What is right cell by cell and wrong together; may complete `values`."""
        del values, known, context
        return []

    def notice(self, values: Values, known: Known | None, context: RegisterContext) -> list[RowProblem]:
        """What the sender should know of a row that is taken all the same."""
        del values, known, context
        return []

    def changes(self, values: Values, known: Known | None) -> dict[str, list[Any]]:
        """What the row would change: field → [before, after]."""
        before = known.fields if known else {}
        return {
            name: [before.get(name), value]
            for name, value in values.items()
            if name not in self.computed and before.get(name, EMPTY.get(name, "")) != value
        }

    def label(self, values: Values) -> str:
        """What a person calls the row."""
        return str(next((values[name] for name in self.keys if values.get(name)), ""))


EMPTY: Final[dict[str, Any]] = dict.fromkeys(
    (
        "is_active", "lat", "lng", "odometer_km", "odometer_on", "inspection_expires_on", "compulsory_expires_on",
        "commercial_expires_on", "licence_expires_on",
    )
)  # fmt: skip
"""What an entry has that has nothing: None for these, an empty text for all others."""
ALIASES: Final[dict[str, str]] = {
    "vin": "vin code, vin码, 车架号, 车架号码, 车架号vin, 车辆识别代号, 车辆识别代码",
    "plate": "plate no, plate number, license plate, licence plate, 车牌, 车牌号, 车牌号码, 号牌, 号牌号码",
    "plate_type": "车牌类型, 号牌种类, 号牌类型",
    "model": "vehicle model, 车型, 品牌车型, 品牌型号, 厂牌型号",
    "vehicle_class": "class, 车辆类型, 车辆类别",
    "transmission": "gearbox, 变速箱, 变速器",
    "odometer_km": "odometer, mileage, km, 里程, 里程数, 公里数, 表显里程, 行驶里程",
    "odometer_on": "odometer date, read on, 里程日期, 抄表日期, 读数日期",
    "inspection_expires_on": "inspection until, inspection expiry, inspection, 年检到期, 年检有效期, 年检到期日, 检验有效期至",
    "compulsory_expires_on": "compulsory insurance until, compulsory insurance, 交强险到期, 交强险有效期, 交强险到期日",
    "commercial_expires_on": "commercial insurance until, commercial insurance, 商业险到期, 商业险有效期, 商业险到期日",
    "site_code": "site, 站点, 站点编号, 站点代码, 站点编码, 网点, 网点编号, 所属站点",
    "cost_center": "cost centre, 成本中心, 费用归属",
    "is_active": "active, in use, status, 状态, 在用, 是否在用, 使用状态",
    "reference": "driver number, driver no, employee no, staff no, 司机编号, 驾驶员编号, 工号, 编号",
    "name": "driver, full name, 姓名, 司机, 司机姓名, 驾驶员, 名称",
    "phone": "telephone, tel, mobile, 电话, 联系电话, 手机, 手机号, 手机号码",
    "licence_class": "license class, licence, 准驾车型, 驾照类型",
    "licence_tail": "licence number, license number, 驾驶证号, 驾照尾号, 证号后四位, 驾驶证尾号",
    "licence_expires_on": "licence until, license expiry, 驾照有效期, 驾驶证有效期, 驾照到期, 有效期止",
    "code": "代码, 编码",
    "address": "地址, 详细地址",
    "lat": "latitude, 纬度",
    "lng": "longitude, lon, long, 经度",
    "coord_system": "coordinate system, 坐标系, 坐标系统",
    "contact": "contact name, contact person, 联系人, 联系人姓名",
}


def optional(parse: Parser) -> Parser:
    """A parser to which nothing is nothing."""
    return lambda text: parse(text) if text else None


def line_of(limit: int) -> Parser:
    """A text of one line."""
    return optional(partial(parse_line, limit=limit))


def site_parser(context: RegisterContext) -> Parser:
    """The code of a site in use, in any case of letters."""

    def parse(text: str) -> str | Defect | None:
        if not text:
            return None
        plain = narrow(text)
        return next((code for code in (text, plain, plain.upper()) if code in context.sites), None) or Defect(
            "site_not_found", {}
        )

    return parse


def center_parser(context: RegisterContext) -> Parser:
    """A cost centre in use by name or code; its name."""

    def parse(text: str) -> str | Defect | None:
        return (context.cost_centers.get(text) or Defect("cost_center_not_found", {})) if text else None

    return parse


def find_known(register: Register, values: Values, context: RegisterContext) -> tuple[Known | None, list[RowProblem]]:
    """The entry that a row means, and what another entry has already.

    By the first key where the row has it; else, or where the entry has no such key yet, by the last.
    """
    first, last = register.keys[0], register.keys[-1]
    found = context.known.get(first, {}).get(values.get(first) or "")
    if first == last:
        return found, []
    other = context.known.get(last, {}).get(values.get(last) or "")
    if found is None and other is not None and not (values.get(first) and other.fields.get(first)):
        return other, []
    if other is not None and (found is None or found.id != other.id):
        return found, [RowProblem(last, "taken", {"other": register.label(other.fields)})]
    return found, []


def find_others(register: Register, values: Values, known: Known | None, context: RegisterContext) -> list[RowProblem]:
    """What other entries have already, of an entry that is saved by itself: each key belongs to one alone."""
    found = []
    for name in register.keys:
        other = context.known.get(name, {}).get(values.get(name) or "")
        if other is not None and (known is None or other.id != known.id):
            found.append(RowProblem(name, "taken", {"other": register.label(other.fields)}))
    return found


def missing(register: Register, values: Values, known: Known | None, faulty: Sequence[str]) -> list[RowProblem]:
    """What a new entry lacks, or what a row would take away from one that must have it."""
    asked = register.needed if known is None else [name for name in register.needed if name in values]
    return [RowProblem(name, "required") for name in asked if values.get(name) in (None, "") and name not in faulty]
