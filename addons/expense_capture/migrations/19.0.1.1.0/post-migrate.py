def migrate(cr, version):
    """Hotels count nights from now on, also those that were captured before."""
    cr.execute("UPDATE expense_kind SET is_lodging = true WHERE code = 'hotel'")
    cr.execute(
        """
        UPDATE hr_expense AS expense
           SET nights = 1
          FROM expense_kind AS kind
         WHERE kind.id = expense.kind_id
           AND kind.is_lodging
           AND COALESCE(expense.nights, 0) = 0
        """
    )
