from datetime import date

from psycopg2.errors import CheckViolation, ForeignKeyViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import KnowledgeBaseCommon


@tagged("post_install", "-at_install")
class TestKnowledgeArticle(KnowledgeBaseCommon):
    # === STATES === #

    def test_from_draft_over_review_to_publication(self):
        article = self._create_article("Pompa bloccata", publish=False)
        self.assertEqual(article.state, "draft")
        article.with_user(self.user_editor).action_submit()
        self.assertEqual(article.state, "review")
        with freeze_time("2026-11-09"):
            article.with_user(self.user_manager).action_publish()
        self.assertRecordValues(
            article,
            [
                {
                    "state": "published",
                    "published_date": date(2026, 11, 9),
                    "review_date": date(2027, 11, 9),
                }
            ],
        )

    def test_an_article_goes_back_to_draft_and_out_again(self):
        article = self._create_article("Pompa bloccata")
        article.with_user(self.user_manager).action_draft()
        self.assertEqual(article.state, "draft")
        article.action_submit()
        self.assertEqual(article.state, "review")

    def test_a_planned_review_is_kept_a_past_one_is_renewed(self):
        with freeze_time("2026-11-09"):
            kept = self._create_article("A", publish=False, review_date="2026-12-24")
            past = self._create_article("B", publish=False, review_date="2026-01-01")
            (kept + past).action_publish()
        self.assertEqual(kept.review_date, date(2026, 12, 24))
        self.assertEqual(past.review_date, date(2027, 11, 9))

    def test_steps_out_of_order_are_refused_for_all(self):
        published = self._create_article("Pubblicato")
        draft = self._create_article("Bozza", publish=False)
        with self.assertRaisesRegex(UserError, "Pubblicato"):
            (draft + published).action_submit()
        self.assertEqual(draft.state, "draft")
        with self.assertRaisesRegex(UserError, "Bozza"):
            draft.action_draft()

    def test_an_article_without_content_is_not_published(self):
        for values in (
            {"symptom": "<p><br></p>"},
            {"symptom": False},
            {"solution": "<p></p>"},
            {"solution": False},
        ):
            with self.subTest(values=values):
                article = self._create_article("Vuoto", publish=False)
                article.write(values)
                with self.assertRaises(UserError):
                    article.action_publish()

    def test_a_workaround_is_remedy_enough(self):
        article = self._create_article("Rimedio", publish=False, workaround="<p>Riarmare</p>")
        article.solution = False
        article.action_publish()
        self.assertEqual(article.state, "published")

    def test_a_copy_starts_as_a_draft(self):
        copy = self._create_article("Originale").copy()
        self.assertEqual((copy.state, copy.published_date), ("draft", False))
        self.assertFalse(self._entry_of(copy))

    def test_the_form_makes_a_draft_in_the_language_of_its_writer(self):
        articles = self.env["knowledge.article"].with_user(self.user_editor)
        with Form(articles.with_context(lang="it_IT")) as form:
            form.name = "Bruciatore rumoroso"
        self.assertRecordValues(
            form.record,
            [{"state": "draft", "lang": "it_IT", "user_id": self.user_editor.id}],
        )

    # === RIGHTS === #

    def test_only_a_manager_publishes(self):
        article = self._create_article("Pompa bloccata", publish=False)
        as_editor = article.with_user(self.user_editor)
        with self.assertRaises(AccessError):
            as_editor.action_publish()
        with self.assertRaises(AccessError):
            as_editor.write({"state": "published"})
        with self.assertRaises(AccessError):
            self.env["knowledge.article"].with_user(self.user_editor).create(
                {"name": "Furbo", "state": "published"}
            )
        self.assertEqual(article.state, "draft")

    def test_an_editor_changes_drafts_not_what_is_published(self):
        draft = self._create_article("Bozza", publish=False).with_user(self.user_editor)
        draft.name = "Bozza migliore"
        published = self._create_article("Pubblicato")
        as_editor = published.with_user(self.user_editor)
        for act in (
            lambda: as_editor.write({"name": "Altro"}),
            as_editor.action_draft,
            as_editor.unlink,
        ):
            with self.assertRaises(AccessError):
                act()
        published.with_user(self.user_manager).name = "Corretto"
        self.assertEqual(self._entry_of(published).title, "Corretto")

    def test_an_employee_reads_what_is_published(self):
        published = self._create_article("Pubblicato", audience="internal")
        draft = self._create_article("Bozza", publish=False)
        found = (
            self.env["knowledge.article"]
            .with_user(self.user_employee)
            .search([("id", "in", (published + draft).ids)])
        )
        self.assertEqual(found, published)
        with self.assertRaises(AccessError):
            draft.with_user(self.user_employee).read(["name"])

    # === COMPANIES === #

    def test_an_article_of_a_company_stays_in_it(self):
        own = self._create_article("Solo nostro", company_id=self.env.company.id)
        shared = self._create_article("Di tutti")
        found = (
            self.env["knowledge.article"]
            .with_user(self.user_other_company)
            .search([("id", "in", (own + shared).ids)])
        )
        self.assertEqual(found, shared)

    # === HISTORY === #

    def test_a_text_that_was_overwritten_can_be_got_back(self):
        article = self._create_article("Pompa", solution="Primo rimedio")
        article.write({"solution": "<p>Secondo rimedio</p>"})
        self.env.flush_all()
        revisions = article.html_field_history["solution"]
        content = article.html_field_history_get_content_at_revision(
            "solution", revisions[0]["revision_id"]
        )
        self.assertIn("Primo rimedio", content)

    def test_revisions_are_for_those_who_may_edit(self):
        article = self._create_article("Pompa", solution="Chiedere a Rossi 333 1234567")
        article.solution = "<p>Chiedere all'ufficio</p>"
        as_editor = article.with_user(self.user_editor)
        [revision] = as_editor.html_field_history_metadata["solution"]
        content = as_editor.html_field_history_get_content_at_revision(
            "solution", revision["revision_id"]
        )
        self.assertIn("Rossi", content)
        comparison = as_editor.html_field_history_get_comparison_at_revision(
            "solution", revision["revision_id"]
        )
        self.assertIn("Rossi", comparison)
        as_reader = article.with_user(self.user_employee)
        with self.assertRaises(AccessError):
            as_reader.html_field_history_get_content_at_revision("solution", 1)
        with self.assertRaises(AccessError):
            as_reader.read(["html_field_history"])
        self.assertEqual(
            [
                article.with_user(user).may_edit
                for user in (self.user_manager, self.user_editor, self.user_employee)
            ],
            [True, False, False],
        )
        article.action_draft()
        self.assertTrue(as_editor.may_edit)
        as_editor.solution = content
        self.assertIn("Rossi", article.solution)

    # === AUDIENCE AND VALIDITY === #

    def test_it_cannot_end_before_it_begins(self):
        article = self._create_article("Pompa", valid_from="2026-11-09")
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            article.valid_until = "2026-11-08"
            self.env.flush_all()

    def test_the_office_finds_what_holds_today(self):
        article = self._create_article("Pompa bloccata")
        with freeze_time("2026-11-09 12:00:00"):
            for start, stop, found in (
                ("2026-11-09", "2026-11-09", True),
                ("2026-11-10", False, False),
                (False, "2026-11-08", False),
            ):
                article.write({"valid_from": start, "valid_until": stop})
                with self.subTest(start=start, stop=stop):
                    self.assertEqual(
                        self._find("pompa bloccata", self.user_employee),
                        [article.name] if found else [],
                    )

    def test_whoever_an_article_is_for_is_not_deleted_by_the_way(self):
        tag = self.env["res.partner.category"].create({"name": "Ristoranti"})
        self._create_article("Pompa", audience="customer", audience_category_ids=tag.ids)
        with mute_logger("odoo.sql_db"), self.assertRaises(ForeignKeyViolation):
            tag.unlink()

    # === FILES === #

    def test_a_picture_put_in_before_the_first_save_becomes_the_article_s(self):
        mine, foreign = (
            self.env["ir.attachment"]
            .with_user(user)
            .create({"name": "figura.png", "raw": b"x", "res_model": "knowledge.article"})
            for user in (self.user_editor, self.user_manager)
        )
        article = (
            self.env["knowledge.article"]
            .with_user(self.user_editor)
            .create(
                {
                    "name": "Pompa",
                    "symptom": f'<p><img src="/web/image/{mine.id}-1a/f.png?access_token=t"></p>',
                    "cause": f'<p><img src="/web/image/{foreign.id}/figura.png"></p>',
                }
            )
        )
        self.assertEqual((mine.res_id, foreign.res_id), (article.id, 0))
        self.assertEqual(article._files(), mine.sudo())

    def test_files_of_the_discussion_are_not_the_article_s(self):
        article = self._create_article("Pompa")
        article.message_post(body="Costi", attachments=[("costi.txt", b"x")])
        self.assertFalse(article._files())
