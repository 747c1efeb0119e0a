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
        onMounted(async () => {
            const count = this.createdExpenseIds.length;
            if (count) {
                this.notification.add(
                    _t("Receipts kept as drafts: %s. Complete them, and hand them in.", count),
                    { type: "success" }
                );
                await this.model.load();
            }
        });
    },
});

patch(ExpenseKanbanController.prototype, showShared());
patch(ExpenseListController.prototype, showShared());
