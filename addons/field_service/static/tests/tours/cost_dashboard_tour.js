import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("field_service_cost_dashboard_tour", {
    steps: () => [
        {
            content: "The figures and the chart are there",
            trigger: ".o_field_service_costs canvas[aria-label]",
        },
        {
            content: "Look at a month",
            trigger: ".o_field_service_costs .btn-group button:first-child",
            run: "click",
        },
        { trigger: ".o_field_service_costs .btn-group button.active:first-child" },
        {
            content: "By serial number",
            trigger: ".o_field_service_costs select[aria-label='Split by']",
            run: "select serial_number",
        },
        {
            content: "Open what a machine cost",
            trigger: "[data-bar='ST-2201']:contains('56')",
            run: "click",
        },
        {
            content: "Open the work from the native list",
            trigger: ".o_list_view .o_data_row:contains('The film tears') .o_data_cell",
            run: "click",
        },
        { trigger: ".o_form_view .o_breadcrumb:contains('The film tears')" },
    ],
});
