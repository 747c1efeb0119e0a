def migrate(cr, version):
    """The words of files that articles have already are read by the job, and found from then on."""
    cr.execute(
        """
        UPDATE ir_attachment
           SET index_pending = true
         WHERE res_model = 'knowledge.article'
           AND res_field IS NULL
           AND type = 'binary'
        """
    )
