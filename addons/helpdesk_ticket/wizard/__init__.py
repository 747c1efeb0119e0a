from . import helpdesk_ticket_close, helpdesk_ticket_reopen, res_partner_open_situation
