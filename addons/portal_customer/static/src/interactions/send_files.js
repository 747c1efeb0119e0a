import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

/**
 * A form with files is sent in the background: one sees how far it is, and a refusal leaves the files
 * where they are; a browser empties them when it loads the page anew. What was taken leads on.
 */
export class SendFiles extends Interaction {
    static selector = ".o_portal_wrap form[enctype='multipart/form-data']";
    dynamicContent = {
        _root: { "t-on-submit.prevent": this.send },
    };

    async send(event) {
        const data = new FormData(this.el);
        if (event.submitter?.name) {
            data.append(event.submitter.name, event.submitter.value);
        }
        const buttons = this.el.querySelectorAll("[type=submit]");
        buttons.forEach((button) => (button.disabled = true));
        const bar = this.showProgress();
        try {
            this.judge(await this.waitFor(this.upload(data, bar)));
        } catch {
            this.refuse(this.notArrived);
        }
        bar.remove();
        buttons.forEach((button) => (button.disabled = false));
    }

    /** @returns {Promise<XMLHttpRequest>} what came back; `fetch` doesn't tell how far it is */
    upload(data, bar) {
        return new Promise((resolve, reject) => {
            const request = new XMLHttpRequest();
            request.open("POST", this.el.getAttribute("action"));
            request.upload.addEventListener("progress", ({ lengthComputable, loaded, total }) => {
                if (lengthComputable && loaded < total) {
                    bar.value = loaded / total;
                } else {
                    // It has all arrived; how long the server takes isn't known.
                    bar.removeAttribute("value");
                }
            });
            request.addEventListener("load", () => resolve(request));
            request.addEventListener("error", reject);
            request.send(data);
        });
    }

    judge(request) {
        const page = new URL(request.responseURL);
        if (page.pathname.endsWith("/web/login")) {
            // What was typed is kept, see KeepDraft.
            window.location.assign(page);
            return;
        }
        const refusal = new DOMParser()
            .parseFromString(request.responseText, "text/html")
            .querySelector(".alert-danger");
        if (request.status >= 400 || refusal) {
            this.refuse(refusal?.textContent.trim() || this.getReason(request.status));
            return;
        }
        // The page that answered may differ from this one in nothing: load it, wherever one was.
        window.location.replace(page.href.split("#")[0]);
    }

    /** Why this has not been taken, by what HTTP says when the page says nothing. */
    getReason(status) {
        return (
            {
                // The form is older than the session.
                400: _t(
                    "You have logged in anew meanwhile. Load this page again: all is still here."
                ),
                413: _t("This is too much at once. Everything is still here: send fewer files."),
                429: _t(
                    "Too much is being sent now. Everything is still here: try again in a while."
                ),
            }[status] || this.notArrived
        );
    }

    get notArrived() {
        return _t("This has not arrived. Everything is still here: try again.");
    }

    showProgress() {
        const bar = document.createElement("progress");
        bar.className = "d-block w-100 mt-2";
        bar.value = 0;
        bar.setAttribute("aria-label", _t("Sending"));
        this.insert(bar, this.el);
        return bar;
    }

    refuse(sentence) {
        let alert = this.el.querySelector(".alert-danger");
        if (!alert) {
            alert = document.createElement("div");
            alert.className = "alert alert-danger mt-2";
            alert.setAttribute("role", "alert");
            alert.style.whiteSpace = "pre-line";
            this.insert(alert, this.el);
        }
        alert.textContent = sentence;
        alert.scrollIntoView({ block: "center" });
    }
}

registry.category("public.interactions").add("portal_customer.send_files", SendFiles);
