from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import FieldServiceCommon, at


@tagged("post_install", "-at_install")
class TestRemoteHelp(FieldServiceCommon):
    """Minutes of help from afar become work lines like any other work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["hr.employee"].create(
            {"name": "Dispatcher", "user_id": cls.user_dispatcher.id, "hourly_cost": 30}
        )
        cls.ticket = cls.env["helpdesk.ticket"].create(
            {"name": "Error E21", "partner_id": cls.contact.id, "equipment_id": cls.equipment.id}
        )

    def _help(self, start, stop, user=None, ticket=None):
        return self.env["helpdesk.ticket.time"].create(
            {
                "ticket_id": (ticket or self.ticket).id,
                "user_id": (user or self.user_dispatcher).id,
                "start": start,
                "stop": stop,
                "note": "Parameters set anew",
            }
        )

    def _charge(self, user=None, **values):
        charged = self.ticket.with_user(user or self.user_dispatcher).charge_remote_help(**values)
        return self.env["service.intervention"].browse(charged["intervention_id"])

    def test_each_time_is_labour_of_whoever_helped(self):
        self._help(at(8), at(8, 40))
        self._help(at(9), at(9, 20), user=self.user_technician)
        intervention = self._charge()
        self.assertEqual(intervention.ticket_id, self.ticket)
        self.assertFalse(intervention.event_ids)
        lines = intervention.work_line_ids.sorted("start")
        self.assertEqual(lines.employee_id.user_id, self.user_dispatcher + self.user_technician)
        self.assertEqual([round(line.quantity * 60) for line in lines], [40, 20])
        # rounded up to half an hour at 50
        self.assertEqual(lines.mapped("amount_invoice"), [50, 25])
        self.assertEqual(lines[0].name, "Parameters set anew")

    def test_nothing_is_charged_twice(self):
        self._help(at(8), at(8, 40))
        self._charge()
        self.assertFalse(self.ticket.with_user(self.user_dispatcher).has_unbilled_time)
        with self.assertRaisesRegex(UserError, "no remote help"):
            self._charge()
        self._help(at(10), at(10, 30))
        again = self._charge()
        self.assertEqual(len(again.work_line_ids), 1)

    def test_a_repeated_request_charges_once(self):
        self._help(at(8), at(8, 40))
        first = self._charge(request_uuid="charge-0001")
        self.assertEqual(self._charge(request_uuid="charge-0001"), first)

    def test_time_that_still_runs_or_was_nothing_waits(self):
        self._help(at(8), False)
        self._help(at(8), at(8), user=self.user_technician)
        with self.assertRaises(UserError):
            self._charge()

    def test_somebody_who_is_no_employee_is_named_and_nothing_is_charged(self):
        self._help(at(8), at(8, 40), user=self.user_manager)
        with self.assertRaisesRegex(UserError, self.user_manager.name):
            self._charge()
        self.assertFalse(self.ticket.intervention_ids)

    def test_technicians_and_customers_don_t_charge(self):
        self._help(at(8), at(8, 40))
        for user in (self.user_technician, self.user_outside, self.user_employee):
            with self.assertRaises(AccessError):
                self._charge(user=user)

    def test_the_button_opens_the_intervention(self):
        self._help(at(8), at(8, 40))
        ticket = self.ticket.with_user(self.user_dispatcher)
        self.assertTrue(ticket.has_unbilled_time)
        action = ticket.action_charge_remote_help()
        self.assertEqual(action["res_id"], self.ticket.intervention_ids.id)
