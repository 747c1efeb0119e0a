from . import (
    test_article,
    test_category,
    test_encoder,
    test_event,
    test_index,
    test_performance,
    test_pure,
    test_search,
    test_search_access,
    test_security,
    test_tours,
    test_usage,
)
