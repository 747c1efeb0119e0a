from odoo import api, fields, models

from ..presence import LONGEST


class ServicePresence(models.Model):
    """One person's stay at one job: since when on the way, since when on site, until when.

    Of each person at most one is open: whoever arrives elsewhere has left. It is written by the
    acts of ``service.intervention`` alone.
    """

    _name = "service.presence"
    _description = "Presence on Site"
    _order = "id desc"
    _rec_name = "intervention_id"

    intervention_id = fields.Many2one(
        "service.intervention", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(
        related="intervention_id.company_id", store=True, precompute=True, index=True
    )
    user_id = fields.Many2one(
        "res.users", string="Person", required=True, index=True, ondelete="cascade", readonly=True
    )
    event_id = fields.Many2one(
        "calendar.event", string="Visit", ondelete="set null", readonly=True, index="btree_not_null"
    )
    travel_start = fields.Datetime(string="On the way from", readonly=True)
    on_site_start = fields.Datetime(string="On site from", readonly=True)
    left_on = fields.Datetime(
        string="On site until",
        readonly=True,
        help="Also when a journey ended without an arrival.",
    )

    # Of two taps at once in two places one counts, and the search for it costs nothing.
    _open_uniq = models.UniqueIndex(
        "(user_id) WHERE left_on IS NULL",
        "You are checking in elsewhere at this moment. Reload the page.",
    )

    # === BUSINESS METHODS === #

    @api.model
    def _get_open(self, user):
        """Where somebody is or goes to, in sudo: people in the portal read none, not even theirs.

        A journey that never arrived is over after 12 hours.
        """
        presence_sudo = self.sudo().search(
            [("user_id", "=", user.id), ("left_on", "=", False)], limit=1
        )
        return presence_sudo.browse() if presence_sudo._is_lost() else presence_sudo

    def _is_travelling(self):
        return bool(self) and not self.on_site_start

    def _is_lost(self):
        return self._is_travelling() and fields.Datetime.now() - self.travel_start > LONGEST

    def _is_at(self, intervention, event_id=None):
        """Whether somebody is or goes there: to that visit, or to any of the intervention."""
        return (
            bool(self)
            and self.intervention_id.id == intervention.id
            and (not event_id or self.event_id.id == event_id)
        )

    def _end_before_next(self, user, moment):
        """Leave the place where one is, so that the next stay can begin; in sudo.

        :return: no presence
        """
        # Also a journey that was forgotten: it doesn't count as open, but it stands in the way.
        self.search([("user_id", "=", user.id), ("left_on", "=", False)])._leave(moment)
        return self.browse()

    def _leave(self, moment):
        """End a stay, also on the visit it was for; in sudo, after a check."""
        if self.on_site_start:
            self._get_invitation().checked_out_on = moment
        self.left_on = moment
        # The next stay is stored at once: this one has to be over by then.
        self.flush_recordset()

    def _get_invitation(self):
        """The person's invitation to the visit, on which their first and last hour are kept."""
        return self.event_id.attendee_ids.filtered(
            lambda attendee: attendee.partner_id == self.user_id.partner_id
        )
