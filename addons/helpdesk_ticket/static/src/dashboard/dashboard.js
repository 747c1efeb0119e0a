import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/views/fields/formatters";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, onWillStart, useEffect, useRef, useState } from "@odoo/owl";

const COLOURS = { open: "#714B67", opened: "#D9A441", closed: "#2E8B7D" };

/**
 * How the desk works, at a glance: figures that open their tickets, what stood open, kept promises.
 */
export class Dashboard extends Component {
    static template = "helpdesk_ticket.Dashboard";
    static components = { Layout };
    static props = { ...standardActionServiceProps };
    static path = "helpdesk-dashboard";
    static displayName = _t("Dashboard");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.canvas = useRef("canvas");
        this.periods = [
            { days: 7, name: _t("7 days") },
            { days: 30, name: _t("30 days") },
            { days: 90, name: _t("90 days") },
            { days: 365, name: _t("1 year") },
        ];
        this.state = useState({ days: 30, teamId: false, splitBy: "team_id", figures: null });
        onWillStart(() => Promise.all([loadBundle("web.chartjs_lib"), this.load()]));
        useEffect(
            (figures, element) => {
                const chart = figures && element && this.draw(element, figures.line);
                return () => chart && chart.destroy();
            },
            () => [this.state.figures, this.canvas.el]
        );
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

    onTeamChanged(event) {
        this.load({ teamId: Number(event.target.value) || false });
    }

    format(value) {
        if (value === null || value === false) {
            return "–";
        }
        return Number.isInteger(value) ? String(value) : formatFloat(value, { digits: [16, 1] });
    }

    /** How the figure compares with the period before: null if there is nothing to compare. */
    trend({ value, before, better }) {
        if (typeof value !== "number" || typeof before !== "number" || value === before) {
            return null;
        }
        const up = value > before;
        const good = better && better > 0 === up;
        return {
            icon: up ? "fa-arrow-up" : "fa-arrow-down",
            class: better ? (good ? "text-success" : "text-danger") : "text-muted",
            text: _t("before: %s", this.format(before)),
        };
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

    /** The line in words, for whoever doesn't see it. */
    get lineInWords() {
        const { line } = this.state.figures;
        return _t("Open tickets: %(first)s at the start, %(last)s now.", {
            first: line[0].open,
            last: line.at(-1).open,
        });
    }

    draw(element, line) {
        const ink = cookie.get("color_scheme") === "dark" ? "#D1D5DB" : "#374151";
        const bars = (name, label) => ({
            type: "bar",
            label,
            data: line.map((step) => step[name]),
            backgroundColor: COLOURS[name],
            borderRadius: 3,
            order: 2,
        });
        return new window.Chart(element, {
            data: {
                labels: line.map((step) => formatDate(deserializeDateTime(step.until))),
                datasets: [
                    {
                        type: "line",
                        label: _t("Open"),
                        data: line.map((step) => step.open),
                        borderColor: COLOURS.open,
                        backgroundColor: COLOURS.open,
                        pointRadius: 2,
                        cubicInterpolationMode: "monotone",
                        order: 1,
                    },
                    bars("opened", _t("Opened")),
                    bars("closed", _t("Closed")),
                ],
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                interaction: { mode: "index", intersect: false },
                plugins: { legend: { position: "bottom", labels: { color: ink, boxWidth: 12 } } },
                scales: {
                    x: { grid: { display: false }, ticks: { color: ink, maxRotation: 0 } },
                    y: { beginAtZero: true, ticks: { color: ink, precision: 0 } },
                },
            },
        });
    }
}

registry.category("actions").add("helpdesk_ticket.dashboard", Dashboard);
