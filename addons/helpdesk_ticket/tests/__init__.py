from . import (
    test_actions,
    test_call,
    test_intake,
    test_mail,
    test_open_ticket,
    test_performance,
    test_security,
    test_segment,
    test_situation,
    test_sla,
    test_sla_clock,
    test_ticket,
)
