def migrate(cr, version):
    """The same act counts once, and the database sees to it: what came twice at once goes."""
    cr.execute(
        """
        DELETE FROM knowledge_event AS event
              USING knowledge_event AS first
              WHERE first.id < event.id
                AND first.entry_id = event.entry_id
                AND first.kind = event.kind
                AND first.user_id = event.user_id
                AND coalesce(first.res_model, '') = coalesce(event.res_model, '')
                AND coalesce(first.res_id, 0) = coalesce(event.res_id, 0)
        """
    )
