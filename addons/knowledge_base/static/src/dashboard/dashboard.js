import { _t } from "@web/core/l10n/translation";
import { formatInteger } from "@web/views/fields/formatters";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, onWillStart, useState } from "@odoo/owl";
import { openSource } from "../solved_problem/solved_problem";

const DAYS = [30, 90, 365];
const DEFAULT_DAYS = 90;
// Fetched in the moment it is opened: solved where no ticket came of it.
const WITHOUT_TICKET = ["res_id", "in", [false, 0]];

/** What the knowledge base is worth, and where something is missing in it. */
export class KnowledgeDashboard extends Component {
    static template = "knowledge_base.Dashboard";
    static components = { Layout };
    static props = { ...standardActionServiceProps };
    static path = "knowledge-dashboard";
    static displayName = _t("Worth of the Knowledge Base");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        const days = Number(this.props.action.params?.days);
        this.state = useState({ days: DAYS.includes(days) ? days : DEFAULT_DAYS, figures: null });
        this.props.updateActionState({ days: this.state.days });
        onWillStart(() => this.load());
    }

    get periods() {
        return DAYS.map((days) => ({ days, name: _t("%s days", days) }));
    }

    get isEmpty() {
        const { counts, unanswered } = this.state.figures;
        return !Object.keys(counts).length && !unanswered.length;
    }

    get interval() {
        const { low, high } = this.state.figures;
        return _t("between %(low)s and %(high)s, 95 times of 100", {
            low: `${this.percent(low)}%`,
            high: `${this.percent(high)}%`,
        });
    }

    get tiles() {
        const { counts, deflected, since } = this.state.figures;
        const tiles = [
            ["deflected", _t("Solved without a ticket"), deflected, "solved", [WITHOUT_TICKET]],
            ["anyway", _t("A ticket came anyway"), counts.anyway, "anyway", []],
            ["solved", _t("Solved on a case"), counts.solved, "solved", [["res_id", ">", 0]]],
            ["useless", _t("Did not help"), counts.useless, "useless", []],
        ];
        return tiles.map(([name, label, value, kind, more]) => ({
            name,
            label,
            value: formatInteger(value || 0),
            domain: [["kind", "=", kind], ["create_date", ">=", since], ...more],
        }));
    }

    get highest() {
        return Math.max(1, ...this.state.figures.trend.map((month) => this.total(month)));
    }

    total(month) {
        return month.deflected + month.anyway;
    }

    percent(share) {
        return Math.round(100 * share);
    }

    height(count) {
        return `height: ${(100 * count) / this.highest}%`;
    }

    describe(month) {
        return _t("%(month)s: %(deflected)s solved without a ticket, %(anyway)s tickets anyway", {
            month: month.name,
            deflected: month.deflected,
            anyway: month.anyway,
        });
    }

    async load() {
        this.state.figures = await this.keepLast.add(
            this.orm.call("knowledge.event", "figures", [], { days: this.state.days })
        );
    }

    choose(days) {
        this.state.days = days;
        this.props.updateActionState({ days });
        this.props.action.params = { ...this.props.action.params, days };
        return this.load();
    }

    openEvents(name, domain) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: "knowledge.event",
            views: [
                [false, "list"],
                [false, "graph"],
            ],
            domain,
        });
    }

    openMonth(month) {
        return this.openEvents(month.name, [
            ["create_date", ">=", month.month],
            ["create_date", "<", month.next],
            "|",
            ["kind", "=", "anyway"],
            "&",
            ["kind", "=", "solved"],
            WITHOUT_TICKET,
        ]);
    }

    openSource(best) {
        if (!best.readable) {
            return this.openEvents(best.title, [
                ["entry_id", "=", best.id],
                ["kind", "=", "solved"],
            ]);
        }
        return openSource(this, best);
    }

    openUnanswered() {
        return this.action.doAction("knowledge_base.knowledge_unanswered_action");
    }

    openGroup(gap) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: gap.title,
            res_model: "knowledge.entry",
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain: ["|", ["id", "=", gap.id], ["parent_id", "=", gap.id]],
        });
    }

    async makeArticle(model, id) {
        return this.action.doAction(await this.orm.call(model, "action_make_article", [[id]]));
    }
}

registry.category("actions").add("knowledge_base.dashboard", KnowledgeDashboard);
