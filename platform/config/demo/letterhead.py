"""The demo operator's letterhead; each value is to be confirmed by a real operator."""

from datetime import UTC, date, datetime

from repair.models import Letterhead


def seed_letterhead() -> None:
    """One, in force from the beginning; what the operator has written since stays."""
    if Letterhead.objects.exists():
        return
    Letterhead.objects.create(
        valid_from=date(2026, 1, 1),
        name_zh="代修通（上海）汽车服务有限公司",
        name_en="Baylink Vehicle Services (Shanghai) Co., Ltd.",
        address_zh="上海市浦东新区金桥路1388号",
        address_en="1388 Jinqiao Road, Pudong, Shanghai",
        phone="021-6100 0000",
        uscc="91310115MAAY4CL12M",
        licence_no="沪浦维备310115000123",
        stamp_text="代修通/服务专用章",
        written_by="Baylink",
        written_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
