import { _t } from "@web/core/l10n/translation";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

/** What is typed narrows the parts that an outside technician chooses from. */
export class PartSearch extends Interaction {
    static selector = "#part_search";
    dynamicContent = {
        _root: {
            "t-on-input": this.debounced(this.onInput, 300),
            "t-on-keydown": this.onKeydown,
        },
    };

    setup() {
        this.choice = this.el.form.elements.product_id;
    }

    onKeydown(ev) {
        if (ev.key === "Enter") {
            // A reader of codes ends with it: the form is sent by its button only.
            ev.preventDefault();
        }
    }

    async onInput() {
        const search = this.el.value.trim();
        const found = await this.waitFor(rpc(this.el.dataset.parts, { search }));
        // Whoever types on is shown what fits the last letters.
        if (search !== this.el.value.trim()) {
            return;
        }
        const hint = found.length ? _t("%s found: choose", found.length) : _t("Nothing found");
        this.choice.replaceChildren(
            new Option(hint, ""),
            ...found.map((part) => new Option(part.name, part.id))
        );
        if (found.length === 1) {
            this.choice.value = found[0].id;
        }
    }
}

registry.category("public.interactions").add("portal_customer.part_search", PartSearch);
