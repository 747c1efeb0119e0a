import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component } from "@odoo/owl";

/** What a customer owes by how long it is overdue: one bar each. */
export class Ageing extends Component {
    static template = "helpdesk_ticket.Ageing";
    static props = { ...standardFieldProps };

    get rows() {
        return this.props.record.data[this.props.name] || [];
    }
}

registry.category("fields").add("ageing", { component: Ageing, supportedTypes: ["json"] });
