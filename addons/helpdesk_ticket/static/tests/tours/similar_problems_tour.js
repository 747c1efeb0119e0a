import { registry } from "@web/core/registry";

// The agent opens a ticket, sees what solved the same problem before, and closes with it.
registry.category("web_tour.tours").add("helpdesk_ticket_similar_problems", {
    steps: () => [
        {
            content: "open the ticket",
            trigger: ".o_kanban_record:contains('Caldaia bloccata, display E-05')",
            run: "click",
        },
        {
            content: "the situation of the requester stands there in words",
            trigger:
                ".o_form_view div[name=badges] [name=situation_label]:contains('No invoices yet')",
        },
        {
            content: "the code is told as the reason",
            trigger: ".o_knowledge_base_problem:contains('Same code: E-05')",
        },
        {
            content: "what is of no use here goes away",
            trigger:
                ".o_knowledge_base_problem:contains('Altra caldaia con E05') button[name=not_this]",
            run: "click",
        },
        {
            content: "the ticket is left",
            trigger: ".o_knowledge_base_similar:not(:contains('Altra caldaia con E05'))",
        },
        { trigger: ".o_back_button", run: "click" },
        {
            content: "a slip is taken back there, too",
            trigger: "body:has(.o_kanban_view) .o_notification button:contains('Undo')",
            run: "click",
        },
        {
            trigger: ".o_kanban_record:contains('Caldaia bloccata, display E-05')",
            run: "click",
        },
        {
            content: "it is offered again, and of no use once more",
            trigger:
                ".o_knowledge_base_problem:contains('Altra caldaia con E05') button[name=not_this]",
            run: "click",
        },
        {
            content: "look closer at the other one",
            trigger:
                ".o_knowledge_base_similar:not(:contains('Altra caldaia con E05')) .o_knowledge_base_problem_title:contains('Caldaia in blocco E05')",
            run: "click",
        },
        {
            content: "the matching words are bold",
            trigger: ".o_knowledge_base_problem_excerpt b:contains('E05')",
        },
        {
            content: "take it up",
            trigger: ".o_knowledge_base_problem button[name=use]",
            run: "click",
        },
        { trigger: ".o_knowledge_base_problem:contains('In use'):not(:has(button[name=use]))" },
        {
            content: "that was it",
            trigger: ".o_knowledge_base_problem button[name=it_solved]",
            run: "click",
        },
        {
            content: "its solution is proposed",
            trigger: ".modal div[name=solution] textarea:value('Pulito l\\'elettrodo')",
        },
        {
            content: "say why it happened",
            trigger: ".modal div[name=cause] textarea:value('Usura')",
            run: "edit Elettrodo di nuovo ossidato",
        },
        {
            content: "close",
            trigger: ".modal button[name=action_confirm]",
            run: "click",
        },
        {
            content: "the ticket is solved and nothing is left to press",
            trigger:
                ".o_form_view:has(button[name=action_open_reopen_dialog]):not(:has(button[name=it_solved]))",
        },
    ],
});

// A new ticket: what is typed is enough to find.
registry.category("web_tour.tours").add("helpdesk_ticket_similar_while_typing", {
    steps: () => [
        {
            content: "nothing is typed yet",
            trigger: ".o_knowledge_base_similar:contains('Write what the problem is')",
        },
        {
            content: "describe something else first",
            trigger: "div[name=name] textarea",
            run: "edit Fattura con indirizzo sbagliato && press Tab",
        },
        {
            content: "silence is better than a wrong answer",
            trigger: ".o_knowledge_base_similar:contains('Nothing similar has been solved yet')",
        },
        {
            content: "describe the known problem, and stay in the field",
            trigger: "div[name=name] textarea",
            run: "edit Caldaia in blocco E05",
        },
        {
            content: "it is found before the field is left or the ticket saved",
            trigger: ".o_knowledge_base_problem:contains('Caldaia in blocco E05')",
        },
        {
            content: "leave without saving",
            trigger: ".o_form_button_cancel",
            run: "click",
        },
        { content: "nothing was saved", trigger: ".o_kanban_view" },
    ],
});
