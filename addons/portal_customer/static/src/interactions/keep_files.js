import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

/**
 * A form with photos that is refused keeps them: a browser empties them when it loads the page anew,
 * so the form is sent in the background and only the sentence comes back. What was taken leads on.
 */
export class KeepFiles extends Interaction {
    static selector = "form.o_portal_customer_keep_files";
    dynamicContent = {
        _root: { "t-on-submit.prevent": this.send },
    };

    get notArrived() {
        return this.el.querySelector(".o_portal_customer_not_arrived").textContent;
    }

    async send() {
        const button = this.el.querySelector("[type=submit]");
        button.disabled = true;
        try {
            const answer = await this.waitFor(
                fetch(this.el.action, { method: "POST", body: new FormData(this.el) })
            );
            const page = await this.waitFor(answer.text());
            const refusal = new DOMParser()
                .parseFromString(page, "text/html")
                .querySelector(".alert-danger");
            if (answer.ok && !refusal) {
                this.leave(answer.url);
                return;
            }
            this.show(refusal?.textContent || this.notArrived);
        } catch {
            this.show(this.notArrived);
        }
        button.disabled = false;
    }

    /** The page that answered may differ from this one in nothing: load it, wherever one was. */
    leave(url) {
        window.location.replace(url.split("#")[0]);
    }

    show(sentence) {
        let alert = this.el.querySelector(".alert-danger");
        if (!alert) {
            alert = document.createElement("div");
            alert.className = "alert alert-danger mt-2";
            alert.setAttribute("role", "alert");
            this.el.append(alert);
        }
        alert.textContent = sentence;
        alert.scrollIntoView({ block: "center" });
    }
}

registry.category("public.interactions").add("portal_customer.keep_files", KeepFiles);
