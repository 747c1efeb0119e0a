import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

const { DateTime } = luxon;
// As fields of date and time want it.
const FORMAT = "yyyy-MM-dd'T'HH:mm";

/** Work that ends now: one tap says how long it was, where nothing is known from the check-in. */
export class HoursPresets extends Interaction {
    static selector = ".o_portal_customer_hours";
    dynamicContent = {
        "button[data-minutes]": { "t-on-click": this.onChosen },
    };

    onChosen(event) {
        const { minutes, zone } = event.currentTarget.dataset;
        const now = DateTime.now().setZone(zone);
        this.el.querySelector("[name=start]").value = now
            .minus({ minutes: Number(minutes) })
            .toFormat(FORMAT);
        this.el.querySelector("[name=stop]").value = now.toFormat(FORMAT);
        // As if they had been typed: see KeepDraft.
        this.el.dispatchEvent(new Event("input", { bubbles: true }));
    }
}

registry.category("public.interactions").add("portal_customer.hours_presets", HoursPresets);
