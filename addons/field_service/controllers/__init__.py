from . import calendar, files, report_link, visit_feed, visit_link
