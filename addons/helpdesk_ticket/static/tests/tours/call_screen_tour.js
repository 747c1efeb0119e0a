import { registry } from "@web/core/registry";

// A telephone system opens the screen with a known number: one tap to the ticket.
registry.category("web_tour.tours").add("helpdesk_ticket_call_known", {
    steps: () => [
        {
            content: "the caller with company and situation",
            trigger:
                ".o_helpdesk_ticket_caller:contains('Giulia Test'):contains('Alfa Test S.r.l.') .o_helpdesk_ticket_situation:contains('No invoices yet')",
        },
        {
            content: "open tickets are one tap away",
            trigger: ".o_helpdesk_ticket_caller button[name=open_ticket]:contains('Caldaia ferma')",
            run: "click",
        },
        {
            content: "the ticket",
            trigger: ".o_form_view div[name=name] textarea:value('Caldaia ferma')",
        },
        {
            content: "back to the call",
            trigger: ".o_breadcrumb a:contains('Call'), .o_back_button",
            run: "click",
        },
        {
            content: "the number is still there; help is needed at the site",
            trigger: "button[name=new_ticket_at_site]:contains('Alfa, stabilimento')",
            run: "click",
        },
        {
            content: "requester and site are filled in",
            trigger: ".o_form_view div[name=access_note] textarea:value('Chiedere in portineria.')",
        },
        {
            content: "say what the problem is",
            trigger: "div[name=name] textarea",
            run: "edit Nastro fermo",
        },
        { trigger: ".o_form_button_save", run: "click" },
        {
            content: "saved",
            trigger: ".o_breadcrumb:contains('Nastro fermo')",
        },
    ],
});

// An unknown number, typed and confirmed with Enter, becomes a contact.
registry.category("web_tour.tours").add("helpdesk_ticket_call_unknown", {
    steps: () => [
        {
            content: "what is no number is told",
            trigger: "#helpdesk_ticket_number",
            run: "edit abc && press Enter",
        },
        { trigger: ".alert:contains('not a telephone number')" },
        {
            content: "a number nobody has",
            trigger: "#helpdesk_ticket_number",
            run: "edit 049 8701234 && press Enter",
        },
        {
            content: "ask for the name",
            trigger: ".o_helpdesk_ticket_unknown #helpdesk_ticket_name",
            run: "edit Luca Nuovo",
        },
        {
            content: "and for whom",
            trigger: ".o_helpdesk_ticket_customer input",
            run: "edit Beta Test",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('Beta Test S.p.A.')",
            run: "click",
        },
        {
            content: "remember",
            trigger: ".o_helpdesk_ticket_unknown button[type=submit]",
            run: "click",
        },
        {
            content: "now the caller is known",
            trigger:
                ".o_helpdesk_ticket_caller:contains('Luca Nuovo'):contains('Beta Test S.p.A.')",
        },
    ],
});
