from . import calendar, visit_link
