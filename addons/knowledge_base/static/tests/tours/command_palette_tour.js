import { registry } from "@web/core/registry";

const PALETTE = ".o_command_palette";

// From anywhere: Ctrl+K, "?", the problem, and what solved it is open.
registry.category("web_tour.tours").add("knowledge_base_command_palette", {
    steps: () => [
        { trigger: ".o_knowledge_base_find #knowledge_base_text", run: "press control+k" },
        {
            content: "solved problems are asked for with a question mark",
            trigger: `${PALETTE}_search input`,
            run: "edit ?",
        },
        {
            content: "a question nobody has an answer to",
            trigger: `${PALETTE}_search:has(.o_namespace:contains('?')) input`,
            run: "fill la fattura ha un indirizzo sbagliato",
        },
        { trigger: `${PALETTE} .o_command:contains('Nothing similar has been solved yet')` },
        {
            content: "another one, in place of it",
            trigger: `${PALETTE}_search input`,
            run: "edit le pompe sono bloccate, allarme E-05",
        },
        {
            content: "it says why it was found",
            trigger: `${PALETTE} .o_command.focused:contains('Same code: E-05')`,
        },
        { trigger: `${PALETTE}_search input`, run: "press Enter" },
        {
            content: "the source",
            trigger: ".o_form_view:contains('Pompa bloccata dal calcare')",
        },
    ],
});
