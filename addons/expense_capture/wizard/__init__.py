from . import service_intervention_add_expense
