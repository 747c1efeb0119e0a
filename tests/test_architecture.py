"""The corridor of docs/architecture.md: an addon knows only those below it."""

import ast
import re
from xml.etree import ElementTree

import pytest

from campo.databases import manifest
from campo.paths import ADDONS, CAMPO_ADDONS

XML_ID = re.compile(r"\b({})\.\w+".format("|".join(CAMPO_ADDONS)))
TEXTS = (".py", ".xml", ".csv", ".js", ".scss")


def test_manifests_lead_downwards_one_room_at_a_time():
    for below, addon in zip(CAMPO_ADDONS, CAMPO_ADDONS[1:], strict=False):
        known = [name for name in manifest(addon)["depends"] if name in CAMPO_ADDONS]
        assert known == [below], f"{addon} must stand on {below} alone, it names {known}"


@pytest.mark.parametrize("addon", CAMPO_ADDONS)
def test_an_addon_never_names_one_above_it(addon):
    above = CAMPO_ADDONS[CAMPO_ADDONS.index(addon) + 1 :]
    found = [
        f"{path.relative_to(ADDONS)}: {name.group()}"
        for path in sorted((ADDONS / addon).rglob("*"))
        if path.suffix in TEXTS
        for name in XML_ID.finditer(path.read_text())
        if name.group(1) in above
    ]
    assert not found


@pytest.mark.parametrize("addon", CAMPO_ADDONS)
def test_a_manifest_says_what_every_addon_of_campo_says(addon):
    values = manifest(addon)
    assert re.fullmatch(r"19\.0\.\d+\.\d+\.\d+", values["version"])
    assert values["license"] == "LGPL-3"
    assert values["author"] == "Campo"
    assert values["summary"]
    assert (ADDONS / addon / "static/description/icon.png").is_file()


@pytest.mark.parametrize("addon", CAMPO_ADDONS)
def test_a_list_without_records_says_what_belongs_there(addon):
    silent = [
        record.get("id")
        for path in sorted((ADDONS / addon / "views").glob("*.xml"))
        for record in ElementTree.parse(path).iter("record")
        if record.get("model") == "ir.actions.act_window"
        and {"name", "help"} - {field.get("name") for field in record}
        and not record.findall("field[@name='target']")
        and record.find("field[@name='view_mode']").text != "form"
    ]
    assert not silent


@pytest.mark.parametrize("addon", CAMPO_ADDONS)
def test_http_never_enters_the_models(addon):
    for path in (ADDONS / addon).rglob("*.py"):
        # ir.http is where Odoo lets a module say something about every request.
        if path.name == "ir_http.py" or {"controllers", "tests"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "odoo.http":
                names = {alias.name for alias in node.names}
                assert "request" not in names, path.relative_to(ADDONS)
