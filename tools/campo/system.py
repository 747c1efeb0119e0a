"""Debian packages: find out which are missing and get only those."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from .say import Stop, run, step

FREE_GIB_NEEDED = 5

# Libraries that the patched wkhtmltopdf and the Python wheels load.
_LIBRARIES = ("libmagic1", "libfontconfig1", "libfreetype6", "libxrender1", "libxext6", "libx11-6")
_FONTS = ("fonts-dejavu-core",)
_MAIL_SERVERS = ("dovecot-imapd",)

# What Campo's addons run beside Odoo; docker/Dockerfile installs the same.
RUN_BY_ADDONS = ("poppler-utils", "tesseract-ocr", "tesseract-ocr-ita")


def postgresql_bin():
    """Folder of the newest PostgreSQL server programs of Debian, or None."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    return found[-1].parent if found else None


def _is_installed(package):
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f=${Status}", package], capture_output=True, text=True, check=False
    )
    return "install ok installed" in answer.stdout


def missing_packages(*, server, tests, lint, scan):
    """Debian packages that this machine lacks.

    :param bool server: a PostgreSQL server is wanted here
    :param bool tests: those of the tests too (browser, PDF to PNG, gettext, npm, IMAP server, OCR)
    :param bool lint: the programs of the static checks too (Node)
    :param bool scan: the scanner too
    """
    wanted = [package for package in (*_LIBRARIES, *_FONTS) if not _is_installed(package)]
    if importlib.util.find_spec("ensurepip") is None:
        wanted.append(f"python3.{sys.version_info.minor}-venv")
    programs = {"apt-get": "apt", "dpkg-deb": "dpkg"}
    if tests:
        # Its program lies where people's PATH doesn't look.
        more = (*_MAIL_SERVERS, *RUN_BY_ADDONS)
        wanted += [package for package in more if not _is_installed(package)]
        programs |= {
            "chromium": "chromium",
            "msgmerge": "gettext",
            "npm": "npm",
        }
    if lint:
        programs |= {
            "node": "nodejs",
            "npm": "npm",
            "git": "git",
            "xmllint": "libxml2-utils",
            "msgmerge": "gettext",
        }
    if scan:
        programs["wapiti"] = "wapiti"
    wanted += [package for program, package in programs.items() if not shutil.which(program)]
    if server and postgresql_bin() is None:
        wanted.append("postgresql")
    return sorted(set(wanted))


def ensure_debian():
    if not shutil.which("apt-get") or not shutil.which("dpkg-query"):
        raise Stop(
            "This machine has no apt: ./dev sets itself up on Debian 12 or 13. "
            "Elsewhere, start Campo with Docker: docker compose -f docker/compose.yaml up"
        )


def ensure_disk(folder):
    """Stop with a sentence when too little space is left for Odoo and its databases."""
    free = shutil.disk_usage(folder).free / 2**30
    if free < FREE_GIB_NEEDED:
        raise Stop(
            f"Only {free:.1f} GiB are free on the disk of {folder}; Campo needs "
            f"{FREE_GIB_NEEDED} GiB for Odoo and its databases. Free some space and start again."
        )


def ensure_packages(*, server=True, tests=False, lint=False, scan=False):
    """Install what is missing; without root say which command to type."""
    ensure_debian()
    missing = missing_packages(server=server, tests=tests, lint=lint, scan=scan)
    if not missing:
        return
    if os.geteuid() != 0:
        raise Stop(
            "Some Debian packages are missing. Type this, then start again:\n"
            f"    sudo apt-get install --no-install-recommends {' '.join(missing)}"
        )
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with step(f"Debian packages: {', '.join(missing)}"):
        run(
            ["apt-get", "-q", "update"],
            log="apt",
            env=env,
            failure="apt-get update did not work. Is the network there?",
        )
        run(
            ["apt-get", "-q", "install", "-y", "--no-install-recommends", *missing],
            log="apt",
            env=env,
            failure="apt-get could not install the missing packages. Is the network there, "
            "and does no other apt run at the moment?",
        )


def debian_archive():
    """Address of the Debian archive in the machine's own apt configuration, or None."""
    answer = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(SITE) $(RELEASE)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=False,
    )
    for line in answer.stdout.splitlines():
        site, _, release = line.partition(" ")
        if re.fullmatch(r"(bookworm|trixie|forky|sid|stable|testing|unstable)", release):
            return site
    return None
