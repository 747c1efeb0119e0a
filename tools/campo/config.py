"""Odoo's configuration of this machine: the top-level odoo.conf plus where things lie here."""

import configparser

from . import odoo_source, paths


def write_config(server):
    """Write the local configuration file and return its path."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(paths.TOP / "odoo.conf")
    if not parser.has_section("options"):
        parser.add_section("options")
    options = parser["options"]
    options["addons_path"] = ",".join(map(str, [*odoo_source.addons_paths(), paths.ADDONS]))
    options["data_dir"] = str(paths.DATA)
    options.update(server.odoo_options())
    paths.DATA.mkdir(parents=True, exist_ok=True)
    paths.CONFIG.touch(mode=0o600)
    with paths.CONFIG.open("w") as file:
        parser.write(file)
    return paths.CONFIG
