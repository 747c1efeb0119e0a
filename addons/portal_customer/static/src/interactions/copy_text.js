import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

/** An address that somebody takes with them: one tap copies it. */
export class CopyText extends Interaction {
    static selector = ".o_portal_customer_copy";
    dynamicContent = {
        button: { "t-on-click": this.copy },
    };

    async copy() {
        const input = this.el.querySelector("input");
        // Where the browser doesn't let pages copy, the text is selected at least.
        input.select();
        try {
            await this.waitFor(browser.navigator.clipboard.writeText(input.value));
        } catch {
            return;
        }
        this.services.notification.add(_t("Copied"), { type: "success" });
    }
}

registry.category("public.interactions").add("portal_customer.copy_text", CopyText);
