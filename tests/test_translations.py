"""Both languages are complete, and the .pot files are what Odoo exports from the code."""

import polib
import pytest

from campo.databases import Databases
from campo.paths import ADDONS, CAMPO_ADDONS
from campo.translations import LANGUAGES, comparable, export


@pytest.fixture(scope="module")
def exported(pg_server):
    """What Odoo exports where there are no demo data, whose texts are not for translation."""
    return export(Databases(pg_server).ensure_template("bare"), pg_server)


@pytest.mark.parametrize("addon", CAMPO_ADDONS)
def test_the_template_of_texts_is_up_to_date(addon, exported):
    committed = (ADDONS / addon / "i18n" / f"{addon}.pot").read_text()
    assert comparable(committed) == comparable(exported[addon]), "type: ./dev i18n"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("addon", CAMPO_ADDONS)
def test_every_text_is_translated(addon, language):
    folder = ADDONS / addon / "i18n"
    template = {
        entry.msgid for entry in polib.pofile(str(folder / f"{addon}.pot")) if not entry.obsolete
    }
    translated = {
        entry.msgid
        for entry in polib.pofile(str(folder / f"{language}.po"))
        if entry.msgstr and not entry.fuzzy and not entry.obsolete
    }
    assert template - translated == set()
