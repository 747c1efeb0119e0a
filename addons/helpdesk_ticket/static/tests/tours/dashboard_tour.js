import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("helpdesk_ticket_dashboard_tour", {
    steps: () => [
        {
            content: "The figures and the chart are there",
            trigger: ".o_helpdesk_ticket_dashboard canvas[aria-label]",
        },
        {
            content: "Look at a week",
            trigger: ".o_helpdesk_ticket_dashboard .btn-group button:first-child",
            run: "click",
        },
        {
            trigger: ".o_helpdesk_ticket_dashboard .btn-group button.active:first-child",
        },
        {
            content: "Choose the team",
            trigger: "select[aria-label=Team]",
            run: "selectByLabel Desk",
        },
        {
            content: "One ticket was opened: open the list",
            trigger: "[data-tile=opened]:contains('1')",
            run: "click",
        },
        { trigger: ".o_list_view .o_data_row:contains('Tabellone fermo')" },
    ],
});
