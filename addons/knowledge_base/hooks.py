from odoo.api import Environment

from . import text_search


def uninstall_hook(env: Environment) -> None:
    text_search.drop_configurations(env.cr)
