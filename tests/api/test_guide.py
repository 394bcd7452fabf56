"""docs/api.md: its commands work, and it names every problem, scope and event type that there is, and no other."""

import re
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from api.problems import KINDS
from events import catalogue
from tenants.models import Tenant
from tenants.people.keys import SCOPES
from tests.api.conftest import Partner, work_off
from tests.api.test_permissions import OPERATIONS

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def commands() -> list[list[str]]:
    """The words of every curl command of the guide."""
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ")
    return [
        shlex.split(found) for found in re.findall(r"^curl .*?(?=^curl |^HOST|\Z)", lines, re.DOTALL | re.MULTILINE)
    ]


def run(erp: Partner, words: list[str], known: dict[str, str]) -> Any:
    """What curl would do with these words."""
    method, headers, form, data, address = "", {}, [], None, ""
    rest = iter(words[1:])
    for word in rest:
        if word == "-X":
            method = next(rest)
        elif word == "-H":
            name, _, value = next(rest).partition(": ")
            headers[name.replace("-", "_")] = value
        elif word == "-F":
            form.append(next(rest).partition("="))
        elif word == "-d":
            data = next(rest).encode()
        elif not word.startswith("-"):
            address = word
    for name, value in known.items():
        address = address.replace(f"${name}", value)
    assert headers.pop("Authorization") == "Bearer $KEY"
    parts = urlsplit(address.replace("$HOST", "http://acme.baylink.localhost:8000"))
    path = parts.path.removeprefix("/api/v1/") + (f"?{parts.query}" if parts.query else "")
    if form:
        fields = {name: value for name, _, value in form if not value.startswith("@")}
        (file,) = [ROOT / value[1:] for _name, _, value in form if value.startswith("@")]
        return erp.upload(path, file.name, file.read_bytes(), **fields, **headers)
    return erp.send(method or ("POST" if data is not None else "GET"), path, data, **headers)


def test_the_commands_of_the_guide_work(erp: Partner, world: Tenant) -> None:
    known: dict[str, str] = {}
    answers = []
    for words in commands():
        answer = run(erp, words, known)
        assert answer.status_code in {200, 202}, (words, answer.content)
        answers.append(answer.json())
        if answer.status_code == 202 and answer.json()["id"].startswith("bat_"):
            known["BATCH"] = answer.json()["id"]
            work_off(world, known["BATCH"])
        if "orders?" in words[2]:
            known["ORDER"] = answer.json()["data"][0]["id"]
    assert len(answers) == 9
    assert (answers[8]["register"], answers[8]["status"]) == ("vehicles", "received")
    assert answers[2]["status"] == "ready" and answers[3]["data"] == []
    assert len(answers[5]["data"]) == 1
    assert answers[6]["data"][0]["type"] == "order.placed"
    assert answers[7]["data"][0]["seq"] == 1


def test_the_guide_names_every_problem() -> None:
    found = re.findall(r"^\| (\d{3}) \| `([a-z-]+)` \|", GUIDE, re.MULTILINE)
    assert sorted((kind, int(status)) for status, kind in found) == sorted(
        (kind, status) for kind, (status, _t) in KINDS.items()
    )


def test_the_guide_names_every_scope_in_use() -> None:
    named = set(re.findall(r"`([a-z]+:[a-z]+)`", GUIDE)) - {"about:blank"}
    assert named == {scope for _address, _method, scope in OPERATIONS}
    assert named == set(SCOPES)


def test_the_guide_names_every_event() -> None:
    toys = {name for name, kind in catalogue.events.items() if kind.__module__.startswith("tests.")}
    listed = GUIDE[GUIDE.index("## Events") : GUIDE.index("## Errors")]
    named = set(re.findall(r"`([a-z_]+\.[a-z_]+)`", listed))
    assert named == set(catalogue.events) - toys


@pytest.mark.parametrize("name", ["openapi.yaml"])
def test_its_links_lead_somewhere(name: str) -> None:
    assert f"({name})" in GUIDE
    assert (ROOT / "docs" / name).exists()
