from odoo import Command
from odoo.exceptions import AccessError
from odoo.fields import Datetime
from odoo.tests import tagged

from .common import FieldServiceCommon


@tagged("post_install", "-at_install")
class TestSla(FieldServiceCommon):
    """What a contract promises, and what a check-in keeps of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["helpdesk.sla.policy"].search([]).action_archive()
        cls.standard, cls.gold = cls.env["helpdesk.sla.policy"].create(
            [
                {
                    "name": name,
                    "sequence": sequence,
                    "by_contract": by_contract,
                    "company_id": cls.company.id,
                    "target_ids": [Command.create({"kind": "on_site", "hours": hours})],
                }
                for name, sequence, by_contract, hours in (
                    ("Standard", 20, False, 24),
                    ("Gold", 10, True, 4),
                )
            ]
        )
        cls.contract = cls.env["service.contract"].create(
            {
                "name": "Gold",
                "partner_id": cls.customer.id,
                "date_start": "2026-01-01",
                "equipment_ids": [Command.set(cls.equipment.ids)],
                "sla_policy_ids": [Command.set(cls.gold.ids)],
            }
        )
        cls.contract.action_open()

    def _open(self, **values):
        return self.env["helpdesk.ticket"].create(
            {"name": "It stands still", "partner_id": self.contact.id, **values}
        )

    def test_a_contract_s_promise_holds_for_what_it_covers(self):
        other = self.equipment.copy({"name": "Other", "serial_number": "X"})
        for values, expected in (
            ({"equipment_id": self.equipment.id}, self.gold),
            ({"equipment_id": other.id}, self.standard),
            ({}, self.standard),
            ({"partner_id": self.other_customer.id}, self.standard),
        ):
            with self.subTest(values=values):
                self.assertEqual(self._open(**values).sla_policy_id, expected)

    def test_choosing_the_equipment_chooses_the_promise(self):
        ticket = self._open()
        ticket.equipment_id = self.equipment
        self.assertEqual(ticket.sla_policy_id, self.gold)

    def test_a_contract_that_ends_promises_nothing_any_more(self):
        ticket = self._open(equipment_id=self.equipment.id)
        self.contract.action_close()
        self.assertEqual(ticket.sla_policy_id, self.standard)

    def test_taking_the_promise_out_of_the_contract_leaves_the_general_one(self):
        ticket = self._open(equipment_id=self.equipment.id)
        self.contract.sla_policy_ids = False
        self.assertEqual(ticket.sla_policy_id, self.standard)
        self.contract.sla_policy_ids = self.gold
        self.assertEqual(ticket.sla_policy_id, self.gold)

    def test_the_first_check_in_keeps_the_promise(self):
        ticket = self._open(equipment_id=self.equipment.id)
        self.assertTrue(ticket.on_site_deadline)
        intervention = self._create_intervention(ticket_id=ticket.id)
        visit = self._plan(intervention)
        intervention.with_user(self.user_technician).check_in()
        self.assertEqual(ticket.on_site_date, visit.attendee_ids.checked_in_on)
        arrived = ticket.on_site_date
        intervention.with_user(self.user_technician).check_out()
        visit.attendee_ids.write({"checked_in_on": False, "checked_out_on": False})
        intervention.with_user(self.user_technician).check_in()
        self.assertEqual(ticket.on_site_date, arrived)
        self.assertLessEqual(arrived, Datetime.now())

    def test_a_caller_s_equipment_is_one_tap_away_from_a_ticket(self):
        self.contact.phone = "+39 0445 999 118"
        (caller,) = (
            self.env["helpdesk.ticket"]
            .with_user(self.user_dispatcher)
            .find_caller("+390445999118")["callers"]
        )
        (subject,) = caller["subjects"]
        self.assertEqual(subject["name"], self.equipment.display_name)
        ticket = self._open(**subject["defaults"])
        self.assertEqual((ticket.equipment_id, ticket.site_id), (self.equipment, self.site))

    def test_accountants_read_what_is_promised_and_change_nothing(self):
        self.assertEqual(self.gold.with_user(self.user_accountant).name, "Gold")
        with self.assertRaises(AccessError):
            self.gold.with_user(self.user_accountant).name = "Silver"
