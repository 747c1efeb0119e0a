from . import test_electronic_invoice
