import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("knowledge_base_rebuild", {
    steps: () => [
        {
            content: "which rung of the search serves, and why",
            trigger: "[name=knowledge_rungs]:contains('Words by their stems')",
        },
        {
            content: "somebody stopped: going on would leave out what is done already",
            trigger: ".o_knowledge_base_rebuild button[name=go_on]",
        },
        {
            trigger: ".o_knowledge_base_rebuild button[name=rebuild]:contains('From the Start')",
            run: "click",
        },
        { trigger: ".o_knowledge_base_rebuild:contains('The index is complete')" },
    ],
});
