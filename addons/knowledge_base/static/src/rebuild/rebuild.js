import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { delay } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";

const LOOKING_ON = 1000; // ms until the next look while somebody else makes it anew

/** Makes the index anew step by step and shows how far it has come; who leaves may go on later. */
export class Rebuild extends Component {
    static template = "knowledge_base.Rebuild";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ running: false, done: 0, total: 0, complete: false });
        onWillStart(() => this.step("rebuild_progress"));
        onWillUnmount(() => this.stop());
    }

    get percent() {
        return Math.round((100 * this.state.done) / Math.max(1, this.state.total));
    }

    get progress() {
        const { done, total } = this.state;
        return _t("%(done)s of %(total)s articles and cases gone through.", { done, total });
    }

    async step(method, args = []) {
        Object.assign(this.state, await this.orm.silent.call("knowledge.entry", method, args));
    }

    /** From the start, or on from where anybody stopped. */
    async run(goOn) {
        this.state.running = true;
        try {
            do {
                const before = this.state.done;
                await this.step("rebuild", [goOn]);
                goOn = true;
                if (this.state.done === before && !this.state.complete) {
                    await delay(LOOKING_ON);
                }
            } while (this.state.running && !this.state.complete);
        } finally {
            this.stop();
        }
    }

    stop() {
        this.state.running = false;
    }
}

registry.category("view_widgets").add("knowledge_rebuild", { component: Rebuild });
