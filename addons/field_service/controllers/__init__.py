from . import calendar, files, visit_feed, visit_link
