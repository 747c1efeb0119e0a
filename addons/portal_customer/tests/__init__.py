from . import (
    test_public_methods,
    test_rights,
)
