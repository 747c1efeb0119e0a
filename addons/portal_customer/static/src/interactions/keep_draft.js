import { cookie } from "@web/core/browser/cookie";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { registry } from "@web/core/registry";
import { delay } from "@web/core/utils/concurrency";
import { uuid } from "@web/core/utils/strings";
import { Interaction } from "@web/public/interaction";

import { dropAllFiles, dropFiles, keepFiles, readFiles } from "./kept_files";

const DRAFT = "portal_customer.draft.";
const PREFIX = `${DRAFT}${user.userId}.`;
// The server names here the form that it has taken last.
const SENT = "portal_customer_sent";
// Replies that Odoo's conversation keeps in this browser, and whose they are.
const REPLY = "Composer,";
const WRITER = "portal_customer.writer";
const NEVER_KEPT = ["hidden", "file", "password", "submit", "button"];

// A browser whose database never answers (it is blocked, or has no room) keeps nobody logged in.
const LONGEST_WAIT_MS = 1000;

let isLoggingOut = false;

/**
 * What the server has taken needn't be kept any more, whatever page shows that it was taken; what one
 * person was about to reply is shown to nobody else.
 */
export class ForgetSent extends Interaction {
    static selector = ".o_portal_wrap";

    setup() {
        forgetSent();
        dropFiles([]).catch(() => {});
        if (window.localStorage.getItem(WRITER) !== String(user.userId)) {
            removeItems(window.localStorage, REPLY);
            window.localStorage.setItem(WRITER, user.userId);
        }
    }
}

/** Whoever logs out leaves nothing behind on this device. */
export class ForgetAll extends Interaction {
    static selector = "a[href*='/web/session/logout']";
    dynamicContent = {
        _root: { "t-on-click.prevent": this.onClick },
        // Odoo's conversation saves a reply once more when the page is left.
        _window: { "t-on-pagehide": this.forgetReplies },
    };

    async onClick() {
        isLoggingOut = true;
        removeItems(window.sessionStorage, DRAFT);
        await Promise.race([dropAllFiles().catch(() => {}), delay(LONGEST_WAIT_MS)]);
        window.location.assign(this.el.href);
    }

    forgetReplies() {
        if (isLoggingOut) {
            removeItems(window.localStorage, REPLY);
        }
    }
}

/** What was typed into a form of this address is needed no more by whoever goes on here. */
export class ForgetDraft extends Interaction {
    static selector = ".o_portal_wrap a[data-forget-draft]";
    dynamicContent = { _root: { "t-on-click": this.forget } };

    forget() {
        forgetDrafts((key) => key.split("|")[0] === PREFIX + this.el.dataset.forgetDraft);
    }
}

/**
 * What was typed and chosen in a form survives a reload, a refusal or a lost session, until the
 * server has taken it. What was typed stays in this tab; files stay in this browser, those of a day
 * ago until the portal is opened the next time. Neither is shown to anybody else who logs in here.
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
        this.identifier = this.el.elements.request_uuid;
        this.key = this.getKey();
        this.initial = new Map(this.fields.map((field) => [field, stateOf(field)]));
        forgetSent();
        this.kept = {
            values: {},
            labels: {},
            files: {},
            ...JSON.parse(window.sessionStorage.getItem(this.key) || "{}"),
        };
        if (this.kept.sent) {
            // Sent once more as it was, it is done once, whether or not it had arrived.
            this.identifier.value = this.kept.sent;
        }
        Object.keys(this.kept.values).forEach((name) => this.restore(name));
        Object.keys(this.kept.files).forEach((name) => this.restoreFiles(name));
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

    getFields(name) {
        return this.fields.filter((field) => field.name === name);
    }

    // === RESTORING === //

    /** What was typed replaces what the page proposes; what a new address asks for is newer. */
    restore(name) {
        const { address, labels, values } = this.kept;
        const { search } = window.location;
        if (address !== search && new URLSearchParams(search).has(name)) {
            return;
        }
        for (const [index, field] of this.getFields(name).entries()) {
            const before = stateOf(field);
            const value = values[name][index] || "";
            if (isTick(field)) {
                field.checked = values[name].includes(field.value);
            } else if (field.options && ![...field.options].some((one) => one.value === value)) {
                // It was found by searching, and isn't among those that the page offers.
                field.add(new Option(labels[name], value, true, true));
            } else {
                field.value = value;
            }
            // A browser that goes back has put it there itself, in a closed part of the page.
            this.unfold(field);
            if (stateOf(field) !== before) {
                field.dispatchEvent(new Event("change", { bubbles: true }));
            }
        }
    }

    async restoreFiles(name) {
        const { id, names } = this.kept.files[name];
        const field = this.el.querySelector(`input[type=file][name="${name}"]`);
        const files = await this.waitFor(readFiles(id).catch(() => []));
        if (!field || field.files.length) {
            return;
        }
        if (files.length) {
            const transfer = new DataTransfer();
            files.forEach((file) => transfer.items.add(file));
            field.files = transfer.files;
            this.tell(field, _t("Still here, not sent yet: %s", names.join(", ")));
        } else {
            this.renewIdentifier();
            this.tell(field, _t("Choose again: %s", names.join(", ")));
        }
        this.unfold(field);
    }

    unfold(field) {
        const fold = field.closest("details");
        if (fold && (field.value || field.type === "file")) {
            fold.open = true;
        }
    }

    tell(field, sentence) {
        this.note = document.createElement("div");
        this.note.className = "form-text mb-2";
        this.note.setAttribute("role", "status");
        this.note.textContent = sentence;
        this.insert(this.note, field.closest(".input-group") || field, "afterend");
    }

    // === KEEPING === //

    onInput(event) {
        if (event.target.type === "file") {
            this.keepChosen(event.target);
        }
        if (this.identifier.value === this.kept.sent) {
            this.renewIdentifier();
        }
        this.isTyped = true;
        this.keepSoon();
    }

    onSubmit() {
        this.keep(this.identifier.value);
    }

    /** What is changed after it was sent is something else for the server. */
    renewIdentifier() {
        this.identifier.value = uuid();
    }

    keepChosen(field) {
        const files = [...field.files];
        const before = this.kept.files[field.name];
        delete this.kept.files[field.name];
        this.note?.remove();
        if (before) {
            dropFiles([before.id]).catch(() => {});
        }
        if (files.length) {
            const kept = { id: uuid(), names: files.map((file) => file.name) };
            this.kept.files[field.name] = kept;
            // Without room for them it is at least known which ones they were.
            keepFiles(kept.id, files).catch(() => {});
        }
    }

    keepTyped() {
        if (this.isTyped) {
            this.keep("");
        }
    }

    /** @param {string} sent identifier with which this has been sent, empty while it is typed */
    keep(sent) {
        const changed = this.fields.filter((field) => stateOf(field) !== this.initial.get(field));
        const names = new Set(changed.map((field) => field.name));
        // After a refusal the page proposes what was typed.
        Object.keys(this.kept.values).forEach((name) => names.add(name));
        for (const name of names) {
            const fields = this.getFields(name);
            const filled = fields.filter((field) => !isTick(field) || field.checked);
            this.kept.values[name] = filled.map((field) => field.value);
            this.kept.labels[name] = fields[0]?.selectedOptions?.[0]?.text;
        }
        this.isTyped = false;
        Object.assign(this.kept, { sent, address: window.location.search });
        if (isLoggingOut) {
            return;
        }
        // A mere tap is nothing to be kept, and has to be another one the next time.
        if (names.size || Object.keys(this.kept.files).length) {
            window.sessionStorage.setItem(this.key, JSON.stringify(this.kept));
        } else {
            window.sessionStorage.removeItem(this.key);
        }
    }
}

function isTick(field) {
    return ["checkbox", "radio"].includes(field.type);
}

function stateOf(field) {
    return isTick(field) ? field.checked : field.value;
}

function removeItems(storage, prefix) {
    Object.keys(storage)
        .filter((key) => key.startsWith(prefix))
        .forEach((key) => storage.removeItem(key));
}

function forgetSent() {
    const sent = cookie.get(SENT);
    if (sent) {
        forgetDrafts((_key, kept) => kept.sent === sent);
    }
}

/** @param {Function} isNeededNoMore says so by a draft's key and what it keeps */
function forgetDrafts(isNeededNoMore) {
    for (const key of Object.keys(window.sessionStorage).filter((one) => one.startsWith(PREFIX))) {
        const kept = JSON.parse(window.sessionStorage.getItem(key));
        if (isNeededNoMore(key, kept)) {
            window.sessionStorage.removeItem(key);
            const ids = Object.values(kept.files || {}).map((file) => file.id);
            dropFiles(ids).catch(() => {});
        }
    }
}

registry.category("public.interactions").add("portal_customer.forget_sent", ForgetSent);
registry.category("public.interactions").add("portal_customer.forget_all", ForgetAll);
registry.category("public.interactions").add("portal_customer.forget_draft", ForgetDraft);
registry.category("public.interactions").add("portal_customer.keep_draft", KeepDraft);
