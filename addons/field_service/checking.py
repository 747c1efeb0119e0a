"""Judge what came from outside before the ORM sees it: it takes ids on trust."""

MAX_ID = 2**31 - 1


def is_id(value) -> bool:
    """
    >>> is_id(7), is_id(True), is_id("7"), is_id([7]), is_id(0)
    (True, False, False, False, False)
    """
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_ID


def are_ids(values) -> bool:
    """
    >>> are_ids([1, 2]), are_ids([]), are_ids(1), are_ids("12"), are_ids([[1]])
    (True, True, False, False, False)
    """
    return isinstance(values, list | tuple) and all(is_id(value) for value in values)
