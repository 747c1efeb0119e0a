import { loadBundle } from "@web/core/assets";
import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";

/** Bars and a line over time, with the same in words for whoever doesn't see them. */
export class DashboardChart extends Component {
    static template = "helpdesk_ticket.DashboardChart";
    static props = {
        labels: Array,
        datasets: Array,
        words: String,
        isStacked: { type: Boolean, optional: true },
        format: { type: Function, optional: true },
    };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            (datasets, element) => {
                const chart = element && this.draw(element);
                return () => chart && chart.destroy();
            },
            () => [this.props.datasets, this.canvas.el]
        );
    }

    draw(element) {
        const { labels, datasets, isStacked, format } = this.props;
        // As the text around it, whatever the page looks like.
        const ink = getComputedStyle(element).color;
        const ticks = format ? { callback: format } : { precision: 0 };
        const tooltip = format && {
            callbacks: { label: ({ dataset, parsed }) => `${dataset.label}: ${format(parsed.y)}` },
        };
        return new window.Chart(element, {
            data: { labels, datasets },
            options: {
                animation: false,
                maintainAspectRatio: false,
                interaction: { mode: "index", intersect: false },
                plugins: {
                    legend: { position: "bottom", labels: { color: ink, boxWidth: 12 } },
                    ...(tooltip && { tooltip }),
                },
                scales: {
                    x: {
                        stacked: isStacked,
                        grid: { display: false },
                        ticks: { color: ink, maxRotation: 0 },
                    },
                    y: { stacked: isStacked, beginAtZero: true, ticks: { color: ink, ...ticks } },
                },
            },
        });
    }
}

/** Bars of one colour. */
export function bars(label, data, colour) {
    return { type: "bar", label, data, backgroundColor: colour, borderRadius: 3, order: 2 };
}
