import { deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, onWillStart, useState } from "@odoo/owl";

import { DashboardChart, bars } from "./dashboard_chart";
import { DashboardPeriods } from "./dashboard_periods";
import { DashboardTile, formatFigure } from "./dashboard_tile";

const COLOURS = { open: "#714B67", opened: "#D9A441", closed: "#2E8B7D" };

/**
 * How the desk works, at a glance: figures that open their tickets, what stood open, kept promises.
 */
export class Dashboard extends Component {
    static template = "helpdesk_ticket.Dashboard";
    static components = { Layout, DashboardChart, DashboardPeriods, DashboardTile };
    static props = { ...standardActionServiceProps };
    static path = "helpdesk-dashboard";
    static displayName = _t("Dashboard");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.format = formatFigure;
        this.periods = [7, 30, 90, 365];
        this.state = useState({ days: 30, teamId: false, splitBy: "team_id", figures: null });
        onWillStart(() => this.load());
    }

    async load(changes = {}) {
        Object.assign(this.state, changes);
        const { days, teamId, splitBy } = this.state;
        this.state.figures = await this.keepLast.add(
            this.orm.call("helpdesk.ticket.report", "get_dashboard", [], {
                days,
                team_id: teamId,
                split_by: splitBy,
            })
        );
    }

    onPeriodChosen(days) {
        this.load({ days });
    }

    onTeamChanged(event) {
        this.load({ teamId: Number(event.target.value) || false });
    }

    openTile(tile) {
        return this.openTickets(tile.label, tile.domain, tile.group_by);
    }

    openTickets(name, domain, groupBy) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: "helpdesk.ticket",
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain,
            context: groupBy ? { group_by: groupBy } : {},
        });
    }

    openFigures() {
        return this.action.doAction("helpdesk_ticket.helpdesk_ticket_report_action");
    }

    get chart() {
        const { line } = this.state.figures;
        const pick = (name) => line.map((step) => step[name]);
        return {
            labels: line.map((step) => formatDate(deserializeDateTime(step.until))),
            datasets: [
                {
                    type: "line",
                    label: _t("Open"),
                    data: pick("open"),
                    borderColor: COLOURS.open,
                    backgroundColor: COLOURS.open,
                    pointRadius: 2,
                    cubicInterpolationMode: "monotone",
                    order: 1,
                },
                bars(_t("Opened"), pick("opened"), COLOURS.opened),
                bars(_t("Closed"), pick("closed"), COLOURS.closed),
            ],
            words: _t("Open tickets: %(first)s at the start, %(last)s now.", {
                first: line[0].open,
                last: line.at(-1).open,
            }),
        };
    }
}

registry.category("actions").add("helpdesk_ticket.dashboard", Dashboard);
