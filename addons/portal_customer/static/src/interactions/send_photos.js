import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

/** Photos are on their way as soon as they have been taken: two taps, and none to send them. */
export class SendPhotos extends Interaction {
    static selector = ".o_portal_customer_photos";
    dynamicContent = {
        "input[type=file]": { "t-on-change": this.onChosen },
    };

    onChosen(event) {
        if (event.currentTarget.files.length) {
            this.el.querySelector("[type=submit]").disabled = true;
            this.el.requestSubmit();
        }
    }
}

registry.category("public.interactions").add("portal_customer.send_photos", SendPhotos);
