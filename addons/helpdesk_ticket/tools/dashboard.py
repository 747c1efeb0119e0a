"""What the dashboards of Campo have in common: see ``dashboard_tile.js``."""

from odoo.fields import Domain


def tile(name, label, values, domain, better=0, **more):
    """One figure with that of the period before, and the records that it is made of.

    :param values: the figure and the one before; None where nothing is known
    :param domain: of the records
    :param int better: 1 where more of it is better, -1 where less is, 0 where neither
    :param more: ``unit``, ``note`` (a few words below it), ``group_by`` (of the list of records),
        ``model``, where a dashboard is of several
    """
    value, before = values
    return {
        "name": name,
        "label": label,
        "value": value,
        "before": before,
        "better": better,
        "unit": "",
        "note": "",
        "group_by": None,
        "domain": list(domain),
        **more,
    }


def between(name, start, stop):
    """What happened after one moment, up to another."""
    return Domain(name, ">", start) & Domain(name, "<=", stop)
