from . import (
    helpdesk_on_call_rota,
    helpdesk_ticket_close,
    helpdesk_ticket_merge_into,
    helpdesk_ticket_reopen,
    helpdesk_ticket_split,
    res_partner_open_situation,
)
