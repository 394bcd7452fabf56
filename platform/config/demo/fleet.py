"""acme's vehicles and drivers: a few dozen, some with an inspection, an insurance or a licence near its end."""

import csv
import random
from datetime import datetime, timedelta

from config.demo.desk import DATA

VEHICLES = 48
DRIVERS = 24
SITES = ("SH-WGQ", "SH-ZJ", "SH-HQ", "SH-JQ", "SH-SJ", "SH-JD")
CENTERS = ("城配一部", "城配二部", "华东干线", "冷链", "公务用车")
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
VALUES = dict(zip(LETTERS, (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True))
WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
SURNAMES, NAMES = "王李张刘陈杨赵黄周吴徐孙", ("建国", "志强", "海峰", "丽娟", "伟民", "晓东", "春梅", "国庆")


def demo_vehicles(now: datetime) -> list[dict[str, str]]:
    """Vehicles as a file would have them; the days are near enough to today that the list shows what is due."""
    dice = random.Random(20261123)  # noqa: S311  # the same demo every time, nothing secret
    with (DATA / "models.csv").open(encoding="utf-8-sig", newline="") as file:
        models = list(csv.DictReader(file))
    return [vehicle(number, dice, dice.choice(models), now) for number in range(1, VEHICLES + 1)]


def vehicle(number: int, dice: random.Random, model: dict[str, str], now: datetime) -> dict[str, str]:
    """One vehicle; of every sixth something is over soon, of every sixteenth it is over."""
    middle = "".join(dice.choice(LETTERS) for _ in range(5))
    vin = check_digit(f"{model['wmi']}{middle}0{dice.choice('NPRS')}A9{number:05d}")
    is_electric = model["model"].startswith(("比亚迪", "特斯拉"))
    plate = f"沪A{'D' if is_electric else dice.choice(LETTERS)}{dice.randrange(10_000):04d}{'6' if is_electric else ''}"
    near = -3 if number % 16 == 0 else 12 if number % 6 == 0 else dice.randrange(45, 300)
    return {
        "vin": vin,
        "plate": plate,
        "model": model["model"],
        "odometer_km": str(dice.randrange(4_000, 260_000)),
        "odometer_on": day(now, -dice.randrange(1, 30)),
        "inspection_expires_on": day(now, near if number % 2 else dice.randrange(45, 600)),
        "compulsory_expires_on": day(now, dice.randrange(45, 360) if number % 2 else near),
        "commercial_expires_on": day(now, dice.randrange(45, 360)),
        "site_code": dice.choice(SITES),
        "cost_center": dice.choice(CENTERS),
        "is_active": "no" if number % 23 == 0 else "yes",
    }


def demo_drivers(now: datetime) -> list[dict[str, str]]:
    """Drivers as a file would have them."""
    dice = random.Random(20261124)  # noqa: S311  # the same
    return [
        {
            "reference": f"D-{number:03d}",
            "name": dice.choice(SURNAMES) + dice.choice(NAMES),
            "phone": f"139{number:08d}",
            "licence_class": dice.choice(("C1", "C1", "B2", "A2")),
            "licence_tail": f"{dice.randrange(10_000):04d}",
            "licence_expires_on": day(now, 9 if number % 8 == 0 else dice.randrange(90, 2_000)),
            "site_code": dice.choice(SITES),
        }
        for number in range(1, DRIVERS + 1)
    ]


def check_digit(vin: str) -> str:
    """The VIN with the digit that belongs at its ninth place."""
    total = sum((VALUES.get(c) or int(c)) * w for c, w in zip(vin, WEIGHTS, strict=True))
    return vin[:8] + "0123456789X"[total % 11] + vin[9:]


def day(now: datetime, days: int) -> str:
    """So many days from now."""
    return (now + timedelta(days=days)).date().isoformat()
