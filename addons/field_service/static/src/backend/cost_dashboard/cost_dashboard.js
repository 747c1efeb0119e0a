import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, onWillStart, useState } from "@odoo/owl";

import { DashboardChart, bars } from "@helpdesk_ticket/dashboard/dashboard_chart";
import { DashboardPeriods } from "@helpdesk_ticket/dashboard/dashboard_periods";
import { DashboardTile, formatFigure } from "@helpdesk_ticket/dashboard/dashboard_tile";

const COLOURS = { warranty_cost: "#714B67", goodwill_cost: "#D9A441", recovered: "#2E8B7D" };

/** What service costs at a glance: own expense, what manufacturers owe, results of contracts. */
export class CostDashboard extends Component {
    static template = "field_service.CostDashboard";
    static components = { Layout, DashboardChart, DashboardPeriods, DashboardTile };
    static props = { ...standardActionServiceProps };
    static path = "service-dashboard";
    static displayName = _t("Costs of Service");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.periods = [30, 90, 365];
        this.state = useState({ days: 365, splitBy: "product_id", figures: null });
        onWillStart(() => this.load());
    }

    async load(changes = {}) {
        Object.assign(this.state, changes);
        const { days, splitBy } = this.state;
        this.state.figures = await this.keepLast.add(
            this.orm.call("service.cost.report", "get_dashboard", [], {
                days,
                split_by: splitBy,
            })
        );
    }

    onPeriodChosen(days) {
        this.load({ days });
    }

    money(value) {
        return formatFigure(value, this.state.figures.currency_id);
    }

    /** Money is shown as money, shares and counts as they are. */
    currencyOf(tile) {
        return tile.unit ? false : this.state.figures.currency_id;
    }

    /** How much of the dearest a bar is, in percent. */
    share(value) {
        const dearest = Math.max(...this.state.figures.bars.map((bar) => bar.value));
        return dearest > 0 ? (100 * value) / dearest : 0;
    }

    day(value) {
        return formatDate(deserializeDate(value));
    }

    openTile({ label, model, domain, group_by }) {
        return this.open(label, model, domain, group_by);
    }

    openCosts(row) {
        return this.open(row.name, "service.cost.report", row.domain);
    }

    openClaims(row) {
        return this.open(row.name, "service.warranty.claim", row.domain);
    }

    openContracts() {
        return this.action.doAction("field_service.service_cost_report_action_contract");
    }

    openFigures() {
        return this.action.doAction("field_service.service_cost_report_action");
    }

    open(name, model, domain, groupBy) {
        const kinds = model === "service.warranty.claim" ? ["list", "form"] : null;
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: model,
            views: (kinds || ["list", "pivot", "graph"]).map((kind) => [false, kind]),
            domain,
            context: groupBy ? { group_by: groupBy } : {},
        });
    }

    get chart() {
        const { line } = this.state.figures;
        const pick = (name) => line.map((step) => step[name]);
        const total = (name) => this.money(pick(name).reduce((sum, value) => sum + value, 0));
        return {
            labels: line.map((step) => this.day(step.until)),
            datasets: [
                bars(_t("Warranty"), pick("warranty_cost"), COLOURS.warranty_cost),
                bars(_t("Goodwill"), pick("goodwill_cost"), COLOURS.goodwill_cost),
                { ...bars(_t("Recovered"), pick("recovered"), COLOURS.recovered), stack: "back" },
            ],
            isStacked: true,
            format: (value) => this.money(value),
            words: _t("Warranty %(warranty)s, goodwill %(goodwill)s, recovered %(recovered)s.", {
                warranty: total("warranty_cost"),
                goodwill: total("goodwill_cost"),
                recovered: total("recovered"),
            }),
        };
    }
}

registry.category("actions").add("field_service.cost_dashboard", CostDashboard);
