from . import test_van_costs, test_van_stock
