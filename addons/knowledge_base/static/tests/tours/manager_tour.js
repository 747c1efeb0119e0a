import { registry } from "@web/core/registry";

const SYMPTOM = "div[name=symptom] .odoo-editor-editable";
const ARTICLE = "# Pompa rumorosa\n\nRonza.\n\n## Soluzione\n\nSpurgare.\n";

function choose(input, name, content) {
    const files = new DataTransfer();
    files.items.add(new File([content], name));
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
}

// What is missing becomes an article, its texts keep their revisions, others are imported.
registry.category("web_tour.tours").add("knowledge_base_manager", {
    steps: () => [
        {
            content: "what was solved without a ticket, with the interval",
            trigger: "[data-tile=share]:contains('100%'):contains('95 times of 100')",
        },
        { trigger: ".btn-group button:contains('30 days')", run: "click" },
        { trigger: ".btn-group button.active:contains('30 days')" },
        { trigger: "section[name=best]:contains('Pompa bloccata dal calcare')" },
        { trigger: "section[name=gaps]:contains('No case has solved several others')" },
        {
            content: "nobody found anything about it",
            trigger:
                "section[name=unanswered] div:contains('il montacarichi cigola') > button:contains('Make an article')",
            run: "click",
        },
        { trigger: "div[name=name] textarea:value('Il montacarichi cigola')" },
        { trigger: SYMPTOM, run: "editor Cigola in salita" },
        { trigger: ".nav-link[name=solution]", run: "click" },
        {
            trigger: "div[name=solution] .odoo-editor-editable",
            run: "editor Ingrassare le guide",
        },
        { trigger: "button[name=action_publish]", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains('Published')" },
        {
            content: "there is no revision yet",
            trigger: ".o_form_view:not(:has(button:contains('Revisions')))",
        },
        { trigger: ".nav-link[name=symptom]", run: "click" },
        { trigger: SYMPTOM, run: "editor Cigola in discesa" },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved button:contains('Revisions (1)')", run: "click" },
        { trigger: ".html-history-dialog:contains('Cigola in discesa')" },
        { trigger: ".html-history-dialog .revision-list a:last-child", run: "click" },
        {
            content: "what is different",
            trigger:
                ".html-history-dialog.html-history-loaded:contains('Cigola in salita') a:contains('View comparison')",
            run: "click",
        },
        {
            trigger:
                ".html-history-dialog:has(added:contains('discesa')):has(removed:contains('salita'))",
        },
        { trigger: ".modal-footer button:contains('Restore')", run: "click" },
        {
            trigger: ".modal:contains('Restore this revision?') .btn-primary",
            run: "click",
        },
        { trigger: `body:not(:has(.modal)) ${SYMPTOM}:contains('salita')` },
        {
            trigger: ".o_menu_sections button:contains('Configuration')",
            run: "click",
        },
        { trigger: ".o-dropdown--menu a:contains('Import Articles')", run: "click" },
        {
            content: "a file that is none of those that are read",
            trigger: ".modal div[name=file] input[type=file]:not(:visible)",
            run: ({ anchor }) => choose(anchor, "virus.exe", "MZ"),
        },
        { trigger: ".modal button:contains('Show What Would Come')", run: "click" },
        { trigger: ".modal:contains('is no ZIP, Markdown, HTML or CSV file')" },
        { trigger: ".modal .btn-primary:contains('Close')", run: "click" },
        {
            content: "the right one",
            trigger: ".modal div[name=file] input[type=file]:not(:visible)",
            run: ({ anchor }) => choose(anchor, "pompa.md", ARTICLE),
        },
        { trigger: ".modal button:contains('Show What Would Come')", run: "click" },
        {
            trigger:
                ".modal div[name=line_ids] .o_data_row:contains('Pompa rumorosa'):contains('New')",
        },
        { trigger: ".modal button[name=action_import]", run: "click" },
        { trigger: ".o_list_view .o_data_row:contains('Pompa rumorosa')" },
    ],
});
