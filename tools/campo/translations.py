"""`./dev i18n`: regenerate the .pot files from the code and merge them into the languages."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import paths
from .databases import Databases
from .python_env import environment
from .say import run, say

LANGUAGES = ("it",)
# What changes at each export without any change in the texts.
_VOLATILE = re.compile(r'^"(POT-Creation-Date|PO-Revision-Date|Project-Id-Version):.*$', re.M)


def update_translations(server):
    """Write each addon's .pot and merge it into its languages; tell what is untranslated."""
    template = Databases(server).ensure_template("bare")
    for addon, exported in export(template, server).items():
        folder = paths.ADDONS / addon / "i18n"
        folder.mkdir(exist_ok=True)
        pot = folder / f"{addon}.pot"
        if not pot.is_file() or comparable(pot.read_text()) != comparable(exported):
            pot.write_text(exported)
        for language in LANGUAGES:
            po = folder / f"{language}.po"
            if po.is_file():
                _gettext("msgmerge", "-q", "-U", "--backup=none", "--no-fuzzy-matching", po, pot)
            else:
                _gettext("msginit", "--no-translator", "-l", language, "-i", pot, "-o", po)
            say(f"{addon}/{language}: {_statistics(po)}")


def export(database, server):
    """Texts of each addon as Odoo exports them: {addon: text of its .pot}."""
    texts = {}
    with tempfile.TemporaryDirectory() as folder:
        for addon in paths.CAMPO_ADDONS:
            target = Path(folder) / f"{addon}.pot"
            run(
                [
                    paths.PYTHON, "-m", "odoo", "i18n", "export", "-c", paths.CONFIG,
                    "-d", database, "-l", "pot", "-o", target, addon,
                ],
                log="i18n",
                env=environment() | server.environment(),
                failure=f"The texts of {addon} could not be exported.",
            )  # fmt: skip
            texts[addon] = target.read_text()
    return texts


def comparable(text):
    """A .pot without the lines that change at each export."""
    return _VOLATILE.sub("", text)


def _gettext(program, *arguments):
    run([shutil.which(program), *arguments], log="i18n", failure=f"{program} did not work.")


def _statistics(po):
    answer = subprocess.run(
        ["msgfmt", "--statistics", "-o", "/dev/null", po],
        capture_output=True, text=True, env=environment() | {"LC_ALL": "C"}, check=False,
    )  # fmt: skip
    return answer.stderr.strip()
