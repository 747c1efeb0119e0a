import { registry } from "@web/core/registry";

function assertNothingIsWider() {
    const width = document.documentElement.scrollWidth;
    if (width > window.innerWidth) {
        throw new Error(`The page is ${width} wide on a screen of ${window.innerWidth}`);
    }
}

// The search on the narrowest screen, without a pointer.
registry.category("web_tour.tours").add("knowledge_base_find_on_phone", {
    steps: () => [
        {
            content: "one is where one types, and a question in the address is asked",
            trigger: "#knowledge_base_text:focus:value('nastro')",
        },
        { trigger: ".o_knowledge_base_find:contains('Nothing similar has been solved yet')" },
        {
            trigger: "#knowledge_base_text:focus",
            run: "edit le pompe sono bloccate, allarme E-05",
        },
        {
            trigger: ".o_knowledge_base_problem:contains('Same code: E-05')",
            run: assertNothingIsWider,
        },
        { trigger: "#knowledge_base_text:focus", run: "press ArrowDown" },
        {
            trigger: ".o_knowledge_base_problem_title:focus:contains('Pompa bloccata')",
            run: "press ArrowDown",
        },
        {
            trigger: ".o_knowledge_base_problem_title:focus:contains('Pompa rumorosa')",
            run: "press ArrowUp",
        },
        {
            trigger: ".o_knowledge_base_problem_title:focus:contains('Pompa bloccata')",
            run: "press Enter",
        },
        {
            trigger: ".o_knowledge_base_problem_excerpt b:contains('E05')",
            run: assertNothingIsWider,
        },
        { trigger: ".o_knowledge_base_problem_title:focus", run: "press Tab" },
        { trigger: "button[name=it_solved]:focus", run: "press Enter" },
        { trigger: ".o_knowledge_base_problem:contains('Noted')" },
    ],
});
