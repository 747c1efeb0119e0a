from contextlib import contextmanager
from unittest.mock import patch

from odoo import Command
from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon
from odoo.addons.knowledge_base import encoder


@contextmanager
def real_encoder():
    """The packaged model, loaded anew and gone afterwards."""
    with (
        patch.object(encoder, "_may_start", return_value=True),
        patch.multiple(encoder._State, encoder=None, failure=None),
    ):
        try:
            yield
        finally:
            if encoder._State.encoder:
                encoder._State.encoder._model.end()


class KnowledgeBaseCommon(BaseCommon):
    """The cast of the knowledge base, and an empty index to begin with."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("it_IT")
        # What a search finds depends on every entry there is: begin without any.
        cls.env["knowledge.entry"].search([]).unlink()
        cls.other_company = cls._create_company(name="Altra Assistenza S.r.l.")
        cls.customer = cls._create_partner(name="Cartiera Sile", is_company=True)
        cls.other_customer = cls._create_partner(name="Fonderia Piave", is_company=True)

        cls.user_employee = cls._create_user("kb_employee", "base.group_user")
        cls.user_editor = cls._create_user(
            "kb_editor", "knowledge_base.knowledge_base_group_editor"
        )
        cls.user_manager = cls._create_user(
            "kb_manager", "knowledge_base.knowledge_base_group_manager"
        )
        cls.user_other_company = cls._create_user(
            "kb_other_company",
            "knowledge_base.knowledge_base_group_manager",
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
        )
        cls.user_portal = cls._create_user("kb_portal", "base.group_portal")
        cls.user_portal.partner_id.parent_id = cls.customer
        cls.user_other_portal = cls._create_user("kb_other_portal", "base.group_portal")
        cls.user_other_portal.partner_id.parent_id = cls.other_customer
        cls.user_public = cls.env.ref("base.public_user")

    @classmethod
    def _create_user(cls, login, groups, **values):
        return new_test_user(
            cls.env, login, groups=groups, email=f"{login}@test.example.com", **values
        )

    @classmethod
    def _create_article(cls, name, symptom="", solution="", publish=True, **values):
        article = cls.env["knowledge.article"].create(
            {
                "name": name,
                "symptom": f"<p>{symptom or name}</p>",
                "solution": f"<p>{solution or 'Sostituito il pezzo.'}</p>",
                "lang": "it_IT",
                "company_id": False,
                **values,
            }
        )
        if publish:
            article.action_publish()
        return article

    @classmethod
    def _create_entry(cls, title, res_id, **values):
        """An entry as a source would make it, for what depends on the entry only."""
        return cls.env["knowledge.entry"].create(
            {
                "title": title,
                "res_model": "knowledge.article",
                "res_id": res_id,
                "lang": "it_IT",
                **values,
            }
        )

    @classmethod
    def _let_share_users_search(cls):
        """Give customers and visitors the right to search, as an addon with pages for them does."""
        model = cls.env["ir.model"]._get("knowledge.entry")
        cls.env["ir.model.access"].create(
            [
                {
                    "name": f"test: {group}",
                    "model_id": model.id,
                    "group_id": cls.env.ref(group).id,
                    "perm_read": True,
                }
                for group in ("base.group_portal", "base.group_public")
            ]
        )

    def _find(self, text, user=None, **arguments):
        """Titles of what somebody finds, best first."""
        entries = self.env["knowledge.entry"].with_user(user or self.env.user)
        return [found["title"] for found in entries.search_similar(text, **arguments)]

    def _entry_of(self, record):
        return self.env["knowledge.entry"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)]
        )
