import { browser } from "@web/core/browser/browser";
import { serializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { uuid } from "@web/core/utils/strings";
import { useDebounced } from "@web/core/utils/timing";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, onMounted, useState } from "@odoo/owl";
import { OpenRequests } from "../duplicate_tickets/open_requests";

const { DateTime } = luxon;

const DELAY = 500; // ms after the last letter
const SHOWN = 3;
const PATH = "helpdesk-call";
const VERDICT_CLASSES = {
    ok: "text-bg-success",
    due: "text-bg-info",
    overdue: "text-bg-warning",
    blocked: "text-bg-danger",
    unknown: "text-bg-light",
};

/**
 * Who is calling? A telephone system opens `/odoo/helpdesk-call?number=…`, or somebody types.
 */
export class CallScreen extends Component {
    static template = "helpdesk_ticket.CallScreen";
    static components = { Layout, OpenRequests, RecordSelector };
    static props = { ...standardActionServiceProps };
    static path = PATH;
    static displayName = _t("Call");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.input = useAutofocus({ refName: "number", mobile: true });
        this.state = useState({
            number: this.initialNumber,
            found: null,
            searching: false,
            name: "",
            companyId: false,
            problem: "",
            presence: "",
            duplicates: {},
        });
        this.lookUp = useDebounced(() => this.findDuplicates(), DELAY);
        onMounted(() => this.search());
    }

    /**
     * The router takes what looks like a number for one, and the plus or the leading zero is lost:
     * the address itself is read.
     */
    get initialNumber() {
        const { pathname, search } = browser.location;
        const given = pathname.endsWith(`/${PATH}`) && new URLSearchParams(search).get("number");
        return String(given || this.props.action.params?.number || "");
    }

    async search() {
        // A plus sign in an address is a space for the browser: the server knows.
        const number = this.state.number;
        if (!number.trim()) {
            this.state.found = null;
            return;
        }
        this.state.searching = true;
        try {
            this.show(
                await this.keepLast.add(
                    this.orm.call("helpdesk.ticket", "find_caller", [], { number })
                )
            );
        } finally {
            this.state.searching = false;
        }
    }

    show(found) {
        this.state.found = found;
        this.state.number = found.number;
        this.state.name = "";
        this.state.companyId = false;
        this.state.problem = "";
        this.state.presence = "";
        this.state.duplicates = {};
        // For whoever comes back from a ticket.
        this.props.action.params = { ...this.props.action.params, number: found.number };
        this.props.updateActionState?.({ number: this.getAddressNumber(found.number) });
    }

    /** The number as it may stand in the address: with a blank in it, it stays a text. */
    getAddressNumber(number) {
        return number.replace(/^(\+?\d\d)(\d)/, "$1 $2");
    }

    /** What the callers have asked for already, by caller. */
    async findDuplicates() {
        const { found, problem: text } = this.state;
        const callers = found?.callers || [];
        const answers = await this.keepLast.add(
            Promise.all(
                callers.map(({ id }) =>
                    text.trim()
                        ? this.orm.silent.call("helpdesk.ticket", "find_duplicates", [[], text], {
                              partner_id: id,
                              limit: SHOWN,
                          })
                        : []
                )
            )
        );
        this.requestUuid = uuid();
        this.state.duplicates = Object.fromEntries(
            callers.map(({ id }, index) => [id, answers[index]])
        );
    }

    async addTo(caller, ticket) {
        await this.orm.call("helpdesk.ticket", "add_request", [[ticket.id], this.state.problem], {
            partner_id: caller.id,
            request_uuid: this.requestUuid,
        });
        return this.openTicket(ticket);
    }

    async register() {
        this.show(
            await this.orm.call("helpdesk.ticket", "register_caller", [], {
                number: this.state.number,
                name: this.state.name,
                company_id: this.state.companyId || null,
            })
        );
    }

    openTicket(ticket) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "helpdesk.ticket",
            res_id: ticket.id,
            views: [[false, "form"]],
        });
    }

    newTicket(caller, site = null, subject = null) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: _t("New ticket"),
            res_model: "helpdesk.ticket",
            views: [[false, "form"]],
            context: {
                ...this.getTicketDefaults(caller, site),
                ...this.getSubjectDefaults(subject),
            },
        });
    }

    getTicketDefaults(caller, site) {
        return {
            default_partner_id: caller.id,
            default_site_id: site ? site.id : false,
            default_partner_phone: this.state.found.number,
            default_channel: "phone",
            default_name: this.state.problem.trim() || false,
            default_presence_until: this.presenceUntil,
        };
    }

    getSubjectDefaults(subject) {
        return Object.fromEntries(
            Object.entries(subject?.defaults || {}).map(([name, value]) => [
                `default_${name}`,
                value,
            ])
        );
    }

    get presenceUntil() {
        const moment = DateTime.fromISO(this.state.presence);
        return this.state.presence && moment.isValid ? serializeDateTime(moment) : false;
    }

    get sameLabel() {
        return _t("It is the same: add to it");
    }

    getVerdictClass(caller) {
        return VERDICT_CLASSES[caller.verdict] || "";
    }
}

registry.category("actions").add("helpdesk_ticket.call_screen", CallScreen);
