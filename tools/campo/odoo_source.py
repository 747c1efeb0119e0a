"""Odoo 19: the caller's checkout, or Debian's package unpacked into the local folder.

Debian has Odoo 19 in sid alone, and its dependencies want sid's Python. So the package is not
installed: it is downloaded with a private package list (apt still checks the signatures),
unpacked, and run from there with the Python environment of `python_env`.
"""

import os
import shutil
import subprocess
from pathlib import Path

from . import paths
from .say import Stop, run, step
from .system import debian_archive

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
SUITES = ("bookworm", "sid")

# Odoo's package links fonts and libraries of these; bookworm's Font Awesome is the 4.7 Odoo wants.
PACKAGES = (
    "odoo-19/sid",
    "fonts-montserrat/sid",
    "fonts-dejavu-core/bookworm",
    "fonts-font-awesome/bookworm",
    "fonts-glyphicons-halflings/bookworm",
    "fonts-inconsolata/bookworm",
    "fonts-ocr-b/bookworm",
    "fonts-roboto-unhinted/bookworm",
    "libjs-jquery/bookworm",
    "libjs-jquery-form/bookworm",
    "libjs-underscore/bookworm",
)


def checkout():
    """The Odoo 19 checkout named by CAMPO_ODOO, or None."""
    if not (name := os.environ.get("CAMPO_ODOO")):
        return None
    folder = Path(name).expanduser().resolve()
    if not (folder / "odoo" / "release.py").is_file():
        raise Stop(f"CAMPO_ODOO is {folder}, but there is no Odoo in it (no odoo/release.py).")
    release = (folder / "odoo" / "release.py").read_text()
    if "version_info = (19," not in release:
        raise Stop(f"The Odoo in {folder} is not version 19. Campo needs Odoo 19.0.")
    return folder


def python_path():
    """Folder that must be on Python's path for ``import odoo``."""
    return checkout() or paths.ODOO / "usr/lib/python3/dist-packages"


def addons_paths():
    """Odoo's own addons folders beside the ones inside the package."""
    folder = checkout()
    return [folder / "addons"] if folder else []


def ensure_odoo():
    """Get Odoo 19 unless it is there already; a half-finished download starts anew."""
    if checkout() or (python_path() / "odoo" / "release.py").is_file():
        return
    if not Path(KEYRING).is_file() or not (site := debian_archive()):
        raise Stop(
            "This machine's apt does not know Debian's archive, where Odoo 19 comes from. "
            "Set CAMPO_ODOO to an Odoo 19 checkout, or start Campo with Docker: "
            "docker compose -f docker/compose.yaml up"
        )
    with step("Odoo 19 from Debian (130 MB)"):
        options = _private_apt(site)
        no_network = "Odoo 19 could not be downloaded. Is the network there? Start again to retry."
        run(["apt-get", "-q", *options, "update"], log="odoo", failure=no_network)
        archives = paths.APT / "archives"
        run(
            ["apt-get", "-q", *options, "download", *PACKAGES],
            log="odoo",
            failure=no_network,
            cwd=archives,
        )
        _unpack(archives)


def _private_apt(site):
    shutil.rmtree(paths.APT, ignore_errors=True)
    for folder in ("lists/partial", "archives/partial", "parts"):
        (paths.APT / folder).mkdir(parents=True)
    sources = paths.APT / "sources.list"
    sources.write_text(
        "".join(f"deb [signed-by={KEYRING}] {site} {suite} main\n" for suite in SUITES)
    )
    return [
        "-o", f"Dir::Etc::SourceList={sources}",
        "-o", f"Dir::Etc::SourceParts={paths.APT / 'parts'}",
        "-o", f"Dir::State::Lists={paths.APT / 'lists'}",
        "-o", f"Dir::Cache::Archives={paths.APT / 'archives'}",
        "-o", "Dir::Cache::pkgcache=",
        "-o", "Dir::Cache::srcpkgcache=",
        "-o", "Acquire::Languages=none",
        "-o", "APT::Sandbox::User=root",
    ]  # fmt: skip


def _unpack(archives):
    unfinished = paths.ODOO.with_name("odoo.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    for package in sorted(archives.glob("*.deb")):
        run(
            ["dpkg-deb", "-x", package, unfinished],
            log="odoo",
            failure=f"{package.name} could not be unpacked. Is the disk full?",
        )
    dangling = subprocess.run(
        ["find", unfinished, "-xtype", "l"], capture_output=True, text=True, check=True
    ).stdout
    if dangling:
        raise Stop(f"Odoo's package links files that no package brought:\n{dangling}")
    shutil.rmtree(paths.ODOO, ignore_errors=True)
    unfinished.rename(paths.ODOO)
    shutil.rmtree(paths.APT)
