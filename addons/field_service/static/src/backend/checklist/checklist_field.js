import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { uuid } from "@web/core/utils/strings";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { readFiles } from "../photo_button/photo_button";

import { Component, useState } from "@odoo/owl";

/**
 * The questions of a checklist, each answered with what its kind needs. An answer is judged and
 * stored at once by the public method, which technicians may call without a right to write.
 */
export class ChecklistField extends Component {
    static template = "field_service.ChecklistField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ busyId: false });
    }

    get answers() {
        return this.props.record.data[this.props.name].records;
    }

    get isClosed() {
        return ["done", "cancelled"].includes(this.props.record.data.state);
    }

    choices(answer) {
        return (answer.data.choices || "")
            .split("\n")
            .map((choice) => choice.trim())
            .filter(Boolean);
    }

    async answer(answer, given) {
        const { record } = this.props;
        if (this.state.busyId || (!record.resId && !(await record.save()))) {
            return;
        }
        this.state.busyId = answer.resId;
        try {
            await record.save();
            await this.orm.call(record.resModel, "answer_checklist", [[record.resId]], {
                answers: [{ answer_id: answer.resId, ...given }],
                request_uuid: uuid(),
            });
        } finally {
            this.state.busyId = false;
            await record.load();
        }
    }

    async addPhotos(answer, input) {
        if (input.files.length) {
            await this.answer(answer, { files: await readFiles(input.files, "other") });
        }
    }
}

registry.category("fields").add("field_service_checklist", {
    component: ChecklistField,
    supportedTypes: ["one2many"],
    useSubView: true,
});
