from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestTicket(HelpdeskCommon):
    # === NUMBER === #

    def test_tickets_are_numbered_one_after_the_other(self):
        tickets = self.env["helpdesk.ticket"].create([{"name": f"Guasto {i}"} for i in range(3)])
        numbers = tickets.mapped("number")
        self.assertEqual(len(set(numbers)), 3)
        self.assertEqual(numbers, sorted(numbers))
        self.assertEqual(tickets[0].display_name, f"{numbers[0]} Guasto 0")

    def test_a_company_with_a_sequence_counts_for_itself(self):
        other = self._create_company(name="Altra assistenza")
        self.env["ir.sequence"].create(
            {"name": "x", "code": "helpdesk.ticket", "prefix": "ALTRA-", "company_id": other.id}
        )
        own, foreign = self.env["helpdesk.ticket"].create(
            [{"name": "Nostro"}, {"name": "Altrui", "company_id": other.id}]
        )
        self.assertEqual(foreign.number, "ALTRA-1")
        self.assertFalse(own.number.startswith("ALTRA-"))

    def test_two_companies_may_count_alike_one_may_not(self):
        other = self._create_company(name="Altra assistenza")
        ticket = self._create_ticket(number="X-1")
        self._create_ticket(number="X-1", company_id=other.id, partner_id=False)
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self._create_ticket(number="X-1")
        self.assertTrue(ticket.exists())

    def test_eighty_tickets_draw_their_numbers_at_once(self):
        def queries(count):
            with self._queries("ir_sequence") as found:
                self.env["helpdesk.ticket"].create([{"name": str(i)} for i in range(count)])
            return len(found)

        queries(2)
        self.assertEqual(queries(2), queries(80))

    def test_a_sequence_without_gaps_is_respected(self):
        sequence = self.env["ir.sequence"].search([("code", "=", "helpdesk.ticket")], limit=1)
        sequence.implementation = "no_gap"
        tickets = self.env["helpdesk.ticket"].create([{"name": str(i)} for i in range(3)])
        self.assertEqual(len(set(tickets.mapped("number"))), 3)

    # === DEFAULTS === #

    def test_the_requester_brings_mail_phone_and_the_site_its_access(self):
        self.giulia.write({"phone": "+39 0445 360118", "email": "giulia@alfa.example.com"})
        ticket = self._create_ticket(site_id=self.alfa_site.id)
        self.assertRecordValues(
            ticket,
            [
                {
                    "commercial_partner_id": self.alfa.id,
                    "partner_email": "giulia@alfa.example.com",
                    "partner_phone": "+39 0445 360118",
                    "access_note": "Chiedere in portineria.",
                    "stage_id": self.stage_new.id,
                    "team_id": self.team.id,
                    "priority": "1",
                    "channel": "internal",
                }
            ],
        )

    def test_a_category_proposes_team_and_priority(self):
        it_team = self.env["helpdesk.team"].create({"name": "IT"})
        self.category.write({"team_id": it_team.id, "priority": "3"})
        ticket = self._create_ticket(category_id=self.category.id)
        self.assertEqual((ticket.team_id, ticket.priority), (it_team, "3"))

    def test_what_a_person_chose_stays(self):
        it_team = self.env["helpdesk.team"].create({"name": "IT"})
        ticket = self._create_ticket(
            category_id=self.category.id, team_id=it_team.id, priority="2", partner_email="a@b.it"
        )
        self.assertEqual((ticket.team_id, ticket.priority), (it_team, "2"))
        self.assertEqual(ticket.partner_email, "a@b.it")

    def test_a_category_asks_its_questions(self):
        self.category.ticket_properties_definition = [
            {"name": "pressure", "string": "Pressure", "type": "float"}
        ]
        ticket = self._create_ticket(category_id=self.category.id)
        ticket.ticket_properties = {"pressure": 1.5}
        self.assertEqual(ticket.ticket_properties["pressure"], 1.5)

    def test_the_agent_s_form_needs_a_subject_only(self):
        with Form(self.env["helpdesk.ticket"].with_user(self.user_agent)) as form:
            form.name = "Rumore"
        self.assertEqual(form.record.company_id, self.env.company)
        self.assertTrue(form.record.number)

    def test_a_site_belongs_to_the_customer(self):
        with self.assertRaises(ValidationError):
            self._create_ticket(site_id=self.beta_site.id)
        ticket = self._create_ticket(site_id=self.alfa_site.id)
        with self.assertRaises(ValidationError):
            ticket.partner_id = self.paolo

    def test_a_category_is_not_its_own_parent(self):
        child = self.env["helpdesk.category"].create({"name": "Gas", "parent_id": self.category.id})
        self.assertEqual(child.complete_name, "Boilers / Gas")
        with self.assertRaises(UserError):
            self.category.parent_id = child

    # === ASSIGNMENT === #

    def test_a_balanced_team_gives_to_whom_has_least(self):
        self.team.assignment = "balanced"
        self._create_ticket(user_id=self.user_agent.id)
        tickets = self.env["helpdesk.ticket"].create([{"name": str(i)} for i in range(3)])
        self.assertEqual(sorted(tickets.user_id.mapped("login") * 1), ["hd_agent", "hd_manager"])
        self.assertEqual(tickets[0].user_id, self.user_manager)

    def test_by_hand_means_by_hand(self):
        self.assertFalse(self._create_ticket().user_id)
        ticket = self._create_ticket().with_user(self.user_agent)
        ticket.action_assign_to_me()
        self.assertEqual(ticket.user_id, self.user_agent)

    def test_a_team_counts_what_is_open_unassigned_and_late(self):
        self._create_policy(calendar=False, resolution=1, response=0)
        with self._at("2026-11-09 08:00:00"):
            self._create_ticket()
            self._create_ticket(user_id=self.user_agent.id)
        with self._at("2026-11-09 08:30:00"):
            self._create_ticket().action_close(solution="Fatto", cause="Vecchio")
        with self._at("2026-11-09 10:00:00"):
            self.assertRecordValues(
                self.team,
                [{"open_ticket_count": 2, "unassigned_ticket_count": 1, "late_ticket_count": 2}],
            )

    # === LIFE === #

    def test_a_closed_ticket_is_not_deleted(self):
        ticket = self._create_ticket()
        ticket.action_close(solution="Fatto", cause="Vecchio")
        with self.assertRaises(UserError):
            ticket.unlink()
        self._create_ticket().unlink()

    def test_a_solved_stage_needs_a_solution_a_cancelled_one_does_not(self):
        ticket = self._create_ticket()
        for solution in (False, "", "   "):
            with self.subTest(solution=solution), self.assertRaises(ValidationError):
                ticket.write({"stage_id": self.stage_solved.id, "solution": solution})
        ticket.stage_id = self.stage_cancelled
        self.assertTrue(ticket.closed)

    def test_a_team_s_own_stages_replace_no_common_one(self):
        it_team = self.env["helpdesk.team"].create({"name": "IT"})
        own = self.env["helpdesk.stage"].create(
            {"name": "Remote", "sequence": 1, "team_ids": it_team.ids}
        )
        self.assertEqual(self._create_ticket(team_id=it_team.id).stage_id, own)
        ticket = self._create_ticket(team_id=it_team.id)
        ticket.team_id = self.team
        self.assertEqual(ticket.stage_id, self.stage_new)

    # === KNOWLEDGE === #

    def test_a_solved_problem_is_found_by_the_next_one(self):
        first = self._create_ticket(
            name="Caldaia in blocco E05", description="<p>Riarmo inutile</p>"
        )
        first.action_close(solution="Pulito l'elettrodo", cause="Elettrodo ossidato")
        second = self._create_ticket(name="Caldaia bloccata, display E-05").with_user(
            self.user_agent
        )
        (found,) = second.find_similar()
        self.assertEqual((found["res_model"], found["res_id"]), ("helpdesk.ticket", first.id))
        self.assertEqual(found["solution"], "Pulito l'elettrodo")
        self.assertTrue(found["why"])

    def test_a_ticket_does_not_find_itself(self):
        ticket = self._create_ticket(name="Caldaia in blocco E05")
        ticket.action_close(solution="Pulito", cause="Sporco")
        self.assertEqual(ticket.find_similar(), [])
        self.assertEqual(ticket.find_similar(text="caldaia blocco E05"), [])

    def test_what_was_useless_on_a_ticket_is_offered_on_others_only(self):
        self._create_ticket(name="Caldaia in blocco E05").action_close("Pulito", "Sporco")
        here, elsewhere = (
            self._create_ticket(name="Caldaia blocco E05"),
            self._create_ticket(name="Caldaia blocco E05"),
        )
        (found,) = here.find_similar()
        self.env["knowledge.event"].with_user(self.user_agent).record(
            [found["id"]], "useless", here._name, here.id
        )
        self.assertEqual(here.with_user(self.user_manager).find_similar(), [])
        self.assertEqual([entry["id"] for entry in elsewhere.find_similar()], [found["id"]])

    def test_what_solved_it_counts_when_the_ticket_is_closed_with_it(self):
        self._create_ticket(name="Caldaia in blocco E05").action_close("Pulito", "Sporco")
        ticket = self._create_ticket(name="Caldaia blocco E05").with_user(self.user_agent)
        (found,) = ticket.find_similar()
        dialogs = self.env["helpdesk.ticket.close"].with_user(self.user_agent)
        with Form(
            dialogs.with_context(
                default_ticket_ids=ticket.ids,
                default_solution=found["solution"],
                default_entry_id=found["id"],
            )
        ) as form:
            self.assertEqual(form.solution, "Pulito")
            form.cause = "Sporco di nuovo"
        entry = self.env["knowledge.entry"].browse(found["id"])
        self.assertEqual(entry.solved_count, 0)
        form.record.action_confirm()
        self.assertEqual(entry.solved_count, 1)
        self.assertEqual(ticket.solution, "Pulito")

    def test_a_text_is_enough_to_find(self):
        ticket = self._create_ticket(name="Caldaia in blocco E05")
        ticket.action_close(solution="Pulito", cause="Sporco")
        tickets = self.env["helpdesk.ticket"].with_user(self.user_agent)
        self.assertEqual(len(tickets.find_similar(text="caldaia in blocco")), 1)
        self.assertEqual(tickets.find_similar(text="  "), [])
        self.assertEqual(tickets.find_similar(), [])

    def test_what_is_open_again_is_no_longer_solved(self):
        ticket = self._create_ticket(name="Caldaia in blocco E05")
        ticket.action_close(solution="Pulito", cause="Sporco")
        ticket.reopen(reason="Di nuovo")
        self.assertEqual(self._create_ticket().find_similar(text="caldaia in blocco E05"), [])

    def test_a_customer_finds_own_cases_never_another_s(self):
        self._let_customers_read_their_tickets()
        ticket = self._create_ticket(name="Caldaia in blocco E05")
        ticket.action_close(solution="Pulito", cause="Sporco")
        search = self.env["knowledge.entry"]
        own = search.with_user(self.user_portal).search_similar("caldaia in blocco E05")
        self.assertEqual([entry["res_id"] for entry in own], ticket.ids)
        foreign = search.with_user(self.user_other_portal).search_similar("caldaia in blocco E05")
        self.assertEqual(foreign, [])
