def migrate(cr, version):
    """Contracts begin each term with what they include now, without what was bought on top."""
    if version:
        cr.execute(
            "UPDATE service_contract c SET renewed_visits = COALESCE(included_visits, 0),"
            " renewed_hours = GREATEST(COALESCE(included_hours, 0) - COALESCE(("
            "   SELECT SUM(t.hours - COALESCE(t.lapsed_hours, 0))"
            "     FROM service_contract_top_up t WHERE t.contract_id = c.id), 0), 0)"
        )
