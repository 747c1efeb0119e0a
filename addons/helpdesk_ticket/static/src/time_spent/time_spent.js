import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component } from "@odoo/owl";

const LOOKS = {
    ours: { label: _t("Ours"), colour: "bg-primary" },
    waiting: { label: _t("Waiting for customer"), colour: "bg-warning" },
    closed: { label: _t("Closed"), colour: "bg-success" },
    outside: { label: _t("Outside working hours"), colour: "bg-secondary" },
};

/** Whose time a ticket took, as one bar; the value is hours by owner. */
export class TimeSpent extends Component {
    static template = "helpdesk_ticket.TimeSpent";
    static props = { ...standardFieldProps };

    get parts() {
        const spent = this.props.record.data[this.props.name] || {};
        const total = Object.values(spent).reduce((sum, hours) => sum + hours, 0);
        return Object.keys(LOOKS)
            .filter((owner) => spent[owner] > 0)
            .map((owner) => ({
                owner,
                ...LOOKS[owner],
                share: (100 * spent[owner]) / total,
                hours: this.format(spent[owner]),
            }));
    }

    format(hours) {
        const minutes = Math.round(hours * 60);
        if (minutes < 60) {
            return _t("%(minutes)s min", { minutes });
        }
        const days = Math.floor(minutes / 1440);
        const rest = `${Math.floor((minutes % 1440) / 60)}:${String(minutes % 60).padStart(2, "0")}`;
        return days ? _t("%(days)s d %(rest)s h", { days, rest }) : _t("%(rest)s h", { rest });
    }
}

registry.category("fields").add("time_spent", {
    component: TimeSpent,
    supportedTypes: ["json"],
});
