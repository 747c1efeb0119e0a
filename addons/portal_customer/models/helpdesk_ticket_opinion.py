from odoo import models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent

# Odoo's own three faces.
RATES = frozenset({1, 3, 5})
MAX_CHARACTERS = 2000


class HelpdeskTicket(models.Model):
    """The customer's opinion, given on the ticket's page: once each time it is solved."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "helpdesk.ticket"

    @idempotent
    def rate(self, rate, feedback=None, request_uuid=None):
        """Rate a solved request of one's own company, once each time it is solved.

        :param int rate: 1 (not satisfied), 3 (so so) or 5 (satisfied)
        :param str feedback: a remark, plain text
        :return: ``{"rate": …}``
        """
        self.ensure_one()
        self._check_may_act()
        if isinstance(rate, bool) or rate not in RATES:
            raise ValidationError(self.env._("Choose one of the three faces."))
        if feedback and (not isinstance(feedback, str) or len(feedback) > MAX_CHARACTERS):
            raise ValidationError(
                self.env._("Write your remark in %(count)s characters.", count=MAX_CHARACTERS)
            )
        ticket_sudo = self._lock_to_act()
        if not ticket_sudo._may_be_rated():
            raise UserError(self.env._("This request can be rated once it is solved."))
        if ticket_sudo._get_opinion():
            raise UserError(self.env._("You have rated this already. Thank you."))
        # The rating that the mail has asked for is the one that is filled, if it's the same person.
        rater = self.env.user._get_contact_at(ticket_sudo.commercial_partner_id)
        token = ticket_sudo._rating_get_access_token(partner=rater)
        ticket_sudo.rating_apply(rate, token=token, feedback=(feedback or "").strip())
        return {"rate": rate}

    def _may_be_rated(self):
        """Whether this ticket (in sudo) is solved, and its team wants to know how it was."""
        self.ensure_one()
        return bool(
            self.stage_id.kind == "solved" and self.team_id.rate_closed and not self.merged_into_id
        )

    def _get_opinion(self):
        """The rating given since the ticket (in sudo) was last closed, by mail or on its page."""
        self.ensure_one()
        return self.env["rating.rating"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("consumed", "=", True),
                ("rated_on", ">=", self.close_date),
            ],
            order="rated_on desc, id desc",
            limit=1,
        )
