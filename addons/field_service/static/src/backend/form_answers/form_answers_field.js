import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

/** The questions of a form one below the other, each answered with a thumb. */
export class FormAnswersField extends Component {
    static template = "field_service.FormAnswersField";
    static props = { ...standardFieldProps };

    get answers() {
        return this.props.record.data[this.props.name].records;
    }

    options(answer) {
        return (answer.data.options || "").split("\n").filter(Boolean);
    }

    answer(answer, value) {
        return answer.update({ value });
    }
}

registry.category("fields").add("field_service_form_answers", {
    component: FormAnswersField,
    supportedTypes: ["one2many"],
    useSubView: true,
});
