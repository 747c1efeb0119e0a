import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { renderToElement } from "@web/core/utils/render";
import { Interaction } from "@web/public/interaction";

const ENOUGH_LETTERS = 8;

/** While a request is typed, offers what has solved the like before. */
export class SimilarProblems extends Interaction {
    static selector = ".o_portal_customer_new_ticket";
    dynamicContent = {
        "#name, #description": { "t-on-input": this.debounced(this.onInput, 500) },
    };

    setup() {
        this.box = this.el.querySelector(".o_portal_customer_similar");
        this.asked = "";
    }

    get text() {
        return ["name", "description"]
            .map((name) => this.el.elements[name].value)
            .join(" ")
            .trim();
    }

    async onInput() {
        const text = this.text;
        if (text.length < ENOUGH_LETTERS || text === this.asked) {
            return;
        }
        this.asked = text;
        const found = await this.waitFor(rpc("/my/tickets/similar", { text }));
        // Whoever types on is shown what fits the last words.
        if (text === this.asked) {
            this.show(found);
        }
    }

    show(found) {
        this.box.replaceChildren();
        if (!found.length) {
            return;
        }
        const list = renderToElement("portal_customer.SimilarProblems", { found });
        this.insert(list, this.box);
        for (const button of list.querySelectorAll("button[data-entry]")) {
            this.addListener(button, "click", () => this.onSolved(button));
        }
        for (const link of list.querySelectorAll("a[data-entry]")) {
            this.addListener(link, "click", () => this.count("opened", [link]));
        }
        this.count("shown", list.querySelectorAll("button[data-entry]"));
    }

    /** Tell what became of offers. Whether it can be told or not is nothing to who types. */
    count(kind, offers) {
        return this.note(kind, offers).catch(() => {});
    }

    note(kind, offers) {
        const entry_ids = [...offers].map((offer) => Number(offer.dataset.entry));
        return rpc("/my/tickets/similar/noted", { kind, entry_ids }, { silent: true });
    }

    async onSolved(button) {
        button.disabled = true;
        try {
            await this.waitFor(this.note("solved", [button]));
        } catch (error) {
            button.disabled = false;
            throw error;
        }
        // The way back knows the machine whose label was scanned.
        window.location.assign(`/my/tickets/new/solved${window.location.search}`);
    }
}

registry.category("public.interactions").add("portal_customer.similar_problems", SimilarProblems);
