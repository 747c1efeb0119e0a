from . import test_sales_timesheet
