import { HistoryDialog } from "@html_editor/components/history_dialog/history_dialog";
import { getHtmlFieldMetadata, setHtmlFieldMetadata } from "@html_editor/fields/html_field";
import { Component, markup } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

class RevisionsDialog extends HistoryDialog {
    /** Override: an empty text of now arrives as `false`. */
    _removeExternalBlockHtml(baseHtml) {
        return super._removeExternalBlockHtml(String(baseHtml) === "false" ? markup`` : baseHtml);
    }
}

/** The earlier versions of one text of a record: who, when, what was different; to be restored. */
export class Revisions extends Component {
    static template = "knowledge_base.Revisions";
    static props = { ...standardWidgetProps, fieldName: String };

    setup() {
        this.dialog = useService("dialog");
    }

    get revisions() {
        return this.props.record.data.html_field_history_metadata?.[this.props.fieldName] || [];
    }

    async open() {
        const { record, fieldName } = this.props;
        // What is compared is what is stored.
        if (!(await record.save())) {
            return;
        }
        this.dialog.add(RevisionsDialog, {
            title: _t("Revisions: %s", record.fields[fieldName].string),
            noContentHelper: markup`<span class="text-muted fst-italic">${_t(
                "There was no text then."
            )}</span>`,
            recordId: record.resId,
            recordModel: record.resModel,
            versionedFieldName: fieldName,
            historyMetadata: this.revisions,
            restoreRequested: (html, close) => this.askToRestore(html, close),
        });
    }

    askToRestore(html, close) {
        const { record, fieldName } = this.props;
        this.dialog.add(ConfirmationDialog, {
            title: _t("Restore this revision?"),
            body: _t("Its text takes the place of the present one, which becomes a revision."),
            confirmLabel: _t("Restore"),
            confirm: async () => {
                const metadata = getHtmlFieldMetadata(record.data[fieldName]);
                await record.update({ [fieldName]: setHtmlFieldMetadata(html, metadata) });
                if (await record.save()) {
                    close();
                }
            },
            cancel: () => {},
        });
    }
}

registry.category("view_widgets").add("knowledge_revisions", {
    component: Revisions,
    fieldDependencies: [{ name: "html_field_history_metadata", type: "json" }],
    extractProps: ({ options }) => ({ fieldName: options.field }),
});
