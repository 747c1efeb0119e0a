import { AttachmentList } from "@mail/core/common/attachment_list";

import { patch } from "@web/core/utils/patch";
import { useService } from "@web/core/utils/hooks";
import { useState } from "@odoo/owl";

/** How far each file is on its way to the server, as on the other pages of the portal. */
patch(AttachmentList.prototype, {
    setup() {
        super.setup();
        this.uploads = useState(useService("file_upload").uploads);
    },

    get uploading() {
        return this.props.attachments.filter((file) => file.uploading);
    },

    /** @returns {number|undefined} from 0 to 1; nothing when all has arrived and is being judged */
    getProgress(file) {
        const upload = Object.values(this.uploads).find(
            ({ data }) => Number(data.get("temporary_id")) === file.id
        );
        return upload?.progress < 1 ? upload.progress : undefined;
    },
});
