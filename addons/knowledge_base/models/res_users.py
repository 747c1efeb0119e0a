from odoo import models


class ResUsers(models.Model):
    """For whom somebody acts: an addon may make one login that of several customers' contacts."""

    _inherit = "res.users"

    def _get_own_contacts(self):
        """The contacts who are this user; an override adds those at other customers, in sudo."""
        self.ensure_one()
        return self.partner_id

    def _get_acting_contact(self):
        """The one of these contacts as whom the user acts now; an override lets them choose."""
        self.ensure_one()
        return self.partner_id

    def _get_contact_at(self, customer):
        """Who the user is to a customer: their contact there, else the one as whom they act.

        :param recordset customer: a commercial partner
        """
        self.ensure_one()
        contacts = self._get_own_contacts()
        return (
            contacts.filtered(lambda contact: contact.commercial_partner_id == customer)[:1]
            or self._get_acting_contact()
        )
