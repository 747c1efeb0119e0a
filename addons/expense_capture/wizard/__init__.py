from . import expense_charge_policy_apply
from . import expense_hours_sheet
from . import expense_mileage_rate_import
from . import hr_expense_split_wizard
from . import service_intervention_add_expense
from . import service_intervention_add_expense_trip
