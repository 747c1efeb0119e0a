from . import test_electronic_advance, test_electronic_invoice
