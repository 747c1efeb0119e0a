"""The Python environment: pinned packages, Odoo on the path, the patched wkhtmltopdf."""

import hashlib
import json
import os
import shutil
import subprocess
import sys

from . import odoo_source, paths
from .say import Stop, run, step

REQUIREMENTS = ("requirements.txt", "requirements-dev.txt", "requirements-encoder.txt")
_STAMP = paths.VENV / "campo-stamp.json"


def ensure_python():
    """Create or refresh the environment when the pinned requirements or Odoo's place changed."""
    wanted = _fingerprint()
    if _STAMP.is_file() and json.loads(_STAMP.read_text()) == wanted:
        return
    with step("Python environment"):
        if wanted["python"] != _existing_python():
            shutil.rmtree(paths.VENV, ignore_errors=True)
            run(
                [sys.executable, "-m", "venv", paths.VENV],
                log="python",
                failure="The Python environment could not be created.",
            )
        pip = [paths.PYTHON, "-m", "pip", "install", "--disable-pip-version-check"]
        for name in REQUIREMENTS:
            pip += ["-r", paths.TOP / name]
        run(
            pip,
            log="python",
            failure="The Python packages could not be installed. Is the network there? "
            "Start again to retry.",
        )
        _put_odoo_on_path()
        _link_wkhtmltopdf()
        _STAMP.write_text(json.dumps(wanted))


def environment():
    """Environment of every program that runs inside Campo's Python environment."""
    path = os.pathsep.join([str(paths.BIN), str(paths.VENV / "bin"), os.environ["PATH"]])
    return {
        **os.environ,
        "PATH": path,
        "PYTHONDONTWRITEBYTECODE": "1",
        "ODOO_RC": str(paths.CONFIG),
    }


def _fingerprint():
    digest = hashlib.sha256()
    for name in REQUIREMENTS:
        digest.update((paths.TOP / name).read_bytes())
    return {
        "python": f"{sys.executable} {sys.version_info.major}.{sys.version_info.minor}",
        "odoo": str(odoo_source.python_path()),
        "requirements": digest.hexdigest(),
    }


def _existing_python():
    return json.loads(_STAMP.read_text())["python"] if _STAMP.is_file() else None


def _put_odoo_on_path():
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site_packages = paths.VENV / "lib" / version / "site-packages"
    (site_packages / "campo-odoo.pth").write_text(f"{odoo_source.python_path()}\n")


def _link_wkhtmltopdf():
    paths.BIN.mkdir(exist_ok=True)
    link = paths.BIN / "wkhtmltopdf"
    link.unlink(missing_ok=True)
    link.symlink_to(paths.VENV / "bin" / "wkhtmltopdf-pack")
    answer = subprocess.run([link, "--version"], capture_output=True, text=True, check=False)
    if "patched" not in answer.stdout:
        raise Stop(f"wkhtmltopdf does not start here: {answer.stderr.strip() or answer.stdout}")
