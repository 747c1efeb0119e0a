import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { onMounted } from "@odoo/owl";
import { ExpenseKanbanController } from "@hr_expense/views/kanban";
import { ExpenseListController } from "@hr_expense/views/list";

/**
 * What a phone has shared becomes drafts while the list is read: read it again, and say so.
 * An object for each class: `super` belongs to the object in which a method is written.
 */
const showShared = () => ({
    setup() {
        super.setup(...arguments);
        this.keptReceipts = 0;
        onMounted(async () => {
            const count = this.keptReceipts;
            if (count) {
                this.notification.add(
                    _t("Receipts kept as drafts: %s. Complete them, and hand them in.", count),
                    { type: "success" }
                );
                await this.model.load();
            }
        });
    },
    /** Of a receipt that is here already no draft is made: say where it is, and why. */
    async onUpload(attachments) {
        const before = this.createdExpenseIds.length;
        await super.onUpload(attachments);
        const created = this.createdExpenseIds.slice(before);
        if (created.length) {
            const files = attachments.map((attachment) => attachment.id);
            const told = await this.orm.call("hr.expense", "tell_receipts", [created, files]);
            this.keptReceipts += told.kept;
            told.known.forEach((known) => this.tellKnown(known));
        }
    },
    tellKnown({ expense_id, sentence }) {
        const onClick = () => {
            close();
            this.actionService.doAction({
                type: "ir.actions.act_window",
                res_model: "hr.expense",
                res_id: expense_id,
                views: [[false, "form"]],
            });
        };
        const close = this.notification.add(sentence, {
            type: "warning",
            sticky: true,
            buttons: [{ name: _t("Open"), primary: true, onClick }],
        });
    },
});

patch(ExpenseKanbanController.prototype, showShared());
patch(ExpenseListController.prototype, showShared());
