import { registry } from "@web/core/registry";

// A new ticket of a customer who has asked already: two taps, and it is one ticket.
registry.category("web_tour.tours").add("helpdesk_ticket_told_twice", {
    steps: () => [
        {
            content: "say who asks",
            trigger: "div[name=partner_id] input",
            run: "edit Giulia Test",
        },
        {
            trigger: ".dropdown-item:contains('Giulia Test')",
            run: "click",
        },
        {
            content: "something else first",
            trigger: "div[name=name] textarea",
            run: "edit Stampante senza toner && press Tab",
        },
        {
            content: "nothing is offered",
            trigger: ".o_form_view:not(:has(.o_helpdesk_ticket_duplicates))",
        },
        {
            content: "say the same in other words",
            trigger: "div[name=name] textarea",
            run: "edit La caldaia è in blocco && press Tab",
        },
        {
            content: "it is the same",
            trigger:
                ".o_helpdesk_ticket_duplicate:contains('Caldaia in blocco E05') button[name=same_request]:contains('add to it')",
            run: "click",
        },
        {
            content: "the first ticket, with what was added",
            trigger: ".o-mail-Message:contains('La caldaia è in blocco')",
        },
        {
            content: "it offers no duplicate of itself",
            trigger: ".o_form_view:not(:has(.o_helpdesk_ticket_duplicates))",
        },
    ],
});

// On the telephone: what is typed shows what the caller has asked before.
registry.category("web_tour.tours").add("helpdesk_ticket_call_again", {
    steps: () => [
        {
            content: "what the caller says",
            trigger: ".o_helpdesk_ticket_caller input[name=problem]",
            run: "edit caldaia bloccata",
        },
        {
            content: "it is the same",
            trigger:
                ".o_helpdesk_ticket_duplicate:contains('Caldaia in blocco E05') button[name=same_request]",
            run: "click",
        },
        {
            content: "the first ticket, with what was added",
            trigger: ".o-mail-Message:contains('caldaia bloccata')",
        },
    ],
});
