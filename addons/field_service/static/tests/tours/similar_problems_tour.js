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
            content: "what others solved is told, not to be opened",
            trigger:
                ".o_knowledge_base_similar:not(:contains('dopo il lavaggio')) .o_knowledge_base_problem:contains('Cambiata la cinghia'):not(:has(button[name=open_source]))",
        },
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
