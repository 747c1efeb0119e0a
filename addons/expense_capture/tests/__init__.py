from . import test_traceability
from . import test_expense
from . import test_charging
from . import test_security
from . import test_stories
from . import test_profitability
