"""The demo's workshops around Shanghai, and the quality standard that their work is checked against."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from repair.models import QualityStandard, Workshop

LIGHT = ("small_car", "light_van", "light_truck")
HEAVY = ("tractor", "coach", "light_truck")
ALL_SERVICES = ("maintenance", "repair", "claim", "parts")


@dataclass(frozen=True, slots=True)
class WorkshopSeed:
    """One workshop; empty brands mean all."""

    name: str
    address: str
    lat: float
    lng: float
    bays: int
    classes: tuple[str, ...] = LIGHT
    services: tuple[str, ...] = ALL_SERVICES
    brands: tuple[str, ...] = ()
    is_own: bool = True


WORKSHOPS = (
    WorkshopSeed("代修通金桥中心", "上海市浦东新区金桥路1388号", 31.2571, 121.6005, 40),
    WorkshopSeed("代修通虹桥中心", "上海市闵行区申昆路1800号", 31.1902, 121.3098, 40),
    WorkshopSeed("代修通宝山厂", "上海市宝山区蕴川路2600号", 31.3702, 121.4505, 30),
    WorkshopSeed("代修通松江厂", "上海市松江区新车公路1288号", 31.0605, 121.3201, 30),
    WorkshopSeed("嘉定重车维修站", "上海市嘉定区曹安公路5200号", 31.2803, 121.1702, 20, HEAVY),
    WorkshopSeed("外高桥商用车服务站", "上海市浦东新区杨高北路3200号", 31.3301, 121.5902, 16, HEAVY, is_own=False),
    WorkshopSeed(
        "特斯拉授权钣喷中心（张江）",
        "上海市浦东新区金科路2966号",
        31.2001,
        121.6102,
        12,
        ("small_car",),
        ("repair", "claim"),
        ("LRW",),
        False,
    ),
    WorkshopSeed(
        "奉贤快修站", "上海市奉贤区环城南路600号", 30.9203, 121.4601, 14, LIGHT, ("maintenance", "parts"), (), False
    ),
    WorkshopSeed("临港综合维修厂", "上海市浦东新区新元南路600号", 30.8951, 121.9103, 14),
)

CHECKS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "maintenance": (
        ("fluids", "Fluids at their marks, no leak", "油液液位正常，无渗漏"),
        ("brakes", "Brakes tested", "制动测试合格"),
        ("tyres", "Tyres and pressures", "轮胎及胎压"),
        ("road", "Road test without a warning light", "路试无故障灯"),
    ),
    "repair": (
        ("fault", "The reported fault is gone", "报修故障已排除"),
        ("torque", "Fasteners at their torque", "紧固件扭矩符合要求"),
        ("codes", "No fault code stored", "无故障码存储"),
        ("road", "Road test without a warning light", "路试无故障灯"),
    ),
    "claim": (
        ("panels", "Gaps and panels even", "钣金缝隙均匀"),
        ("paint", "Paint without runs or colour difference", "漆面无流挂、无色差"),
        ("adas", "Sensors and cameras calibrated", "传感器与摄像头已标定"),
        ("road", "Road test without a warning light", "路试无故障灯"),
    ),
    "parts": (
        ("part", "Part number as ordered", "配件编号与订单一致"),
        ("fit", "Fitted and working", "安装到位，功能正常"),
    ),
    "inspection": (
        ("failed", "What the station found is mended", "检测站不合格项已修复"),
        ("road", "Road test without a warning light", "路试无故障灯"),
    ),
}


def seed_workshops() -> list[Workshop]:
    """The workshops, by name."""
    found = []
    for seed in WORKSHOPS:
        values: dict[str, Any] = {
            "address": seed.address,
            "lat": seed.lat,
            "lng": seed.lng,
            "bays": seed.bays,
            "classes": list(seed.classes),
            "services": list(seed.services),
            "brands": list(seed.brands),
            "is_own": seed.is_own,
        }
        workshop, _made = Workshop.objects.get_or_create(name=seed.name, defaults=values)
        found.append(workshop)
    return found


def seed_standards() -> None:
    """Version 2026-01 of the quality standard for each service that is checked."""
    for service, items in CHECKS.items():
        values = {
            "items": [{"code": code, "en": en, "zh": zh} for code, en, zh in items],
            "valid_from": date(2026, 1, 1),
        }
        QualityStandard.objects.get_or_create(service=service, version="2026-01", defaults=values)
