import { Composer } from "@mail/core/common/composer";

import { browser } from "@web/core/browser/browser";
import { deserializeDateTime, serializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { toRaw, useEffect } from "@odoo/owl";

const { DateTime } = luxon;

/**
 * A reply that could not be sent stays where it was written, and can be sent again. Odoo keeps its
 * text in this browser; with it is kept which files go along, which are on the server already.
 */
patch(Composer.prototype, {
    setup() {
        super.setup();
        useEffect(
            () => this.saveFiles(),
            () => [
                this.getFiles()
                    .map((file) => file.id)
                    .join(),
            ]
        );
    },

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

    restoreContent() {
        super.restoreContent();
        const composer = toRaw(this.props.composer);
        // Odoo drops a file that has waited for its message for a day.
        const oldest = DateTime.now().minus({ days: 1 });
        for (const file of JSON.parse(browser.localStorage.getItem(this.filesKey) || "[]")) {
            if (deserializeDateTime(file.create_date) > oldest) {
                composer.attachments.add(this.store["ir.attachment"].insert(file));
            }
        }
    },

    /** Forgotten like the text, see keep_draft.js: the key begins in the same way. */
    get filesKey() {
        return `${this.props.composer.localId},files`;
    },

    getFiles() {
        const { attachments, message } = this.props.composer;
        return message ? [] : attachments.filter((file) => !file.uploading);
    },

    saveFiles() {
        const files = this.getFiles().map((file) => ({
            id: file.id,
            name: file.name,
            mimetype: file.mimetype,
            checksum: file.checksum,
            create_date: serializeDateTime(file.create_date),
            ownership_token: file.ownership_token,
            raw_access_token: file.raw_access_token,
            thumbnail_access_token: file.thumbnail_access_token,
        }));
        if (files.length) {
            browser.localStorage.setItem(this.filesKey, JSON.stringify(files));
        } else {
            browser.localStorage.removeItem(this.filesKey);
        }
    },
});
