import { Composer } from "@mail/core/common/composer";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

/** A reply that could not be sent stays where it was written, and can be sent again. */
patch(Composer.prototype, {
    async processMessage(send) {
        this.closeNotSent?.();
        try {
            await super.processMessage(send);
        } catch {
            this.state.active = true;
            this.saveContent();
            this.closeNotSent = this.env.services.notification.add(
                _t(
                    "Your reply has not been sent, and is still here. Send it again; if that doesn't help, load this page anew."
                ),
                { type: "danger", sticky: true }
            );
        }
    },
});
