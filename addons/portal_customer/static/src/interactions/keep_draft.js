import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

/** What was typed into a form survives a reload or a lost session, until it has been sent. */
export class KeepDraft extends Interaction {
    static selector = "form[data-draft]";
    dynamicContent = {
        _root: { "t-on-input": this.debounced(this.keep, 300), "t-on-submit": this.forget },
    };

    setup() {
        this.key = `portal_customer.draft.${this.el.dataset.draft}`;
        const kept = JSON.parse(window.sessionStorage.getItem(this.key) || "{}");
        for (const [name, value] of Object.entries(kept)) {
            const field = this.el.elements[name];
            if (field && !field.value) {
                field.value = value;
            }
        }
    }

    keep() {
        const values = {};
        for (const field of this.el.querySelectorAll("input:not([type=file]), textarea, select")) {
            if (field.name && field.type !== "hidden") {
                values[field.name] = field.value;
            }
        }
        window.sessionStorage.setItem(this.key, JSON.stringify(values));
    }

    forget() {
        window.sessionStorage.removeItem(this.key);
    }
}

registry.category("public.interactions").add("portal_customer.keep_draft", KeepDraft);
