import { _t } from "@web/core/l10n/translation";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

/** What is typed narrows what is chosen from: parts, machines. */
export class ChoiceSearch extends Interaction {
    static selector = "input[data-search]";
    dynamicContent = {
        _root: {
            "t-on-input": this.debounced(this.onInput, 300),
            "t-on-keydown": this.onKeydown,
        },
    };

    setup() {
        const { choice, button } = this.el.dataset;
        this.choice = this.el.form.elements[choice];
        if (button) {
            // For those without a script only: Enter in any other field would press it.
            this.el.form.elements[button].remove();
        }
    }

    onKeydown(ev) {
        if (ev.key === "Enter") {
            // A reader of codes ends with it: the form is sent by its button only.
            ev.preventDefault();
        }
    }

    async onInput() {
        const search = this.el.value.trim();
        const found = await this.waitFor(rpc(this.el.dataset.search, { search }));
        // Whoever types on is shown what fits the last letters.
        if (search !== this.el.value.trim()) {
            return;
        }
        const hint = found.length ? _t("%s found: choose", found.length) : _t("Nothing found");
        this.choice.replaceChildren(
            new Option(hint, ""),
            ...found.map((item) => new Option(item.name, item.id))
        );
        if (found.length === 1) {
            this.choice.value = found[0].id;
        }
        // What is chosen now is kept as if a person had chosen it.
        this.choice.dispatchEvent(new Event("input", { bubbles: true }));
    }
}

registry.category("public.interactions").add("portal_customer.choice_search", ChoiceSearch);
