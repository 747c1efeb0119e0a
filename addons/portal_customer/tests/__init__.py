from . import (
    test_downloads,
    test_feed,
    test_files,
    test_forms,
    test_label,
    test_pages,
    test_public_methods,
    test_rights,
    test_story_five,
    test_technician,
    test_ticket_pages,
    test_timer,
)
