import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("knowledge_base_find", {
    steps: () => [
        {
            content: "describe something nobody has solved",
            trigger: "#knowledge_base_text",
            run: "edit la fattura ha un indirizzo sbagliato",
        },
        { trigger: ".o_knowledge_base_find:contains('Nothing similar has been solved yet')" },
        {
            content: "describe a known problem",
            trigger: "#knowledge_base_text",
            run: "edit le pompe sono bloccate, allarme E-05",
        },
        {
            content: "narrow it: nothing of another product",
            trigger: ".o_knowledge_base_find:has(.o_knowledge_base_problem) button[name=filters]",
            run: "click",
        },
        { trigger: "#knowledge_base_product", run: "edit Zanussi && press Tab" },
        { trigger: ".o_knowledge_base_find:contains('within these filters')" },
        { trigger: "button[name=clear_filters]", run: "click" },
        {
            content: "it says why it was found",
            trigger: ".o_knowledge_base_problem:contains('Same code: E-05')",
        },
        {
            content: "down to it with the keys",
            trigger: "#knowledge_base_text",
            run: "click && press ArrowDown",
        },
        {
            content: "unfold it",
            trigger: ".o_knowledge_base_problem_title:focus",
            run: "press Enter",
        },
        { trigger: ".o_knowledge_base_problem_excerpt b:contains('E05')" },
        {
            content: "it solved the problem",
            trigger: ".o_knowledge_base_problem button[name=it_solved]",
            run: "click",
        },
        {
            content: "a slip is taken back",
            trigger: ".o_knowledge_base_problem:contains('Noted') button[name=it_solved_not]",
            run: "click",
        },
        { trigger: ".o_knowledge_base_problem button[name=it_solved]", run: "click" },
        { trigger: ".o_knowledge_base_problem:contains('Noted')" },
        {
            content: "read the article",
            trigger: ".o_knowledge_base_problem button[name=open_source]",
            run: "click",
        },
        {
            content: "the source",
            trigger: ".o_form_view:contains('Pompa bloccata dal calcare')",
        },
    ],
});
