def select_priority(model):
    """The priorities of a ticket, for the fields of other models that name one."""
    return model.env["helpdesk.ticket"]._fields["priority"]._description_selection(model.env)
