"""Work that was priced before keeps its price: the new columns are there before Odoo fills them."""

from odoo.tools.sql import column_exists, create_column


def migrate(cr, version):
    for table, column, kind in (
        ("service_work_line", "price_rule", "varchar"),
        ("service_work_line", "price_params", "jsonb"),
        ("service_intervention", "zone_id", "int4"),
    ):
        if not column_exists(cr, table, column):
            create_column(cr, table, column, kind)
