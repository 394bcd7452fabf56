"""The files of vehicles in tests/data, made anew the same each time: `python -m tests.fleet.vehicle_files` writes them.

800 vehicles of a fleet, with real check digits; and a dirty file whose defects stand beside it, line by line.
"""

import csv
import io
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

DATA: Final = Path(__file__).parents[1] / "data"
TODAY: Final = date(2026, 11, 23)
SITES: Final = ("SH-WGQ", "SH-ZJ", "SH-HQ", "SH-JQ", "SH-SJ", "SH-JD", "SH-BS", "SH-LG")
CENTERS: Final = ("华东干线", "公务用车", "冷链", "城配一部", "城配二部")
HEADER: Final = (
    "vin", "plate", "plate_type", "model", "vehicle_class", "transmission", "odometer_km", "odometer_on",
    "inspection_expires_on", "compulsory_expires_on", "commercial_expires_on", "site_code", "cost_center", "is_active",
)  # fmt: skip
LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"
PLATE_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
VIN_VALUES: Final = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True))
VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
Row = dict[str, str]


def with_check_digit(vin: str) -> str:
    """The VIN with the digit that belongs at its ninth place."""
    values = (int(c) if c.isdigit() else VIN_VALUES[c] for c in vin)
    total = sum(value * weight for value, weight in zip(values, VIN_WEIGHTS, strict=True))
    return vin[:8] + "0123456789X"[total % 11] + vin[9:]


def make_rows(count: int, *, seed: int) -> list[Row]:
    """Vehicles as a fleet manager's list has them."""
    dice = random.Random(seed)
    with (DATA / "models.csv").open(encoding="utf-8-sig", newline="") as handle:
        models = list(csv.DictReader(handle))
    plates: set[str] = set()
    return [make_row(number, dice, models, plates) for number in range(1, count + 1)]


def make_row(number: int, dice: random.Random, models: Sequence[dict[str, str]], plates: set[str]) -> Row:
    model = dice.choice(models)
    middle = "".join(dice.choice(LETTERS + "0123456789") for _ in range(5))
    vin = with_check_digit(f"{model['wmi']}{middle}0{dice.choice('NPRST')}{dice.choice('ABHK')}{number:06d}")
    is_electric = model["model"].startswith(("比亚迪", "特斯拉"))
    read_on = TODAY - timedelta(days=dice.randrange(1, 40))
    return {
        "vin": vin,
        "plate": make_plate(dice, plates, is_electric=is_electric),
        "plate_type": "small_nev" if is_electric else "ordinary",
        "model": model["model"],
        "vehicle_class": model["vehicle_class"],
        "transmission": model["transmission"],
        "odometer_km": str(dice.randrange(1_200, 380_000)),
        "odometer_on": read_on.isoformat(),
        "inspection_expires_on": (TODAY + timedelta(days=dice.randrange(8, 700))).isoformat(),
        "compulsory_expires_on": (TODAY + timedelta(days=dice.randrange(5, 365))).isoformat(),
        "commercial_expires_on": (TODAY + timedelta(days=dice.randrange(5, 365))).isoformat(),
        "site_code": dice.choice(SITES),
        "cost_center": dice.choice(CENTERS),
        "is_active": "yes",
    }


def make_plate(dice: random.Random, plates: set[str], *, is_electric: bool) -> str:
    while True:
        if is_electric:
            plate = f"沪{dice.choice('ABDE')}{dice.choice('DF')}{dice.randrange(100_000):05d}"
        else:
            tail = "".join(dice.choice(PLATE_LETTERS + "0123456789") for _ in range(5))
            plate = f"沪{dice.choice('ABCDEFGHJKLMN')}{tail}"
        if plate not in plates:
            plates.add(plate)
            return plate


DEFECTS: Final[tuple[tuple[int, str, str, str], ...]] = (
    # line, field, what is typed there, the code that counts
    (4, "vin", "", "required"),
    (6, "vin", "LSVNV2183R200000", "vin_length"),
    (8, "vin", "LSVNV2183R20000O1", "vin_characters"),
    (10, "vin", "LSVNV2183R2000002", "vin_check_digit"),
    (12, "plate", "沪AO1234", "plate_format"),
    (14, "plate", "苏EF1T234", "plate_format"),
    (16, "plate_type", "pink", "unknown_plate_type"),
    (18, "vehicle_class", "spaceship", "unknown_vehicle_class"),
    (20, "transmission", "magic", "unknown_transmission"),
    (22, "odometer_km", "12 Tkm", "kilometres_format"),
    (24, "odometer_km", "48000000", "kilometres_range"),
    (26, "odometer_on", "2026-11-31", "day_format"),
    (28, "odometer_on", "2027-01-01", "day_in_future"),
    (30, "odometer_km", "", "odometer_without_km"),
    (32, "inspection_expires_on", "next spring", "day_format"),
    (34, "compulsory_expires_on", "31/12/2026", "day_format"),
    (36, "commercial_expires_on", "2026-13-01", "day_format"),
    (38, "site_code", "SH-XX", "site_not_found"),
    (40, "cost_center", "火星部", "cost_center_not_found"),
    (42, "is_active", "maybe", "use_format"),
    (44, "model", "x" * 81, "too_long"),
    (48, "plate", "沪A0T00", "plate_format"),
    (48, "site_code", "??", "site_not_found"),
    (48, "transmission", "?", "unknown_transmission"),
)
TWICE: Final = ((46, 3), (50, 5))  # the VIN of the first stands on the second already


def dirty() -> tuple[list[Row], list[tuple[int, str, str]]]:
    """120 rows of which some are wrong, and what is wrong with them by line and column."""
    rows = make_rows(120, seed=7)
    expected = [(line, name, code) for line, name, _text, code in DEFECTS]
    for line, name, text, _code in DEFECTS:
        rows[line - 2][name] = text
    for line, first in TWICE:
        rows[line - 2]["vin"] = rows[first - 2]["vin"]
        expected.append((line, "vin", "key_twice_in_file"))
    order = {name: index for index, name in enumerate(HEADER)}
    return rows, sorted(expected, key=lambda item: (item[0], order[item[1]]))


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """UTF-8 with its mark, as spreadsheets save it."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue().encode("utf-8-sig")


def files() -> Iterator[tuple[str, bytes]]:
    """The files by name."""
    rows, expected = dirty()
    yield "vehicles.csv", as_csv(HEADER, ([row[name] for name in HEADER] for row in make_rows(800, seed=3)))
    yield "vehicles-dirty.csv", as_csv(HEADER, ([row[name] for name in HEADER] for row in rows))
    yield "vehicles-dirty-expected.csv", as_csv(("line", "field", "code"), expected)


if __name__ == "__main__":
    for name, content in files():
        (DATA / name).write_bytes(content)
