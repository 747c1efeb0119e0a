from odoo.tests import Form, tagged

from odoo.addons.helpdesk_ticket.tests.common import HelpdeskTourCommon

from .common import FieldServiceCommon

QUESTION = "nastro trasportatore fermo"


class SimilarCommon(FieldServiceCommon):
    """A case that was solved, and an intervention that looks like it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["knowledge.entry"].search([]).unlink()
        cls.solved = cls._create_intervention(name="Nastro trasportatore fermo")
        cls.solved.with_user(cls.user_dispatcher).action_done(
            cause="Cinghia rotta", solution="Cambiata la cinghia"
        )
        cls.proven = cls._entry_of(cls.solved)
        cls.intervention = cls._create_intervention(
            name="Il nastro trasportatore è fermo",
            technician_ids=[(6, 0, cls.technician.ids)],
        )

    @classmethod
    def _entry_of(cls, record):
        return cls.env["knowledge.entry"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)]
        )


@tagged("post_install", "-at_install")
class TestSimilarProblems(SimilarCommon):
    """The panel beside an intervention, and what closing it makes of what was used."""

    def _note(self, kind, record, user):
        events = self.env["knowledge.event"].with_user(user)
        return events.record(self.proven.ids, kind, record._name, record.id)

    def _close(self, intervention, user):
        dialogs = self.env["service.intervention.done"].with_user(user)
        return Form(dialogs.with_context(default_intervention_id=intervention.id))

    def test_a_technician_finds_what_others_solved_without_opening_it(self):
        (found,) = self.intervention.with_user(self.user_technician).find_similar()
        self.assertEqual((found["id"], found["kind"]), (self.proven.id, "Intervention"))
        self.assertEqual(found["solution"], "Cambiata la cinghia")
        self.assertFalse(found["readable"], "somebody else's work")
        (found,) = self.intervention.with_user(self.user_dispatcher).find_similar()
        self.assertTrue(found["readable"])

    def _equipment_of(self, product):
        return self.env["service.equipment"].create(
            {"name": "Nastro", "product_id": product.id, "partner_id": self.customer.id}
        )

    def test_the_same_product_comes_first_among_equals(self):
        mine, other = self.env["product.product"].create(
            [{"name": "Nastro Rulmeca 400"}, {"name": "Nastro Interroll 90"}]
        )
        alike = self._create_intervention(
            name="Nastro trasportatore fermo",
            equipment_ids=[(6, 0, self._equipment_of(mine).ids)],
        )
        another = self._create_intervention(
            name="Nastro trasportatore fermo",
            equipment_ids=[(6, 0, self._equipment_of(other).ids)],
        )
        for solved in (alike, another):
            solved.with_user(self.user_dispatcher).action_done(
                cause="Cinghia rotta", solution="Cambiata la cinghia"
            )
        self.assertEqual(self._entry_of(alike).tags, "Nastro Rulmeca 400")
        for product, first in ((mine, alike), (other, another)):
            with self.subTest(product=product.name):
                self.intervention.equipment_ids = self._equipment_of(product)
                found = self.intervention.with_user(self.user_dispatcher).find_similar()
                self.assertEqual(found[0]["id"], self._entry_of(first).id)

    def test_a_ticket_is_found_by_the_product_it_is_about(self):
        product = self.env["product.product"].create({"name": "Nastro Rulmeca 400"})
        ticket = self.env["helpdesk.ticket"].create(
            {
                "name": "Non parte",
                "partner_id": self.contact.id,
                "equipment_id": self._equipment_of(product).id,
            }
        )
        self.assertEqual(ticket._knowledge_tags(), "Nastro Rulmeca 400")

    def test_solved_cases_are_found_by_what_their_equipment_is_now(self):
        wrong, right = self.env["product.product"].create(
            [{"name": "Nastro Rulmeca 400"}, {"name": "Nastro Interroll 90"}]
        )
        equipment = self._equipment_of(wrong)
        job = self._create_intervention(name="Non parte", equipment_ids=[(6, 0, equipment.ids)])
        job.with_user(self.user_dispatcher).action_done(cause="Fusibile", solution="Cambiato")
        ticket = self.env["helpdesk.ticket"].create(
            {"name": "Fermo", "partner_id": self.contact.id, "equipment_id": equipment.id}
        )
        ticket.action_close(solution="Riavviato", cause="Arresto premuto")
        equipment.with_user(self.user_dispatcher).write(
            {"product_id": right.id, "serial_number": "IR90-1"}
        )
        for case in (job, ticket):
            self.assertRecordValues(
                self._entry_of(case), [{"tags": "Nastro Interroll 90", "codes": "IR90-1"}]
            )
        equipment.active = False
        job._knowledge_index()
        self.assertEqual(self._entry_of(job).codes, "IR90-1", "also when it has been scrapped")

    def test_what_is_archived_is_not_found(self):
        ticket = self.env["helpdesk.ticket"].create(
            {"name": "Nastro trasportatore fermo", "partner_id": self.contact.id}
        )
        ticket.action_close(solution="Riavviato", cause="Arresto premuto")
        for case in (ticket, self.solved):
            with self.subTest(case=case.display_name):
                self.assertTrue(self._entry_of(case))
                case.active = False
                self.assertFalse(self._entry_of(case))
                case.active = True
                self.assertTrue(self._entry_of(case))

    def test_who_sees_no_interventions_finds_none(self):
        entries = self.env["knowledge.entry"].with_user(self.user_employee)
        self.assertEqual(entries.search_similar(QUESTION), [])

    def test_a_technician_closes_with_what_they_used(self):
        self._note("used", self.intervention, self.user_technician)
        dialog = self._close(self.intervention, self.user_technician)
        self.assertEqual(dialog.entry_id, self.proven)
        self.assertEqual(dialog.cause, "Cinghia rotta")
        self.assertEqual(dialog.solution, "Cambiata la cinghia")
        dialog.save().action_confirm()
        self.assertEqual(self.intervention.state, "done")
        self.assertEqual(self.proven.solved_count, 1)
        self.assertEqual(self._entry_of(self.intervention).parent_id, self.proven)

    def test_ticket_and_intervention_are_one_case(self):
        ticket = self.env["helpdesk.ticket"].create(
            {"name": "Nastro trasportatore fermo, di nuovo", "partner_id": self.contact.id}
        )
        made = ticket.with_user(self.user_dispatcher).create_intervention()
        intervention = self.env["service.intervention"].browse(made["intervention_id"])
        intervention.technician_ids = self.technician
        self._note("used", ticket, self.env.user)
        (found,) = intervention.with_user(self.user_technician).find_similar()
        self.assertTrue(found["used"], "what the desk took up")
        dialog = self._close(intervention, self.user_technician)
        self.assertEqual(dialog.entry_id, self.proven)
        dialog.save().action_confirm()
        self.assertTrue(ticket.closed)
        self.assertEqual(self._entry_of(ticket).parent_id, self.proven)
        ticket._knowledge_index()
        self.assertEqual(self._entry_of(ticket).parent_id, self.proven, "also made anew")

    def test_closing_begins_an_article_for_who_writes_some(self):
        self.user_dispatcher.group_ids += self.env.ref("knowledge_base.knowledge_base_group_editor")
        dialog = self._close(self.intervention, self.user_dispatcher)
        dialog.cause, dialog.solution = "Cinghia lenta", "Tesa la cinghia"
        action = dialog.save().action_confirm_and_make_article()
        article = self.env["knowledge.article"].browse(action["res_id"])
        self.assertEqual((article.state, article.name), ("draft", self.intervention.name))
        self.assertIn("Tesa la cinghia", article.solution)
        again = self.intervention.with_user(self.user_dispatcher).action_make_article()
        self.assertEqual(again["res_id"], article.id, "the draft is gone on with")
        article.action_publish()
        self.assertEqual(self._entry_of(self.intervention).parent_id, self._entry_of(article))

    def test_an_article_tells_the_product_not_whose_machine_it_was(self):
        self.user_dispatcher.group_ids += self.env.ref("knowledge_base.knowledge_base_group_editor")
        machine = self._equipment_of(
            self.env["product.product"].create({"name": "Nastro Rulmeca 400"})
        )
        machine.serial_number = "RU400-2147"
        self.intervention.write(
            {"equipment_ids": [(6, 0, machine.ids)], "description": "<p>La RU400-2147 è ferma</p>"}
        )
        ticket = self.env["helpdesk.ticket"].create(
            {
                "name": "Nastro fermo",
                "description": "<p>La RU400-2147 è ferma</p>",
                "partner_id": self.contact.id,
                "equipment_id": machine.id,
            }
        )
        for case in (self.intervention, ticket):
            with self.subTest(case=case._name):
                action = case.with_user(self.user_dispatcher).action_make_article()
                article = self.env["knowledge.article"].browse(action["res_id"])
                self.assertEqual(article.product, "Nastro Rulmeca 400")
                self.assertFalse(article.error_codes)
                self.assertIn("<mark>RU400-2147</mark>", article.symptom)


@tagged("post_install", "-at_install")
class TestSimilarProblemsScreen(SimilarCommon, HelpdeskTourCommon):
    def test_an_intervention_is_closed_with_what_solved_another(self):
        useless = self._create_intervention(name="Nastro fermo dopo il lavaggio")
        useless.with_user(self.user_dispatcher).action_done(cause="Acqua", solution="Asciugato")
        self.start_tour(
            f"/odoo/service.intervention/{self.intervention.id}",
            "field_service_similar_problems",
            login=self.user_technician.login,
        )
        self.assertRecordValues(
            self.intervention,
            [
                {
                    "state": "done",
                    "cause": "Cinghia rotta",
                    "solution": "Cambiata anche qui la cinghia",
                }
            ],
        )
        self.assertEqual(self.proven.solved_count, 1)
        events = self.env["knowledge.event"].search([("res_id", "=", self.intervention.id)])
        self.assertEqual(
            {(event.entry_id, event.kind) for event in events},
            {
                (self.proven, "shown"),
                (self._entry_of(useless), "shown"),
                (self._entry_of(useless), "useless"),
                (self.proven, "used"),
                (self.proven, "solved"),
            },
        )

    def test_what_solved_the_like_comes_up_while_an_intervention_is_typed(self):
        before = self.env["service.intervention"].search_count([])
        self.start_tour(
            "/odoo/field-service/new",
            "field_service_similar_while_typing",
            login=self.user_dispatcher.login,
        )
        self.assertEqual(self.env["service.intervention"].search_count([]), before)
