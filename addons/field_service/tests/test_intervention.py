from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import FieldServiceCommon, at, picture


@tagged("post_install", "-at_install")
class TestIntervention(FieldServiceCommon):
    def _create_ticket(self, **values):
        return self.env["helpdesk.ticket"].create(
            {
                "name": "The film tears",
                "partner_id": self.contact.id,
                "equipment_id": self.equipment.id,
                **values,
            }
        )

    # === FROM THE TICKET === #

    def test_a_ticket_becomes_an_intervention_at_the_right_place(self):
        ticket = self._create_ticket()
        made = ticket.with_user(self.user_dispatcher).create_intervention()
        intervention = self.env["service.intervention"].browse(made["intervention_id"])
        self.assertRecordValues(
            intervention,
            [
                {
                    "ticket_id": ticket.id,
                    "partner_id": self.customer.id,
                    "contact_id": self.contact.id,
                    "site_id": self.site.id,
                    "equipment_ids": self.equipment.ids,
                    "invoice_partner_id": self.customer.id,
                    "access_note": "Ring at the gate.",
                    "state": "draft",
                }
            ],
        )

    def test_a_closed_ticket_becomes_no_intervention(self):
        ticket = self._create_ticket()
        ticket.action_close(solution="Tightened", cause="Loose")
        with self.assertRaisesRegex(UserError, "is closed"):
            ticket.with_user(self.user_dispatcher).create_intervention()

    def test_planning_moves_the_ticket_on(self):
        ticket = self._create_ticket()
        first_stage = ticket.stage_id
        made = ticket.with_user(self.user_dispatcher).create_intervention()
        self._plan(self.env["service.intervention"].browse(made["intervention_id"]))
        self.assertGreater(ticket.stage_id.sequence, first_stage.sequence)

    def test_a_ticket_is_opened_on_own_equipment_only(self):
        tickets = self.env["helpdesk.ticket"].with_user(self.user_dispatcher)
        with self.assertRaisesRegex(ValidationError, "own pieces of equipment"):
            tickets.open_ticket(
                values={
                    "name": "Help",
                    "partner_id": self.other_customer.id,
                    "equipment_id": self.equipment.id,
                }
            )

    def test_equipment_says_where_help_is_needed(self):
        opened = (
            self.env["helpdesk.ticket"]
            .with_user(self.user_dispatcher)
            .open_ticket(
                values={
                    "name": "Help",
                    "partner_id": self.contact.id,
                    "equipment_id": self.equipment.id,
                }
            )
        )
        ticket = self.env["helpdesk.ticket"].browse(opened["ticket_id"])
        self.assertEqual(ticket.site_id, self.site)

    # === WHAT BELONGS TOGETHER === #

    def test_an_intervention_is_at_the_customers_own_site_and_equipment(self):
        site = self.env["res.partner"].create(
            {"name": "Elsewhere", "parent_id": self.other_customer.id, "type": "delivery"}
        )
        with self.assertRaisesRegex(ValidationError, "belongs to Monte"):
            self._create_intervention(site_id=site.id)

    def test_interventions_are_numbered(self):
        first, second = self._create_intervention(), self._create_intervention()
        self.assertTrue(first.number)
        self.assertNotEqual(first.number, second.number)

    # === CHECKLIST === #

    def _checked_type(self):
        return self.env["service.intervention.type"].create(
            {
                "name": "Boiler check",
                "checklist_item_ids": [
                    (0, 0, {"name": "Door closes", "kind": "yes_no", "required": True}),
                    (
                        0,
                        0,
                        {"name": "Pressure", "kind": "number", "minimum": 1.0, "maximum": 2.0},
                    ),
                    (0, 0, {"name": "Nameplate", "kind": "photo", "required": True}),
                ],
            }
        )

    def test_the_type_of_work_asks_its_checklist(self):
        intervention = self._create_intervention(type_id=self._checked_type().id)
        self.assertEqual(
            intervention.checklist_answer_ids.item_id.mapped("name"),
            ["Door closes", "Pressure", "Nameplate"],
        )

    def test_answers_are_judged_and_what_is_missing_is_told(self):
        intervention = self._create_intervention(
            type_id=self._checked_type().id, technician_ids=[(6, 0, self.technician.ids)]
        )
        door, pressure, nameplate = intervention.checklist_answer_ids
        technician = intervention.with_user(self.user_technician)
        answered = technician.answer_checklist(
            answers=[
                {"answer_id": door.id, "value": "yes"},
                {"answer_id": pressure.id, "value": "2,4"},
            ]
        )
        self.assertEqual(answered["missing"], ["Nameplate"])
        self.assertEqual(
            answered["answers"][1], {"id": pressure.id, "value": "2.4", "is_within_limits": False}
        )
        self.assertEqual(door.answered_by_id, self.user_technician)
        answered = technician.answer_checklist(
            answers=[{"answer_id": nameplate.id, "files": [{"name": "p.jpg", "data": picture()}]}]
        )
        self.assertEqual(answered["missing"], [])
        self.assertEqual(len(nameplate.attachment_ids), 1)

    def test_a_measure_is_a_number(self):
        intervention = self._create_intervention(
            type_id=self._checked_type().id, technician_ids=[(6, 0, self.technician.ids)]
        )
        pressure = intervention.checklist_answer_ids[1]
        with self.assertRaisesRegex(ValidationError, "write a number"):
            intervention.with_user(self.user_technician).answer_checklist(
                answers=[{"answer_id": pressure.id, "value": "high"}]
            )

    # === FILES === #

    def test_the_same_photo_sent_twice_is_there_once(self):
        intervention = self._create_intervention(technician_ids=[(6, 0, self.technician.ids)])
        technician = intervention.with_user(self.user_technician)
        files = [{"name": "before.jpg", "data": picture("blue"), "kind": "before"}]
        first = technician.add_files(files=files)
        self.assertEqual(technician.add_files(files=files), first)
        self.assertEqual(intervention.attachment_count, 1)

    def test_a_page_that_calls_itself_a_photo_is_refused(self):
        intervention = self._create_intervention(technician_ids=[(6, 0, self.technician.ids)])
        with self.assertRaisesRegex(ValidationError, "not accepted"):
            intervention.with_user(self.user_technician).add_files(
                files=[{"name": "x.jpg", "data": "PGh0bWw+PHNjcmlwdD4xPC9zY3JpcHQ+PC9odG1sPg=="}]
            )

    # === CLOSING === #

    def test_closing_says_everything_that_is_missing(self):
        intervention = self._create_intervention(type_id=self._checked_type().id)
        self._plan(intervention)
        self._record(intervention, {"kind": "labour", "start": at(8), "stop": at(9)})
        with self.assertRaises(UserError) as refused:
            intervention.with_user(self.user_technician).action_done()
        for expected in ("Door closes", "Nameplate", "cause and the solution", "signed report"):
            self.assertIn(expected, str(refused.exception))

    def test_work_without_visit_site_and_signature_is_as_natural(self):
        design = self.env.ref("field_service.service_intervention_type_design")
        intervention = self._create_intervention(
            type_id=design.id, site_id=False, equipment_ids=False, contact_id=False
        )
        intervention.technician_ids = self.technician
        self._record(intervention, {"kind": "labour", "date": at(8)[:10], "quantity": 4})
        self.assertFalse(intervention.work_line_ids.filtered(lambda ln: ln.kind == "call_out"))
        done = intervention.with_user(self.user_technician).action_done()
        self.assertEqual(done["state"], "done")

    def test_closing_the_last_intervention_closes_the_ticket_and_tells_how(self):
        ticket = self._create_ticket()
        made = ticket.with_user(self.user_dispatcher).create_intervention()
        intervention = self.env["service.intervention"].browse(made["intervention_id"])
        second = self._create_intervention(ticket_id=ticket.id)
        told = {"cause": "Loose screw", "solution": "Tightened the screw of the tear bar"}
        done = intervention.with_user(self.user_dispatcher).action_done(**told)
        self.assertFalse(done["ticket_closed"])
        done = second.with_user(self.user_dispatcher).action_done(**told)
        self.assertTrue(done["ticket_closed"])
        self.assertEqual(ticket.solution, told["solution"])

    def test_a_solved_case_is_in_the_index_once(self):
        ticket = self._create_ticket()
        made = ticket.with_user(self.user_dispatcher).create_intervention()
        intervention = self.env["service.intervention"].browse(made["intervention_id"])
        alone = self._create_intervention(name="The belt slips")
        told = {"cause": "Worn", "solution": "Replaced the wornoutbelt"}
        (intervention | alone)[0].with_user(self.user_dispatcher).action_done(**told)
        alone.with_user(self.user_dispatcher).action_done(**told)
        entries = self.env["knowledge.entry"].search([("solution", "like", "wornoutbelt")])
        self.assertEqual(
            sorted(entries.mapped("res_model")), ["helpdesk.ticket", "service.intervention"]
        )

    def test_waiting_says_what_for(self):
        intervention = self._create_intervention(technician_ids=[(6, 0, self.technician.ids)])
        technician = intervention.with_user(self.user_technician)
        with self.assertRaisesRegex(ValidationError, "waited for"):
            technician.set_waiting(reason=" ")
        technician.set_waiting(reason="Sensor ordered", until="2026-11-20")
        self.assertEqual(intervention.state, "waiting")
        self.assertEqual(str(intervention.waiting_until), "2026-11-20")

    def test_an_intervention_with_work_is_not_cancelled_nor_deleted(self):
        intervention = self._story_one()
        with self.assertRaisesRegex(UserError, "Work has been recorded"):
            intervention.action_cancel()
        with self.assertRaisesRegex(UserError, "cancel it instead"):
            intervention.unlink()

    def test_cancelling_takes_the_visits_off_the_calendar(self):
        intervention = self._create_intervention()
        visit = self._plan(intervention)
        intervention.with_user(self.user_dispatcher).action_cancel()
        self.assertFalse(visit.active)
        intervention.with_user(self.user_dispatcher).action_reopen()
        self.assertEqual(intervention.state, "draft")
