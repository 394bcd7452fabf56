"""The demo's operations: what its workshops write on estimates, by the services that they offer."""

from typing import Final

from repair.models import Operation

# code, English, Chinese, kind, services
OPERATIONS: Final = (
    ("M-0101", "Oil and filter change, labour", "更换机油及机滤工时", "labour", ("maintenance",)),
    ("M-0102", "Engine oil and filter", "机油及机油滤清器", "part", ("maintenance",)),
    ("M-0201", "Air and cabin filters, labour", "更换空气及空调滤芯工时", "labour", ("maintenance",)),
    ("M-0202", "Air filter", "空气滤清器", "part", ("maintenance",)),
    ("M-0203", "Cabin filter", "空调滤清器", "part", ("maintenance",)),
    ("M-0301", "Wheel alignment", "四轮定位", "labour", ("maintenance", "repair")),
    ("B-0101", "Brake pads, fit and adjust", "更换制动片及调试", "labour", ("maintenance", "repair")),
    ("B-0102", "Front brake pads, set", "前制动片一套", "part", ("maintenance", "repair")),
    ("B-0103", "Rear brake pads, set", "后制动片一套", "part", ("maintenance", "repair")),
    ("B-0104", "Brake disc", "制动盘", "part", ("repair",)),
    ("B-0201", "Brake fluid change", "更换制动液", "labour", ("maintenance", "repair")),
    ("S-0101", "Steering and suspension, labour", "转向及悬架维修工时", "labour", ("repair",)),
    ("S-0102", "Tie rod end", "转向横拉杆球头", "part", ("repair",)),
    ("S-0103", "Shock absorber", "减振器", "part", ("repair",)),
    ("E-0101", "Diagnosis with the tester", "电脑检测诊断", "labour", ("repair",)),
    ("E-0102", "Starter battery", "蓄电池", "part", ("maintenance", "repair")),
    ("T-0101", "Tyre, fit and balance", "更换轮胎及动平衡", "labour", ("maintenance", "repair")),
    ("T-0102", "Tyre", "轮胎", "part", ("maintenance", "repair")),
    ("C-0101", "Bumper, remove and fit", "保险杠拆装", "labour", ("claim", "repair")),
    ("C-0102", "Front bumper, complete", "前保险杠总成", "part", ("claim", "repair")),
    ("C-0201", "Panel beating", "钣金修复", "labour", ("claim", "repair")),
    ("C-0301", "Painting, a panel", "喷漆，每幅", "labour", ("claim", "repair")),
    ("C-0401", "Sensor and camera calibration", "传感器与摄像头标定", "labour", ("claim", "repair")),
    ("P-0101", "Part as ordered", "指定配件", "part", ("parts",)),
    ("P-0201", "Fitting of an ordered part", "指定配件安装", "labour", ("parts",)),
    ("R-0101", "Putting right what the station found", "检测不合格项整改", "labour", ("repair",)),
)


def seed_operations() -> None:
    """All of them; what the operator has changed stays."""
    Operation.objects.bulk_create(
        (
            Operation(code=code, name_en=name_en, name_zh=name_zh, kind=kind, services=list(services))
            for code, name_en, name_zh, kind, services in OPERATIONS
        ),
        ignore_conflicts=True,
    )
