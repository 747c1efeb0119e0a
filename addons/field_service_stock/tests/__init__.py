from . import test_van_stock
