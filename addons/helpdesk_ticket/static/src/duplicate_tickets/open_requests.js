import { deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { Component } from "@odoo/owl";

/** Open requests as `helpdesk.ticket.find_duplicates` gives them, each with what to do about it. */
export class OpenRequests extends Component {
    static template = "helpdesk_ticket.OpenRequests";
    static props = {
        requests: Array,
        sameLabel: String,
        onOpen: Function,
        onSame: Function,
    };

    getDetails(request) {
        const opened = formatDate(deserializeDateTime(request.opened_on));
        return [request.stage, request.requester, opened, request.agent]
            .filter(Boolean)
            .join(" · ");
    }
}
