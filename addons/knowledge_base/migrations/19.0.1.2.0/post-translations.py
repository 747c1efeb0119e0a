def migrate(cr, version):
    """Each article begins as the original of its own group of translations."""
    cr.execute(
        """
        UPDATE knowledge_entry
           SET translation_group = res_id
         WHERE res_model = 'knowledge.article'
           AND translation_group IS NULL
        """
    )
