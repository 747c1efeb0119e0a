"""Where things lie. Everything that is local to this machine sits in one ignored folder."""

from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
ADDONS = TOP / "addons"
LOCAL = TOP / ".campo"

ODOO = LOCAL / "odoo"  # the unpacked Debian packages
APT = LOCAL / "apt"  # private package lists and downloads
VENV = LOCAL / "venv"
BIN = LOCAL / "bin"  # first on Odoo's PATH: holds the patched wkhtmltopdf
PG = LOCAL / "pg"
DATA = LOCAL / "data"  # Odoo's data_dir: file stores and sessions
LOGS = LOCAL / "log"
CONFIG = LOCAL / "odoo.conf"  # written from the top-level odoo.conf at each start
NODE = LOCAL / "node"  # npm packages of the tests
HOOKS = LOCAL / "pre-commit"

PYTHON = VENV / "bin" / "python"

# From the bottom of the corridor to the top (docs/architecture.md).
CAMPO_ADDONS = (
    "knowledge_base",
    "helpdesk_ticket",
    "field_service",
    "expense_capture",
    "portal_customer",
)
