import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { uuid } from "@web/core/utils/strings";
import { useDebounced } from "@web/core/utils/timing";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Component, status, useState } from "@odoo/owl";
import { textOf } from "@knowledge_base/similar_problems/similar_problems";
import { OpenRequests } from "./open_requests";

const DELAY = 500; // ms after the last change of the form
const SHOWN = 3;

/**
 * Has the customer asked for this already? A new ticket is given up and its text added to the other
 * one; a ticket that arrived by mail or from the portal is merged.
 */
export class DuplicateTickets extends Component {
    static template = "helpdesk_ticket.DuplicateTickets";
    static components = { OpenRequests };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.state = useState({ requests: [], adding: false });
        this.keepLast = new KeepLast();
        this.requestUuid = uuid();
        const search = useDebounced((question) => this.search(question), DELAY);
        useRecordObserver((record) => {
            const { name, description, partner_id: partner, closed } = record.data;
            search({
                resId: record.resId,
                partnerId: partner && partner.id,
                text: closed ? "" : [name, textOf(description)].filter(Boolean).join("\n"),
            });
        });
    }

    get record() {
        return this.props.record;
    }

    get sameLabel() {
        return this.record.resId ? _t("It is the same: merge") : _t("It is the same: add to it");
    }

    async search({ resId, partnerId, text }) {
        if (status(this) === "destroyed") {
            return; // before it was ever shown, while its form was laid out
        }
        if (!partnerId || !text) {
            this.state.requests = [];
            return;
        }
        this.state.requests = await this.keepLast.add(
            this.orm.silent.call(
                this.record.resModel,
                "find_duplicates",
                [resId ? [resId] : [], text],
                { partner_id: partnerId, limit: SHOWN }
            )
        );
    }

    async open(request, options = {}) {
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                res_model: this.record.resModel,
                res_id: request.id,
                views: [[false, "form"]],
            },
            options
        );
    }

    async same(request) {
        if (this.state.adding) {
            return;
        }
        this.state.adding = true;
        try {
            await (this.record.resId ? this.merge(request) : this.add(request));
        } finally {
            this.state.adding = false;
        }
    }

    async merge(request) {
        if (!(await this.record.save())) {
            return;
        }
        return this.action.doAction("helpdesk_ticket.helpdesk_ticket_merge_into_action", {
            additionalContext: {
                default_ticket_ids: [this.record.resId],
                default_target_id: request.id,
            },
            onClose: () => status(this) !== "destroyed" && this.record.load(),
        });
    }

    async add(request) {
        const { name, description, partner_id: partner } = this.record.data;
        await this.orm.call(
            this.record.resModel,
            "add_request",
            [[request.id], [name, textOf(description)].filter(Boolean).join("\n")],
            { partner_id: partner.id, request_uuid: this.requestUuid }
        );
        await this.record.discard();
        this.notification.add(_t("Added to %s.", request.number), { type: "success" });
        return this.open(request, { stackPosition: "replaceCurrentAction" });
    }
}

export const duplicateTickets = {
    component: DuplicateTickets,
    fieldDependencies: [
        { name: "name", type: "char" },
        { name: "description", type: "html" },
        { name: "partner_id", type: "many2one", relation: "res.partner" },
        { name: "closed", type: "boolean" },
    ],
};

registry.category("view_widgets").add("duplicate_tickets", duplicateTickets);
