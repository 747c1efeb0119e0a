from odoo import models


class ServiceEquipment(models.Model):
    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.equipment"

    def action_view_documents(self):
        self.ensure_one()
        self.check_access("read")
        return self.env["service.document"]._get_action_of(self)


class ServiceContract(models.Model):
    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.contract"

    def action_view_documents(self):
        self.ensure_one()
        self.check_access("read")
        return self.env["service.document"]._get_action_of(self)
