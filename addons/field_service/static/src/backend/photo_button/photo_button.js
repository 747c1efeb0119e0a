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

/** A button that opens the camera and attaches what was taken at once: two taps a photo. */
export class PhotoButton extends Component {
    static template = "field_service.PhotoButton";
    static props = {
        ...standardWidgetProps,
        className: { type: String, optional: true },
    };
    static defaultProps = { className: "btn btn-secondary" };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.input = useRef("input");
        this.state = useState({ isBusy: false });
    }

    async onTaken() {
        const { record } = this.props;
        const { files: taken } = this.input.el;
        if (!taken.length) {
            return;
        }
        this.state.isBusy = true;
        try {
            const files = await readFiles(taken, "other");
            await this.orm.call(record.resModel, "add_files", [[record.resId]], {
                files,
                request_uuid: uuid(),
            });
            this.notification.add(_t("Photo added"), { type: "success" });
        } finally {
            this.state.isBusy = false;
            this.input.el.value = "";
        }
    }
}

registry.category("view_widgets").add("field_service_photo", {
    component: PhotoButton,
    extractProps: ({ attrs }) => ({ className: attrs.button_class }),
});
