import { onWillUnmount } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import {
    ProgressBarField,
    progressBarField,
} from "@web/views/fields/progress_bar/progress_bar_field";

const EVERY = 3000;

/** How far a run is: looked up again as long as it runs and somebody looks at it. */
export class InvoiceRunProgress extends ProgressBarField {
    setup() {
        super.setup();
        const timer = browser.setInterval(() => this.lookUp(), EVERY);
        onWillUnmount(() => browser.clearInterval(timer));
    }

    lookUp() {
        const { record } = this.props;
        if (record.data.state === "running" && !document.hidden) {
            record.load();
        }
    }
}

registry.category("fields").add("service_run_progress", {
    ...progressBarField,
    component: InvoiceRunProgress,
});
