import { registry } from "@web/core/registry";

// The technician sees what solved the same elsewhere, takes it up, and closes with it.
registry.category("web_tour.tours").add("field_service_similar_problems", {
    steps: () => [
        {
            content: "what is of no use here goes away",
            trigger:
                ".o_knowledge_base_problem:contains('Nastro fermo dopo il lavaggio') button[name=not_this]",
            run: "click",
        },
        {
            content: "a slip is taken back at once",
            trigger: ".o_notification button:contains('Undo')",
            run: "click",
        },
        {
            content: "it is back, and of no use once more",
            trigger:
                ".o_knowledge_base_problem:contains('Nastro fermo dopo il lavaggio') button[name=not_this]",
            run: "click",
        },
        {
            content: "what others solved is told, not to be opened",
            trigger:
                ".o_knowledge_base_similar:not(:contains('dopo il lavaggio')) .o_knowledge_base_problem:contains('Cambiata la cinghia'):not(:has(button[name=open_source]))",
        },
        { trigger: ".o_knowledge_base_problem button[name=use]", run: "click" },
        { trigger: ".o_knowledge_base_problem button[name=use_not]", run: "click" },
        { trigger: ".o_knowledge_base_problem button[name=use]", run: "click" },
        { trigger: ".o_knowledge_base_problem:contains('In use: closing will propose it')" },
        { trigger: ".o_knowledge_base_problem button[name=it_solved]", run: "click" },
        { trigger: ".modal div[name=cause] textarea:value('Cinghia rotta')" },
        { trigger: ".modal div[name=entry_id] input:value('Nastro trasportatore fermo')" },
        {
            trigger: ".modal div[name=solution] textarea:value('Cambiata la cinghia')",
            run: "edit Cambiata anche qui la cinghia",
        },
        { trigger: ".modal button[name=action_confirm]", run: "click" },
        {
            content: "done, and nothing is left to press",
            trigger: "body:not(:has(.modal)) .o_form_view:not(:has(button[name=it_solved]))",
        },
    ],
});

// A new intervention: what is typed is enough to find, and nothing is taken up before it is saved.
registry.category("web_tour.tours").add("field_service_similar_while_typing", {
    steps: () => [
        { trigger: ".o_knowledge_base_similar:contains('Write what the problem is')" },
        { trigger: "div[name=name] textarea", run: "edit Sostituire la moquette" },
        {
            content: "silence is better than a wrong answer",
            trigger: ".o_knowledge_base_similar:contains('Nothing similar has been solved yet')",
        },
        {
            content: "describe the known problem, and stay in the field",
            trigger: "div[name=name] textarea",
            run: "edit Nastro trasportatore fermo",
        },
        {
            content: "what solved it stands there before the field is left",
            trigger: ".o_knowledge_base_problem:contains('Cambiata la cinghia') button[name=use]",
            run: "click",
        },
        {
            content: "the customer is missing",
            trigger: ".o_field_invalid[name=partner_id]",
        },
        { trigger: ".o_form_button_cancel", run: "click" },
        { trigger: ".o_kanban_view, .o_list_view" },
    ],
});
