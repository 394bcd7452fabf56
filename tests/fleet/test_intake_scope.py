"""What the operator does not do, and that every code has its words."""

import json

import pytest

from fleet.intake.columns import COLUMNS
from fleet.intake.registers.others import REGISTERS
from fleet.intake.rows import RowProblem, explain
from fleet.intake.scope import compile_pattern, screen
from fleet.intake.texts import LABELS, ROW_TEXTS, WARNINGS
from tests.fleet.order_rows import check, make_context

# Scope rules


@pytest.mark.parametrize(
    ("service", "description", "rule"),
    [
        ("repair", "改装车架大梁，加装液压尾板", "structural_modification"),
        ("repair", "Structural modification of the body", "structural_modification"),
        ("repair", "危化品运输罐车罐体维修", "dangerous_goods"),
        ("violation", "代扣12分", "penalty_points"),
        ("violation", "违章处理，记6分", "penalty_points"),
        ("violation", "takes 6 penalty points", "penalty_points"),
        ("violation", "违章处理，不记分", None),
        ("violation", "违章处理，记0分", None),
        ("violation", "违章处理代办1条", None),
        ("repair", "行驶扣分提醒灯亮", None),
        ("repair", "调表，里程改小", "odometer_or_identity"),
        ("repair", "DPF delete", "emission_defeat"),
        ("repair", "更换里程表总成", None),
    ],
)
def test_the_seed_rules(service: str, description: str, rule: str | None) -> None:
    hit = screen(rules=make_context().scope, service=service, description=description)
    assert (hit.rule.id if hit else None) == rule


def test_keywords_are_plain_and_a_bad_pattern_is_told() -> None:
    assert compile_pattern("C++，a.b; x").search("uses c++")
    assert not compile_pattern("C++，a.b; xyz").search("aXb C")
    for pattern in ("", " , ", "re:", "re:(", "re:a*"):
        with pytest.raises(ValueError, match=r"matches every text|no regular expression"):
            compile_pattern(pattern)


# Words


def test_every_code_has_words_without_gaps() -> None:
    names = (
        "line length limit characters choices vin time form start end days site text "
        "reason_en reason_zh alternative_en alternative_zh km day other"
    )
    params = dict.fromkeys(names.split(), "7")
    for code in ROW_TEXTS:
        message, fix = explain(RowProblem("vin", code, dict(params)), "en")
        assert message
        assert fix
        assert "%(" not in message + fix
    columns = {column for register in REGISTERS.values() for column in register.columns}
    assert set(LABELS) == {*COLUMNS, *columns, "row"}
    assert {"same_work_twice", "plate_on_two_vins", "courtesy_car_on_violation", "window_closed"} < set(WARNINGS)


def test_a_refusal_is_explained_in_either_language() -> None:
    (row,) = check({"description": "改装车架"})
    (error,) = row.errors
    english, chinese = explain(error, "en"), explain(error, "zh-hans")
    assert "registration" in english[0]
    assert "authorised" in english[1]
    assert "我们不承接改装作业" in chinese[0]
    assert "厂家授权改装企业" in chinese[1]
    assert json.loads(json.dumps(error.params)) == error.params
