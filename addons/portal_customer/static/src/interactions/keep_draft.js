import { cookie } from "@web/core/browser/cookie";
import { user } from "@web/core/user";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

const PREFIX = `portal_customer.draft.${user.userId}.`;
// The server names here the form that it has taken last.
const SENT = "portal_customer_sent";
const NEVER_KEPT = ["hidden", "file", "password", "submit", "button"];

/** What the server has taken needn't be kept any more, whatever page shows that it was taken. */
export class ForgetSent extends Interaction {
    static selector = ".o_portal_wrap";

    setup() {
        forgetSent();
    }
}

/**
 * What was typed into a form survives a reload, a refusal or a lost session, until the server has
 * taken it. It stays in this tab, and is shown to nobody else who logs in here.
 */
export class KeepDraft extends Interaction {
    static selector = ".o_portal_wrap form:has(input[name=request_uuid])";
    dynamicContent = {
        _root: { "t-on-input": this.onInput, "t-on-submit": this.onSubmit },
        // The last letters before a reload.
        _window: { "t-on-pagehide": this.keepTyped },
    };

    setup() {
        this.keepSoon = this.debounced(this.keepTyped, 300);
        this.key = this.getKey();
        forgetSent();
        const kept = JSON.parse(window.sessionStorage.getItem(this.key) || "{}");
        for (const [name, values] of Object.entries(kept.values || {})) {
            this.restore(name, values);
        }
    }

    /** The same page may hold several forms of one kind, each about something of its own. */
    getKey() {
        const about = [...this.el.querySelectorAll("input[type=hidden]")]
            .filter((field) => !["csrf_token", "request_uuid", "signature"].includes(field.name))
            .map((field) => field.value);
        return [PREFIX + this.el.getAttribute("action"), ...about].join("|");
    }

    get fields() {
        return [...this.el.elements].filter(
            (field) => field.name && !NEVER_KEPT.includes(field.type)
        );
    }

    /** What the page says already is newer than what was kept. */
    restore(name, values) {
        const fields = this.fields.filter((field) => field.name === name);
        const ticks = fields.filter((field) => ["checkbox", "radio"].includes(field.type));
        if (ticks.length && !ticks.some((field) => field.checked)) {
            for (const field of ticks.filter((one) => values.includes(one.value))) {
                field.checked = true;
                this.show(field);
            }
        } else if (!ticks.length && fields.length && isOpen(fields[0])) {
            fields[0].value = values[0] || "";
            this.show(fields[0]);
        }
    }

    show(field) {
        field.dispatchEvent(new Event("change", { bubbles: true }));
        const fold = field.closest("details");
        if (fold && field.value) {
            fold.open = true;
        }
    }

    onInput() {
        this.isTyped = true;
        this.keepSoon();
    }

    onSubmit() {
        this.keep(this.el.elements.request_uuid.value);
    }

    keepTyped() {
        if (this.isTyped) {
            this.keep("");
        }
    }

    /** @param {string} sent identifier with which this has been sent, empty while it is typed */
    keep(sent) {
        const values = {};
        for (const field of this.fields) {
            const isTick = ["checkbox", "radio"].includes(field.type);
            if (isTick ? field.checked : field.value) {
                (values[field.name] ||= []).push(field.value);
            }
        }
        window.sessionStorage.setItem(this.key, JSON.stringify({ values, sent }));
        this.isTyped = false;
    }
}

/** Whether nobody has typed there: the page may propose something, like the date of today. */
function isOpen(field) {
    return !field.value || "proposed" in field.dataset;
}

function forgetSent() {
    const sent = cookie.get(SENT);
    for (const key of sent ? Object.keys(window.sessionStorage) : []) {
        if (
            key.startsWith(PREFIX) &&
            JSON.parse(window.sessionStorage.getItem(key)).sent === sent
        ) {
            window.sessionStorage.removeItem(key);
        }
    }
}

registry.category("public.interactions").add("portal_customer.forget_sent", ForgetSent);
registry.category("public.interactions").add("portal_customer.keep_draft", KeepDraft);
