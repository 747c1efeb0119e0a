from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .test_pages import PagesCommon

QUESTION = "the oscillating knife grinds"


@tagged("post_install", "-at_install")
class TestArticleAudience(PagesCommon):
    """An article for some customers: who gets at it, by every way in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tag, cls.tag_below = cls.env["res.partner.category"].create(
            [{"name": "Meat plants"}, {"name": "Salami"}]
        )
        cls.tag_below.parent_id = cls.tag
        cls.product = cls.env["product.product"].create({"name": "Slicer S 300"})
        cls.narrow = cls.env["knowledge.article"].create(
            {
                "name": "The oscillating knife grinds",
                "symptom": "<p>The oscillating knife grinds.</p>",
                "solution": "<p>Oil it.</p>",
                "audience": "customer",
                "state": "published",
            }
        )
        cls.file = cls.env["ir.attachment"].create(
            {"name": "knife.txt", "raw": b"x", "res_model": cls.narrow._name}
        )
        cls.file.res_id = cls.narrow.id
        elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.foreign_employee = cls._user("foreign_employee", "base.group_user")
        cls.foreign_employee.write(
            {"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id}
        )

    def _ways(self, user):
        """Names of the ways in which somebody gets at the article, pages excepted."""
        entries, articles = (
            self.env[model].with_user(user) for model in ("knowledge.entry", "knowledge.article")
        )
        article = articles.browse(self.narrow.id)
        entry = self.env["knowledge.entry"].search(
            [("res_model", "=", article._name), ("res_id", "=", article.id)]
        )

        def of_right(act):
            try:
                return act()
            except AccessError:
                return False

        ways = {
            "search": any(
                found["res_id"] == article.id
                for found in of_right(lambda: entries.search_similar(text=QUESTION)) or []
            ),
            "judge": bool(of_right(lambda: entries._accessible(entry.ids))),
            "read": bool(of_right(lambda: article.read(["solution"]))),
            "read entry": bool(of_right(lambda: entries.browse(entry.id).read(["solution"]))),
            "list": bool(of_right(lambda: articles.search([("id", "=", article.id)]))),
            "file": bool(of_right(self.file.with_user(user)._check_portal_access)),
        }
        self.env.invalidate_all()
        return {name for name, open_ in ways.items() if open_}

    def _assert_readers(self, *readers):
        for person in ("company", "own", "site", "other", "outside", "stranger"):
            with self.subTest(person=person):
                ways = self._ways(self._person(person))
                every = {"search", "judge", "read", "read entry", "list", "file"}
                self.assertEqual(ways, every if person in readers else set())

    # === WHO === #

    def test_all_customers_unless_it_says_so(self):
        self._assert_readers("company", "own", "site", "other", "outside", "stranger")

    def test_particular_customers_with_all_their_contacts(self):
        self.narrow.audience_partner_ids = self.customer
        self._assert_readers("company", "own", "site")
        self.narrow.audience_partner_ids = self.other_customer
        self._assert_readers("other")

    def test_customers_with_a_tag_or_one_below_it(self):
        self.narrow.audience_category_ids = self.tag
        self._assert_readers()
        self.customer.category_id = self.tag_below
        self._assert_readers("company", "own", "site")
        self.customer.category_id = False
        self.other_customer.category_id = self.tag
        self._assert_readers("other")

    def test_a_tag_is_not_for_those_above_it(self):
        self.narrow.audience_category_ids = self.tag_below
        self.customer.category_id = self.tag
        self._assert_readers()

    def test_whoever_owns_equipment_of_the_product(self):
        self.narrow.audience_product_ids = self.product
        self._assert_readers()
        self.equipment.product_id = self.product
        self._assert_readers("company", "own", "site")
        self.equipment.active = False
        self._assert_readers()

    def test_one_reason_is_enough(self):
        self.narrow.write(
            {
                "audience_category_ids": [Command.set(self.tag.ids)],
                "audience_partner_ids": [Command.set(self.other_customer.ids)],
                "audience_product_ids": [Command.set(self.product.ids)],
            }
        )
        self._assert_readers("other")
        self.equipment.product_id = self.product
        self._assert_readers("company", "own", "site", "other")

    def test_for_everybody_means_everybody(self):
        self.narrow.write(
            {"audience_partner_ids": [Command.set(self.customer.ids)], "audience": "public"}
        )
        self._assert_readers("company", "own", "site", "other", "outside", "stranger")

    def test_for_technicians_means_no_customer(self):
        self.narrow.write(
            {"audience_partner_ids": [Command.set(self.customer.ids)], "audience": "technician"}
        )
        self._assert_readers()

    def test_the_office_finds_it_whoever_it_is_for_another_company_s_does_not(self):
        self.narrow.write(
            {
                "audience_partner_ids": [Command.set(self.other_customer.ids)],
                "company_id": self.company.id,
            }
        )
        office = {"search", "judge", "read", "read entry", "list", "file"}
        self.assertEqual(self._ways(self.user_dispatcher), office)
        self.assertEqual(self._ways(self.foreign_employee), set())

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_visitors_get_nothing_without_a_login(self):
        self.narrow.audience = "public"
        self.assertEqual(self._ways(self.public), set())

    def test_on_the_job_a_technician_is_shown_what_is_for_this_customer(self):
        self.intervention.name = QUESTION
        working = self.intervention.with_user(self.outside_user)
        for customer, shown in ((self.customer, True), (self.other_customer, False)):
            self.narrow.audience_partner_ids = customer
            titles = [entry["title"] for entry in working._portal_similar()]
            with self.subTest(customer=customer.name):
                self.assertEqual(self.narrow.name in titles, shown)

    def test_customers_are_not_told_who_else_it_is_for_nor_what_it_said(self):
        self.narrow.audience_partner_ids = self.customer | self.other_customer
        self.narrow.solution = "<p>Grease it.</p>"
        article = self.narrow.with_user(self.company_user)
        self.assertEqual(article.read(["name"])[0]["name"], self.narrow.name)
        for name in (
            "audience_partner_ids",
            "audience_category_ids",
            "audience_product_ids",
            "html_field_history",
            "html_field_history_metadata",
        ):
            with self.subTest(name=name), self.assertRaises(AccessError):
                article.read([name])

    # === WHEN === #

    def test_what_is_not_valid_yet_or_no_more_is_gone_for_customers_and_the_search(self):
        today = fields.Date.today()
        everybody = ("company", "own", "site", "other", "outside", "stranger")
        for start, stop, readers in (
            (today, today, everybody),
            (fields.Date.add(today, days=1), False, ()),
            (False, fields.Date.subtract(today, days=1), ()),
        ):
            self.narrow.write({"valid_from": start, "valid_until": stop})
            with self.subTest(start=start, stop=stop):
                self._assert_readers(*readers)
        office = self._ways(self.user_dispatcher)
        self.assertNotIn("search", office)
        self.assertIn("read", office)

    def test_it_expires_by_itself(self):
        self.narrow.valid_until = "2027-03-31"
        self.env.flush_all()
        with freeze_time("2027-03-31 12:00:00"):
            self.assertTrue(self._ways(self.company_user))
        with freeze_time("2027-04-01 12:00:00"):
            self.assertFalse(self._ways(self.company_user))

    # === PAGES === #

    def test_pages_and_files_for_those_it_is_for(self):
        self.narrow.audience_partner_ids = self.customer
        note = self._note(self.narrow)
        for person, status in (("company", 200), ("other", 404), ("outside", 404)):
            self._login(person)
            for url in (f"/my/knowledge/{self.narrow.id}", f"/my/files/{self.file.id}"):
                with self.subTest(person=person, url=url):
                    self.assertEqual(self._get(url).status_code, status)
            with self.subTest(person=person):
                self.assertEqual(self.narrow.name in self._get("/my/knowledge").text, status == 200)
                self.assertEqual(self._get(f"/my/files/{note.id}").status_code, 404)
                # Odoo's own address of a file shows a picture in the place of what is refused.
                self.assertNotEqual(self._get(f"/web/content/{self.file.id}").content, b"x")

    def test_readers_are_offered_their_language_first(self):
        self.env["res.lang"]._activate_lang("it_IT")
        italian = self.narrow.copy(
            {"name": "Il coltello gratta", "lang": "it_IT", "state": "published"}
        )
        italian.original_id = self.narrow
        for lang, shown, hidden in (
            ("it_IT", italian, self.narrow),
            ("en_US", self.narrow, italian),
        ):
            self.company_user.lang = lang
            self._login("company")
            with self.subTest(lang=lang):
                listed = self._get("/my/knowledge").text
                self.assertIn(shown.name, listed)
                self.assertNotIn(hidden.name, listed)
                page = self._get(f"/my/knowledge/{shown.id}").text
                self.assertIn(f"/my/knowledge/{hidden.id}", page)
        italian.audience = "internal"
        self.assertNotIn(
            f"/my/knowledge/{italian.id}", self._get(f"/my/knowledge/{self.narrow.id}").text
        )

    def test_made_private_while_somebody_reads_it_everything_is_gone(self):
        picture = self.env["ir.attachment"].create(
            {
                "name": "knife.png",
                "raw": self._photo()[1][1],
                "res_model": self.narrow._name,
                "res_id": self.narrow.id,
            }
        )
        [token] = picture.generate_access_token()
        self.narrow.solution = (
            f'<p>Look: <img src="/web/image/{picture.id}-abc/k.png?access_token={token}"></p>'
        )
        self._login("company")
        url, address = f"/my/knowledge/{self.narrow.id}", f"/my/files/{picture.id}"
        page = self._get(url)
        self.assertIn(f'src="{address}"', page.text)
        self.assertNotIn(token, page.text)
        self.assertEqual(self._get(address).status_code, 200)
        self.assertIn(f"/my/files/{self.file.id}", page.text)
        self.narrow.audience = "internal"
        for gone in (url, address, f"/my/files/{self.file.id}"):
            with self.subTest(url=gone):
                self.assertEqual(self._get(gone).status_code, 404)
        self.assertEqual(self._post(f"{url}/feedback", kind="solved").status_code, 404)
