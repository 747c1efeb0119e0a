from . import (
    test_pages,
    test_public_methods,
    test_rights,
    test_technician,
)
