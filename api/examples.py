"""Examples for the description of the API, by the name of what they are examples of; a test holds each against its schema."""

from typing import Any, Final

from api.cost_examples import COSTS

ORDER_ID: Final = "ord_01KB1Q4Y8Z3N5T7V9X1B3D5F7H"
BATCH_ID: Final = "bat_01KB1Q3M2W4Y6A8C0E2G4J6M8P"
VEHICLE_ID: Final = "veh_01KB1Q4Y8Z0A2C4E6G8J0M2P4R"
SITE_ID: Final = "sit_01KB1PZS6T8W0Y2A4C6E8G0J2M"
CENTER_ID: Final = "cct_01KB1PZT0B2D4F6H8K0N2Q4S6V"
DRIVER_ID: Final = "drv_01KB1PZV4C6E8G0J2M4P6R8T0W"
IMPORT_ID: Final = "imp_01KB1PZW8D0F2H4K6N8Q0S2V4X"
COMPLAINT_ID: Final = "cmp_01KB6R2J4M6P8S0V2X4Z6B8D0F"
IDS: Final = {
    "order_id": ORDER_ID,
    "batch_id": BATCH_ID,
    "vehicle_id": VEHICLE_ID,
    "site_id": SITE_ID,
    "cost_center_id": CENTER_ID,
    "driver_id": DRIVER_ID,
    "import_id": IMPORT_ID,
    "complaint_id": COMPLAINT_ID,
    "version": 1,
    "line": 17,
    "file_id": "fil_01KB1Q3M2W0B2D4F6H8K0N2Q4S",
}

LINE: Final[dict[str, Any]] = {
    "external_ref": "FL1-00001",
    "plate": "沪NQ4U36",
    "vin": "LVBV3PBB6SA071322",
    "model": "福田 奥铃",
    "service": "maintenance",
    "description": "更换刹车油",
    "site_code": "SH-SJ",
    "contact": "刘芳娟",
    "phone": "19900003294",
    "window_start": "2026-11-26T13:00:00+08:00",
    "window_end": "2026-11-26T17:00:00+08:00",
    "cost_center": "华东干线",
}
VEHICLE: Final[dict[str, Any]] = {
    "id": VEHICLE_ID,
    "vin": LINE["vin"],
    "plate": LINE["plate"],
    "model": LINE["model"],
    "vehicle_class": "light_truck",
    "transmission": "manual",
    "plate_type": "ordinary",
    "odometer_km": 48_200,
    "odometer_at": "2026-11-20T15:59:59Z",
    "inspection_expires_on": "2027-03-31",
    "compulsory_expires_on": "2026-12-14",
    "commercial_expires_on": "2026-12-14",
    "site_code": "SH-SJ",
    "cost_center": "华东干线",
    "is_active": True,
    "registered_at": "2026-11-23T01:02:09.118Z",
    "version": 41,
}
SITE: Final[dict[str, Any]] = {
    "id": SITE_ID,
    "code": "SH-SJ",
    "address": "上海市松江区新桥镇新飞路1500号",
    "lat": 31.0689,
    "lng": 121.313,
    "contact": "王师傅",
    "phone": "+862157681234",
    "is_active": True,
}
DRIVER: Final[dict[str, Any]] = {
    "id": DRIVER_ID,
    "reference": "D-007",
    "name": "赵建国",
    "phone": "+8613900000007",
    "licence_class": "B2",
    "licence_tail": "1234",
    "licence_expires_on": "2028-05-31",
    "site_code": "SH-SJ",
    "is_active": True,
}
IMPORT: Final[dict[str, Any]] = {
    "id": IMPORT_ID,
    "register": "vehicles",
    "name": "vehicles.csv",
    "status": "ready",
    "channel": "api",
    "counts": {"total": 800, "new": 12, "changed": 31, "same": 755, "rejected": 2},
    "done_rows": 800,
    "halt": "",
    "warnings": [],
    "refusal": None,
    "size_bytes": 91_403,
    "sha256": "5c2f1f0f5b7f0a9f7c1c4fd0f9a3b6f34b2f4d2e3e9b1b7c0a8d6e5f4c3b2a19",
    "created_by": "ERP",
    "created_at": "2026-11-23T01:00:02.400Z",
    "applied_at": None,
    "done_at": None,
}
IMPORT_ROW: Final[dict[str, Any]] = {
    "line": 17,
    "key": VEHICLE["vin"],
    "status": "changed",
    "entry": VEHICLE_ID,
    "changes": [{"field": "odometer_km", "before": 47_310, "after": 48_200}],
    "errors": [],
    "warnings": [],
    "done_at": None,
}
ORDER: Final[dict[str, Any]] = {
    "id": ORDER_ID,
    "number": "BL2611-000001",
    "external_ref": LINE["external_ref"],
    "batch": BATCH_ID,
    "vehicle": VEHICLE_ID,
    "vin": LINE["vin"],
    "plate": LINE["plate"],
    "model": LINE["model"],
    "service": "maintenance",
    "description": LINE["description"],
    "status": "awaiting_approval",
    "status_since": "2026-11-26T08:11:40Z",
    "status_note": "",
    "is_on_hold": False,
    "site_code": SITE["code"],
    "address": SITE["address"],
    "lat": SITE["lat"],
    "lng": SITE["lng"],
    "contact": LINE["contact"],
    "phone": "+8619900003294",
    "window_start": "2026-11-26T05:00:00Z",
    "window_end": "2026-11-26T09:00:00Z",
    "return_by": None,
    "cost_center": LINE["cost_center"],
    "po_number": "",
    "courtesy_car": False,
    "key_with": "门卫",
    "notes": "",
    "pre_approved_up_to_fen": None,
    "approved_fen": 0,
    "currency": "CNY",
    "agent": {"leg": "pickup", "name": "陈建国", "phone": "13900000001", "planned_at": "2026-11-26T05:20:00Z"},
    "workshop": "松江厂",
    "promised_return_at": None,
    "comeback_of": None,
    "placed_at": "2026-11-23T01:02:09.118Z",
    "respond_by": "2026-11-23T01:32:09.118Z",
    "updated_at": "2026-11-26T08:11:40Z",
    "version": 205,
}
ESTIMATE: Final[dict[str, Any]] = {
    "version": 1,
    "is_supplement": False,
    "total_fen": 42_000,
    "currency": "CNY",
    "valid_until": "2026-11-29T08:11:40Z",
    "told_at": "2026-11-26T08:11:40Z",
    "decision": "",
    "approved_fen": 0,
    "reason": "",
    "decided_at": None,
    "decided_by": "",
    "lines": [
        {
            "no": 1,
            "kind": "labour",
            "operation": "B-0201",
            "text": "更换刹车油",
            "quantity": "1.50",
            "unit_price_fen": 28_000,
            "amount_fen": 42_000,
            "decision": "pending",
            "approved_fen": 0,
            "reason": "",
        }
    ],
}
BATCH: Final[dict[str, Any]] = {
    "id": BATCH_ID,
    "name": "orders.csv",
    "status": "needs_fixes",
    "policy": "accept_valid",
    "channel": "api",
    "dry_run": False,
    "counts": {
        "total": 500,
        "valid": 497,
        "rejected": 2,
        "submitted": 0,
        "already_submitted": 1,
        "changed_since": 0,
        "cancelled": 0,
    },
    "done_rows": 500,
    "warned": 3,
    "warnings": [],
    "refusal": None,
    "halt": "",
    "size_bytes": 97_211,
    "sha256": "5c2f1f0f5b7f0a9f7c1c4fd0f9a3b6f34b2f4d2e3e9b1b7c0a8d6e5f4c3b2a19",
    "created_by": "ERP",
    "created_at": "2026-11-23T01:00:02.400Z",
    "submitted_at": None,
    "opened_at": None,
    "respond_by": None,
    "rolled_back_at": None,
}
ROW: Final[dict[str, Any]] = {
    "line": 17,
    "external_ref": "FL1-00016",
    "status": "rejected",
    "order": None,
    "number": "",
    "order_status": None,
    "rollback": None,
    "rollback_order_status": None,
    "errors": [
        {
            "field": "vin",
            "code": "vin_length",
            "message": "The VIN has 16 characters; a VIN has 17.",
            "fix": "Copy it from the vehicle licence (行驶证).",
        }
    ],
    "warnings": [],
}
EVENT: Final[dict[str, Any]] = {
    "seq": 118,
    "type": "order.agent_named",
    "version": 1,
    "subject": ORDER_ID,
    "occurred_at": "2026-11-24T01:05:12.331Z",
    "actor_name": "assignment",
    "data": {
        "order": ORDER_ID,
        "leg": "pickup",
        "agent_name": "陈建国",
        "agent_phone": "13900000001",
        "planned_at": "2026-11-26T05:20:00Z",
    },
}
INCIDENT: Final[dict[str, Any]] = {
    "id": "inc_01M7ZC8Z4XE8Y9Q3B4V1N2T5K6",
    "number": "BL26112500042-I1",
    "kind": "damage",
    "status": "judged",
    "text": "右后视镜刮擦",
    "happened_at": "2026-11-25T06:20:00Z",
    "place": "上海市浦东新区金桥路1388号",
    "police_number": "",
    "liability": "company",
    "liability_reason": "倒车未观察",
    "compensation_fen": 30_000,
}
PHOTO: Final[dict[str, Any]] = {
    "file": "fil_01KB1Q4Y8Z9N1T3V5X7Z9B1D3F",
    "kind": "pickup",
    "shot": "front",
    "estimate_line": None,
    "sha256": "5c2f1f0f5b7f0a9f7c1c4fd0f9a3b6f34b2f4d2e3e9b1b7c0a8d6e5f4c3b2a19",
    "taken_at": "2026-11-26T05:21:10Z",
    "url": "https://acme.baylink.example/files/photos/eyJ…",
    "thumbnail_url": "https://acme.baylink.example/files/photos/eyK…",
}
DOCUMENT: Final[dict[str, Any]] = {
    "id": "doc_01KB1Q5A0B2D4F6H8K0N2Q4S6V",
    "kind": "settlement",
    "number": "BL2611-000042-S1",
    "version": 1,
    "state": "valid",
    "sha256": "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "check_url": "https://acme.baylink.example/check/7X2K4M9PQR3TVW5Y8Z1B/",
    "issued_at": "2026-11-28T06:12:40Z",
    "superseded_at": None,
    "withdrawn_at": None,
    "withdrawn_reason": "",
    "is_printed": True,
    "copies": [
        {
            "file": "fil_01KB1Q5A9D1F3H5K7N9Q1S3V5X",
            "language": language,
            "sha256": "9a8b7c6d5e4f30211203f4e5d6c7b8a99a8b7c6d5e4f30211203f4e5d6c7b8a9",
            "size_bytes": 89_479,
            "printed_at": "2026-11-28T06:12:42Z",
            "url": "https://acme.baylink.example/files/eyJ…",
        }
        for language in ("en", "zh-hans")
    ],
}
COMPLAINT: Final[dict[str, Any]] = {
    "id": COMPLAINT_ID,
    "number": "CP2611-000001",
    "source": "api",
    "status": "solution_given",
    "status_since": "2026-11-29T03:20:00Z",
    "orders": [ORDER_ID],
    "filed_at": "2026-11-28T02:00:00Z",
    "filed_by": "ERP",
    "contact": LINE["contact"],
    "phone": "+8619900003294",
    "text": "车门有划痕，取车时没有。",
    "wish": "请重新喷漆。",
    "handler": "林晓",
    "solution_by": "2026-12-01T02:00:00Z",
    "evidence_wanted": "",
    "solution": "我们免费重新喷漆，并补偿一天用车。",
    "compensation_fen": 20_000,
    "currency": "CNY",
    "updated_at": "2026-11-29T03:20:00Z",
    "version": 240,
}
COMPLAINT_FILE: Final[dict[str, Any]] = {
    "file": "fil_01KB6R2J4N0Q2T4W6Y8A0C2E4G",
    "name": "door.jpg",
    "is_photo": True,
    "added_at": "2026-11-28T02:00:00Z",
    "url": "https://acme.baylink.example/files/photo/eyJ…/",
}
FILE_ID: Final = "fil_01KB1Q3M2W0B2D4F6H8K0N2Q4S"
FILE: Final[dict[str, Any]] = {
    "id": FILE_ID,
    "name": "orders.csv",
    "purpose": "order_batch",
    "size_bytes": 97_211,
    "sha256": "5c2f1f0f5b7f0a9f7c1c4fd0f9a3b6f34b2f4d2e3e9b1b7c0a8d6e5f4c3b2a19",
    "created_by": "ERP",
    "created_at": "2026-11-23T01:00:02.400Z",
    "is_used": False,
    "url": "https://acme.baylink.example/files/eyJ…/",
}
CANCELLATIONS: Final[dict[str, Any]] = {
    "results": [{"order": ORDER_ID, "is_cancelled": True, "code": "", "message": ""}],
    "cancelled": 1,
    "kept": 0,
}
EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "Batch": BATCH,
    "BatchRow": ROW,
    "BatchRowDetail": {
        **ROW,
        "cells": {"external_ref": "FL1-00016", "vin": "LVBV3PBB6SA07132"},
        "batch_status": "needs_fixes",
    },
    "CancellationsShown": CANCELLATIONS,
    "Complaint": COMPLAINT,
    "ComplaintDetail": {**COMPLAINT, "files": [COMPLAINT_FILE]},
    "CostCenter": {"id": CENTER_ID, "name": "华东干线", "code": "", "is_active": True},
    "Driver": DRIVER,
    "Event": EVENT,
    "Import": IMPORT,
    "ImportRow": IMPORT_ROW,
    "Order": ORDER,
    "OrderEstimate": {**ESTIMATE, "order": ORDER_ID},
    "OrderCosts": COSTS,
    "OrderDetail": {**ORDER, "estimates": [ESTIMATE], "windows": []},
    "Document": DOCUMENT,
    "Photo": PHOTO,
    "Incident": INCIDENT,
    "File": FILE,
    "Site": SITE,
    "Vehicle": VEHICLE,
    "VehicleDetail": {
        **VEHICLE,
        "plates": [{"plate": LINE["plate"], "since": VEHICLE["registered_at"]}],
        "readings": [{"km": 48_200, "read_at": "2026-11-20T15:59:59Z", "source": "tenant", "order": None}],
    },
}


def example_of(name: str) -> dict[str, Any]:
    """An example of a component: of one thing, or of a page of them."""
    if name.endswith("Page"):
        return {"data": [EXAMPLES[name.removesuffix("Page")]], "next_cursor": None, "has_more": False}
    return EXAMPLES[name]
