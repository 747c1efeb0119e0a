import { FileInput } from "@web/core/file_input/file_input";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { useService } from "@web/core/utils/hooks";

/** Odoo breaks on a file of 0 bytes, which phones make when a photo is not there yet. */
patch(FileInput.prototype, {
    setup() {
        super.setup();
        this.notification = useService("notification");
    },

    async onFileInputChange() {
        const input = this.fileInputRef.el;
        const empty = [...input.files].find((file) => !file.size);
        if (!empty) {
            return super.onFileInputChange();
        }
        this.notification.add(
            _t("The file %(name)s is empty. Please choose another one.", { name: empty.name }),
            { type: "danger" }
        );
        input.value = null;
    },
});
