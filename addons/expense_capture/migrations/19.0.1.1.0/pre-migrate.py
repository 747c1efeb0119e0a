def migrate(cr, version):
    """Trips of the past keep their kilometres: nobody is asked now why they were longer."""
    cr.execute("ALTER TABLE hr_expense ADD COLUMN IF NOT EXISTS distance_measured double precision")
