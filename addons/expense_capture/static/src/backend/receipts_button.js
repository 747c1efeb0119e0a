import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { PhotoButton } from "@field_service/backend/photo_button/photo_button";

/** A button that keeps several receipts at once, a draft expense each. */
export class ReceiptsButton extends PhotoButton {
    static defaultProps = { ...PhotoButton.defaultProps, isCamera: false };

    get label() {
        return _t("Several receipts");
    }

    get method() {
        return "add_receipts";
    }

    get accept() {
        return "image/*,application/pdf,.xml";
    }
}

registry.category("view_widgets").add("expense_capture_receipts", {
    component: ReceiptsButton,
    extractProps: ({ attrs }) => ({ className: attrs.button_class }),
});
