import { _t } from "@web/core/l10n/translation";
import { formatFloat, formatMonetary } from "@web/views/fields/formatters";
import { Component } from "@odoo/owl";

/** What is known, as people write it: whole numbers as they are, others with one decimal. */
export function formatFigure(value, currencyId) {
    if (value === null || value === undefined || value === false) {
        return "–";
    }
    if (currencyId) {
        return formatMonetary(value, { currencyId });
    }
    return Number.isInteger(value) ? String(value) : formatFloat(value, { digits: [16, 1] });
}

/** One figure beside that of the period before; it opens the records it is made of. */
export class DashboardTile extends Component {
    static template = "helpdesk_ticket.DashboardTile";
    static props = {
        tile: Object,
        onOpen: Function,
        currencyId: { type: [Number, Boolean], optional: true },
    };

    format(value) {
        return formatFigure(value, this.props.currencyId);
    }

    get isKnown() {
        return typeof this.props.tile.value === "number";
    }

    /** How the figure compares with the period before: null if there is nothing to compare. */
    get trend() {
        const { value, before, better } = this.props.tile;
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
}
