from . import calendar, visit_feed, visit_link
