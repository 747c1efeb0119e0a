from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """The authorised amount holds work back from now on: also work that is waiting already."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    lines = env["service.work.line"].search(
        [("billing_state", "=", "to_bill"), ("intervention_id.amount_limit", ">", 0)]
    )
    env.add_to_compute(lines._fields["billing_state"], lines)
    env.flush_all()
