from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent

from ..signed import read_link, sign_link

SCOPE = "field_service.feed"


class ResUsers(models.Model):
    """A technician's own visits as a calendar feed: one address per person, renewed at will.

    The address is signed and stored nowhere: it names the person and how often they have renewed
    it, so that an older one is worth nothing. It ends with the login and with the employment.
    """

    _inherit = "res.users"

    # Out of everybody's reach: who lowers it makes old addresses work again.
    visit_feed_version = fields.Integer(
        copy=False, groups=fields.NO_ACCESS, export_string_translation=False
    )
    visit_feed_url = fields.Char(
        string="Calendar feed",
        compute="_compute_visit_feed_url",
        help="Subscribe to this address in your own calendar. Whoever has it sees when and in "
        "which town your visits are: renew it if it got into wrong hands.",
    )

    @property
    def SELF_READABLE_FIELDS(self):  # noqa: N802
        return [*super().SELF_READABLE_FIELDS, "visit_feed_url"]

    @api.depends_context("uid")
    def _compute_visit_feed_url(self):
        # Nobody sees another person's address, administrators neither.
        self.visit_feed_url = False
        mine = self.filtered(lambda user: user.id == self.env.uid)
        if mine and mine._has_visit_feed():
            mine.visit_feed_url = mine._get_visit_feed_url()

    def _has_visit_feed(self):
        """Whether somebody goes on visits for us."""
        self.ensure_one()
        # Not everybody reads personnel records; whether one is theirs is no secret to them.
        return self.active and bool(
            self.env["hr.employee"].sudo().search_count([("user_id", "=", self.id)], limit=1)
        )

    def _get_visit_feed_url(self):
        self.ensure_one()
        # The counter is out of everybody's reach.
        token = sign_link(self.env, SCOPE, [self.id, self.sudo().visit_feed_version])
        return f"{self.get_base_url()}/service/feed/{token}.ics"

    @api.model
    def _find_by_feed_token(self, token):
        """The person whose feed it is, in sudo; nobody for an address that is worth nothing."""
        # Calendar programs don't log in: the signature says who it is.
        users_sudo = self.sudo()
        values = read_link(self.env, SCOPE, token)
        if len(values) != 2:
            return users_sudo.browse()
        user_sudo = users_sudo.browse(values[0]).exists()
        if (
            not user_sudo
            or user_sudo.visit_feed_version != values[1]
            or not user_sudo._has_visit_feed()
        ):
            return users_sudo.browse()
        return user_sudo

    @idempotent
    def renew_visit_feed(self, request_uuid=None):
        """Give oneself a new address of the feed; the one so far is worth nothing any more.

        :return: ``{"url": …}``
        """
        self.ensure_one()
        self.check_access("read")
        if self != self.env.user:
            raise AccessError(self.env._("Everybody renews their own calendar feed."))
        # One's own counter, raised and never lowered.
        self.sudo().visit_feed_version += 1
        return {"url": self._get_visit_feed_url() if self._has_visit_feed() else ""}

    def action_renew_visit_feed(self):
        self.renew_visit_feed()
        return True
