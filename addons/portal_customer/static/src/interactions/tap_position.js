import { askPosition } from "@field_service/backend/my_work/position";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

/**
 * Where the firm records positions, a tap asks the browser where it is and goes on with whatever it
 * answers; without this script it goes on at once.
 */
export class TapPosition extends Interaction {
    static selector = ".o_portal_customer_tap[data-position]";
    dynamicContent = {
        _root: { "t-on-submit": this.onSubmit },
    };

    async onSubmit(event) {
        event.preventDefault();
        this.el.querySelector("[type=submit]").disabled = true;
        const position = await this.waitFor(askPosition());
        for (const name of position ? ["latitude", "longitude"] : []) {
            this.el.elements[name].value = position[name];
        }
        // Not by the button: that would ask again.
        this.el.submit();
    }
}

registry.category("public.interactions").add("portal_customer.tap_position", TapPosition);
