"""`./dev scan`: wapiti over the portal, logged in as a customer and as an outside technician.

It follows links and sends forms with all kinds of malice, so it gets a copy of the demo database.
What it finds of medium or higher severity is a failure; so is a page that breaks (500).
"""

import json
import subprocess

from . import paths
from .databases import Databases
from .say import Stop, say
from .serving import running_copy

LOGINS = ("customer", "outside", "coordinator")
# Debian's wapiti sends multipart forms as files only, so its check of CSRF tokens is of no use;
# the portal's own tests send each form without its token.
MODULES = "crlf,exec,file,permanentxss,redirect,sql,xss"
MEDIUM = 2  # wapiti's own scale: 1 is low
MINUTES = 15  # for each login
# How long a page may take. Six seconds, as wapiti would have it, are little for a busy machine.
PAGE_SECONDS = 30


def scan(server):
    """Scan a copy of the demo and tell what was found.

    :raise Stop: when something of medium or higher severity was found
    """
    databases = Databases(server)
    template = databases.ensure_demo()
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    with running_copy(databases, template, "campo_scan") as address:
        worst = max(_scan_as(address, login) for login in LOGINS)
    if worst >= MEDIUM:
        raise Stop("The scan found something of medium or higher severity: see above.")
    return 0


def _scan_as(address, login):
    """Scan what a person of the demo reaches; return the highest level found."""
    report = paths.LOGS / f"scan-{login}.json"
    report.unlink(missing_ok=True)
    subprocess.run(
        [
            "wapiti", "-u", f"{address}/my/", "--scope", "folder",
            *(part for page in ("home", "tickets/new", "visits")
              for part in ("-s", f"{address}/my/{page}")),
            "-m", MODULES, "-H",
            f"Cookie: session_id={_log_in(address, login)}; frontend_lang=en_US",
            "--max-scan-time", str(MINUTES), "--timeout", str(PAGE_SECONDS),
            "--flush-session", "--no-bugreport",
            "-f", "json", "-o", str(report), "-v", "0",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    found = json.loads(report.read_text())
    worst = 0
    for kind, items in {**found["vulnerabilities"], **found["anomalies"]}.items():
        for item in items:
            worst = max(worst, item["level"])
            say(f"{login}: {kind}, level {item['level']}: {item['method']} {item['path']}")
            say(f"    {item['info']}")
    say(f"{login}: highest level {worst}; all of it in {report}")
    return worst


def _log_in(address, login):
    """Session of a person of the demo, by a script of its own: the browser wants Campo's Python."""
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from campo.browsing import Person, chromium\n"
        "with chromium() as browser:\n"
        "    cookies = Person(browser, *sys.argv[2:]).context.cookies()\n"
        "print({item['name']: item['value'] for item in cookies}['session_id'])\n"
    )
    answer = subprocess.run(
        [paths.PYTHON, "-c", script, paths.TOP / "tools", address, login],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return answer.stdout.strip()
