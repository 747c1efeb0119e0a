def migrate(cr, version):
    """What is waited for already is of no kind that could be known."""
    if version:
        cr.execute(
            "UPDATE service_intervention SET waiting_kind = 'other'"
            " WHERE state = 'waiting' AND waiting_kind IS NULL"
        )
