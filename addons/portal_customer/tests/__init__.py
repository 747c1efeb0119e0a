from . import (
    test_label,
    test_feed,
    test_pages,
    test_public_methods,
    test_rights,
    test_technician,
    test_timer,
)
