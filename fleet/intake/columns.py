"""The columns of an order file: their names, the headers people write for them, and their limits."""

from typing import Final

from fleet.intake.shapes import IGNORED, Shape, fold_header

__all__ = ["COLUMNS", "IGNORED", "LIMITS", "ORDERS", "PLACE", "REQUIRED", "fold_header", "name_columns"]

REQUIRED: Final = (
    "external_ref",
    "vin",
    "service",
    "description",
    "contact",
    "phone",
    "window_start",
    "window_end",
)
PLACE: Final = ("address", "lat", "lng")
"""What stands for a site when `site_code` is empty: all three are needed then."""

COLUMNS: Final = (
    "external_ref",
    "plate",
    "vin",
    "model",
    "service",
    "description",
    "site_code",
    "address",
    "lat",
    "lng",
    "contact",
    "phone",
    "window_start",
    "window_end",
    "cost_center",
    "po_number",
    "return_by",
    "courtesy_car",
    "key_with",
    "notes",
    "plate_type",
    "vehicle_class",
    "transmission",
    "return_site_code",
    "pre_approved_up_to",
    "coord_system",
)
LIMITS: Final = {
    "external_ref": 64,
    "model": 80,
    "description": 5_000,
    "site_code": 40,
    "address": 300,
    "contact": 80,
    "cost_center": 80,
    "po_number": 64,
    "key_with": 80,
    "notes": 2_000,
    "vehicle_class": 40,
    "return_site_code": 40,
}
"""Most characters of a text column."""

_ALIASES: Final = {
    "external_ref": "reference, ref, order no, 委托编号, 委托单号, 外部编号, 外部单号, 单号, 订单号, 编号",
    "plate": "plate no, plate number, license plate, licence plate, 车牌, 车牌号, 车牌号码, 号牌, 号牌号码",
    "vin": "vin code, vin码, 车架号, 车架号码, 车架号vin, 车辆识别代号, 车辆识别代码",
    "model": "vehicle model, 车型, 品牌车型, 品牌型号, 厂牌型号",
    "service": "service type, 服务, 服务类型, 服务项目, 业务类型",
    "description": "work, 描述, 故障描述, 服务描述, 问题描述, 需求描述, 服务内容",
    "site_code": "site, 站点, 站点编号, 站点代码, 站点编码, 网点, 网点编号",
    "address": "地址, 取车地址, 详细地址",
    "lat": "latitude, 纬度",
    "lng": "longitude, lon, long, 经度",
    "contact": "contact name, contact person, 联系人, 联系人姓名, 交车人",
    "phone": "telephone, tel, mobile, contact phone, 电话, 联系电话, 联系人电话, 手机, 手机号, 手机号码",
    "window_start": "window from, start time, start, 开始时间, 取车开始时间, 预约开始时间, 时间窗开始",
    "window_end": "window to, end time, end, 结束时间, 取车结束时间, 预约结束时间, 时间窗结束",
    "cost_center": "cost centre, 成本中心, 费用归属",
    "po_number": "po, po no, purchase order, 采购单号, 采购订单号, 采购订单, po号",
    "return_by": "return time, 送回时间, 最晚送回时间, 还车时间, 最晚还车时间",
    "courtesy_car": "loan car, 代步车, 需要代步车, 是否需要代步车",
    "key_with": "key, keys, keys with, 钥匙, 钥匙在, 钥匙位置, 钥匙保管人",
    "notes": "note, remark, remarks, comment, comments, 备注, 说明",
    "plate_type": "车牌类型, 号牌种类, 号牌类型",
    "vehicle_class": "class, 车辆类型, 车辆类别",
    "transmission": "gearbox, 变速箱, 变速器",
    "return_site_code": "return site, 送回站点, 还车站点, 送回站点编号",
    "pre_approved_up_to": "pre approved, 预批金额, 预授权金额, 免审额度",
    "coord_system": "coordinate system, 坐标系, 坐标系统",
}
ORDERS: Final = Shape(columns=COLUMNS, required=REQUIRED, aliases=_ALIASES, instead={"site_code": PLACE})
name_columns = ORDERS.name_columns
