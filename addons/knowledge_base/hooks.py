from odoo.api import Environment

from . import text_search


def pre_init_hook(env: Environment) -> None:
    text_search.create_configurations(env.cr)


def uninstall_hook(env: Environment) -> None:
    text_search.drop_configurations(env.cr)
