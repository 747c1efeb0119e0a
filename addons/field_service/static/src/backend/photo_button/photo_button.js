import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { uuid } from "@web/core/utils/strings";
import { getDataURLFromFile } from "@web/core/utils/urls";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { Component, useRef, useState } from "@odoo/owl";

/** Files as the public methods take them: name, base64 and what they show. */
export async function readFiles(fileList, kind) {
    return Promise.all(
        [...fileList].map(async (file) => ({
            name: file.name,
            data: (await getDataURLFromFile(file)).split(",")[1],
            kind,
        }))
    );
}

/**
 * A button that opens the camera, or lets one choose several files, and attaches them at once: two
 * taps a photo. Each file is sent by itself: of many large ones no request gets too big, and one
 * that is refused keeps no other out.
 */
export class PhotoButton extends Component {
    static template = "field_service.PhotoButton";
    static props = {
        ...standardWidgetProps,
        className: { type: String, optional: true },
        label: { type: String, optional: true },
        isCamera: { type: Boolean, optional: true },
    };
    static defaultProps = { className: "btn btn-secondary", isCamera: true };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.input = useRef("input");
        this.state = useState({ isBusy: false });
    }

    get label() {
        return this.props.label || _t("Photo");
    }

    /** The intervention: the record itself, or the one that a dialog is about. */
    get interventionId() {
        const { data, resId } = this.props.record;
        return data.intervention_id ? data.intervention_id.id : resId;
    }

    /** Public method of the intervention that takes the files. */
    get method() {
        return "add_files";
    }

    get accept() {
        return this.props.isCamera ? "image/*" : "image/*,application/pdf,video/*";
    }

    async onTaken() {
        const { files: taken } = this.input.el;
        if (!taken.length) {
            return;
        }
        this.state.isBusy = true;
        let count = 0;
        try {
            for (const file of taken) {
                count += await this.send(file);
            }
        } finally {
            this.state.isBusy = false;
            this.input.el.value = "";
        }
        if (count) {
            this.notification.add(_t("Files added: %s", count), { type: "success" });
        }
        if (count && !this.props.isCamera) {
            this.action.doAction({ type: "ir.actions.act_window_close" });
            this.action.doAction({ type: "ir.actions.client", tag: "soft_reload" });
        }
    }

    /** How many files were taken of one: 1, or 0 when it was refused with a sentence. */
    async send(file) {
        const kind = this.props.record.data.kind || "other";
        try {
            await this.orm.silent.call(
                "service.intervention",
                this.method,
                [[this.interventionId]],
                { files: await readFiles([file], kind), request_uuid: uuid() }
            );
            return 1;
        } catch (error) {
            if (!error.data?.message) {
                throw error;
            }
            this.notification.add(error.data.message, { type: "danger", sticky: true });
            return 0;
        }
    }
}

registry.category("view_widgets").add("field_service_photo", {
    component: PhotoButton,
    extractProps: ({ attrs }) => ({ className: attrs.button_class }),
});

registry.category("view_widgets").add("field_service_files", {
    component: PhotoButton,
    extractProps: ({ attrs }) => ({
        className: attrs.button_class,
        label: attrs.label,
        isCamera: false,
    }),
});
