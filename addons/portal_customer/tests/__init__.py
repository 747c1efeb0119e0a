from . import (
    test_label,
    test_pages,
    test_public_methods,
    test_rights,
    test_technician,
)
