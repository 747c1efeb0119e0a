import { _t } from "@web/core/l10n/translation";
import { Component } from "@odoo/owl";

const NAMES = {
    7: _t("7 days"),
    30: _t("30 days"),
    90: _t("90 days"),
    365: _t("1 year"),
};

/** Which period figures are of. */
export class DashboardPeriods extends Component {
    static template = "helpdesk_ticket.DashboardPeriods";
    static props = { choices: Array, days: Number, onChosen: Function };

    get periods() {
        return this.props.choices.map((days) => ({ days, name: NAMES[days] }));
    }
}
