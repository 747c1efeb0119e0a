import { registerMessageAction } from "@mail/core/common/message_actions";
import { _t } from "@web/core/l10n/translation";

const CONVERSATION = ["comment", "email", "email_outgoing", "auto_comment"];

// A second problem told in the middle of a ticket: from its message to a ticket of its own.
registerMessageAction("helpdesk-ticket-split", {
    condition: ({ message, store, thread }) =>
        thread?.model === "helpdesk.ticket" &&
        CONVERSATION.includes(message.message_type) &&
        store.self.main_user_id?.share === false,
    icon: "fa fa-code-fork",
    name: _t("Split off as a ticket"),
    onSelected: ({ message, store, thread }) =>
        store.env.services.action.doAction("helpdesk_ticket.helpdesk_ticket_split_action", {
            additionalContext: {
                default_ticket_id: thread.id,
                default_message_id: message.id,
            },
        }),
    sequence: 90,
});
