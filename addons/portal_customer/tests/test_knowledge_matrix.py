from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PortalCommon

QUESTION = "the grinding knife screams"
OFFICE = {"office", "technicians", "customers", "everybody"}
CUSTOMERS = {"customers", "everybody"}
# Who finds which article and which case; the customer's is "own", that of another one "other's".
FINDS = {
    "company": CUSTOMERS | {"own"},
    "own": CUSTOMERS | {"own"},
    "site": CUSTOMERS | {"own"},
    "accountant": CUSTOMERS,
    "other": CUSTOMERS | {"other's"},
    "outside": CUSTOMERS,
    "stranger": CUSTOMERS,
    "public": set(),
    "employee": OFFICE,
    "editor": OFFICE,
    "agent": OFFICE | {"own", "other's"},
    "technician": OFFICE | {"own", "other's"},
    "elsewhere": OFFICE - {"technicians"} | {"elsewhere", "case elsewhere"},
}
ARTICLES = OFFICE | {"elsewhere"}


def of_right(act, *arguments):
    """What somebody gets by an act, nothing if they have no right to it."""
    try:
        return act(*arguments)
    except UserError:
        return []


@tagged("post_install", "-at_install")
class TestKnowledgeMatrix(PortalCommon):
    """Each person finds the same by every way in, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["knowledge.entry"].search([]).unlink()
        cls.env["knowledge.article"].search([]).action_archive()
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.persons = {
            **{name: getattr(cls, f"{name}_user") for name in cls.PERSONS},
            "public": cls.public,
            **{
                name: cls._user(f"matrix_{name}", f"{group},base.group_allow_export")
                for name, group in {
                    "employee": "base.group_user",
                    "editor": "knowledge_base.knowledge_base_group_editor",
                    "agent": "helpdesk_ticket.helpdesk_ticket_group_user",
                    "technician": "field_service.field_service_group_user",
                    "elsewhere": "helpdesk_ticket.helpdesk_ticket_group_user",
                }.items()
            },
        }
        cls.persons["elsewhere"].write(
            {"company_ids": [Command.set(cls.elsewhere.ids)], "company_id": cls.elsewhere.id}
        )
        cls.articles = cls.env["knowledge.article"].create(
            [
                {
                    "name": f"{QUESTION}: {name}",
                    "symptom": f"<p>{QUESTION}</p>",
                    "solution": "<p>Oil it.</p>",
                    "state": "published",
                    **values,
                }
                for name, values in {
                    "office": {"audience": "internal"},
                    "technicians": {"audience": "technician", "company_id": cls.company.id},
                    "customers": {"audience": "customer"},
                    "everybody": {"audience": "public"},
                    "draft": {"audience": "public", "state": "draft"},
                    "elsewhere": {"audience": "internal", "company_id": cls.elsewhere.id},
                }.items()
            ]
        )
        for article in cls.articles:
            cls._note(article)
        teams = cls.env["helpdesk.team"].sudo()
        there = teams.create({"name": "Elsewhere", "company_id": cls.elsewhere.id})
        for name, person, values in (
            ("own", cls.company_user, {}),
            ("other's", cls.other_user, {}),
            (
                "case elsewhere",
                cls._portal_user("there", cls._create_partner(name="There"), "company"),
                {"company_id": cls.elsewhere.id, "team_id": there.id},
            ),
        ):
            ticket = cls.env["helpdesk.ticket"].create(
                {"name": f"{QUESTION}: {name}", "partner_id": person.partner_id.id, **values}
            )
            ticket.action_close(solution="Oiled.", cause="Dry.")

    def _as(self, user, model):
        return (
            self.env[model].with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        )

    def _ways(self, user):
        """What somebody finds in the index by each way in."""
        entries = self._as(user, "knowledge.entry")
        everything = self.env["knowledge.entry"].search([])
        ways = {
            "search": lambda: entries.search_similar(QUESTION, limit=50),
            "page": lambda: entries.search_page(QUESTION, limit=50)["problems"],
            "list": lambda: entries.search_read([], ["title"]),
            "web list": lambda: entries.web_search_read([], {"title": {}})["records"],
            "groups": lambda: entries.formatted_read_group([], ["title"], ["__count"]),
            "names": lambda: [{"title": name} for _id, name in entries.name_search("knife")],
            "judge": lambda: entries._accessible(everything.ids),
            "ids": lambda: [
                found
                for entry in everything
                for found in of_right(entries.browse(entry.id).read, ["title"])
            ],
        }
        if not user.share:
            ways["export"] = lambda: [
                {"title": title} for [title] in entries.search([]).export_data(["title"])["datas"]
            ]
        for name, way in ways.items():
            self.env.invalidate_all()
            yield name, self._called(found["title"] for found in of_right(way))

    @staticmethod
    def _called(titles):
        return {title.removeprefix(f"{QUESTION}: ") for title in titles}

    def test_the_index_gives_each_person_the_same_by_every_way_in(self):
        for person, user in self.persons.items():
            for way, found in self._ways(user):
                with self.subTest(person=person, way=way):
                    self.assertEqual(found, FINDS[person])

    def test_articles_with_their_discussions_and_files_follow(self):
        for person, user in self.persons.items():
            expected = FINDS[person] & ARTICLES | ({"draft"} if person == "editor" else set())
            articles = of_right(
                self._as(user, "knowledge.article").search, [("id", "in", self.articles.ids)]
            )
            with self.subTest(person=person):
                self.assertEqual(self._called(article.name for article in articles), expected)
            for model, field in (("mail.message", "model"), ("ir.attachment", "res_model")):
                found = of_right(
                    self._as(user, model).search,
                    [(field, "=", "knowledge.article"), ("res_id", "in", self.articles.ids)],
                )
                of = self.articles.browse({record.res_id for record in found})
                with self.subTest(person=person, model=model):
                    self.assertEqual(
                        self._called(of.mapped("name")), set() if user.share else expected
                    )
