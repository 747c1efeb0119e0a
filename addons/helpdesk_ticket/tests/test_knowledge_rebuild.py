from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .common import HelpdeskCommon

ACTS = (
    "judge",
    "judge by article",
    "make article",
    "withdraw",
    "reinstate",
    "reopen",
    "close",
    "rename",
    "rename article",
    "delete article",
)
CASES = 3


@tagged("post_install", "-at_install")
class TestKnowledgeRebuild(HelpdeskCommon):
    """What solved a case is the same whether the index followed each change or is made anew."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["knowledge.article"].search([]).unlink()
        cls.env["helpdesk.ticket"].search([]).unlink()
        cls.tickets = cls.env["helpdesk.ticket"]
        for number in range(CASES):
            cls.tickets += cls._create_ticket(name=f"Pompa {number} ferma")
        cls.tickets.action_close(solution="Pulita la girante", cause="Girante sporca")

    def _ties(self):
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT entry.res_model, entry.res_id, entry.active, entry.title,
                   parent.res_model, parent.res_id
              FROM knowledge_entry AS entry
              LEFT JOIN knowledge_entry AS parent ON parent.id = entry.parent_id
             ORDER BY entry.res_model, entry.res_id
            """
        )
        return self.env.cr.fetchall()

    def _act(self, name, ticket, other):
        """
        :param other: number of another ticket, or of an article, in the order they were made
        """
        entries = self.env["knowledge.entry"]
        articles = self.env["knowledge.article"].search([], order="id")
        article = articles[other % len(articles)] if articles else articles
        case = ticket._knowledge_entries()
        if name == "judge":
            self._judge(ticket, self.tickets[other]._knowledge_entries())
        elif name == "judge by article":
            self._judge(ticket, article._knowledge_entries())
        elif name == "make article" and case.active:
            made = ticket.action_make_article()
            self.env["knowledge.article"].browse(made["res_id"]).write(
                {"origin_entry_id": case.id, "state": "published"}
            )
        elif name == "withdraw":
            article.filtered(lambda one: one.state == "published").action_draft()
        elif name == "reinstate":
            article.filtered(lambda one: one.state == "draft").action_publish()
        elif name == "reopen" and ticket.closed:
            ticket._reopen()
        elif name == "close" and not ticket.closed:
            ticket.action_close(solution="Pulita la girante", cause="Girante sporca")
        elif name == "rename":
            ticket.name = f"{ticket.name[:20]} e rumorosa"
        elif name == "rename article":
            article.name = "Girante sporca"
        elif name == "delete article":
            article.unlink()
        entries.flush_model()

    def _judge(self, ticket, entry):
        self.env["knowledge.event"].record(entry.ids, "solved", ticket._name, ticket.id)

    @settings(
        max_examples=15,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(ACTS), st.integers(0, CASES - 1), st.integers(0, CASES - 1)
            ),
            max_size=10,
        )
    )
    @example([("make article", 0, 0), ("withdraw", 0, 0)])
    @example([("judge", 1, 0), ("make article", 0, 0), ("withdraw", 0, 0), ("make article", 0, 0)])
    @example([("judge", 1, 0), ("make article", 0, 0), ("delete article", 0, 0)])
    @example([("judge", 1, 0), ("judge", 0, 2)])
    @example([("judge", 1, 0), ("reopen", 0, 0), ("judge", 0, 2), ("close", 0, 0)])
    @example([("judge", 0, 1), ("judge", 1, 0)])
    def test_made_anew_it_ties_the_same(self, acts):
        with self.env.cr.savepoint() as savepoint:
            for name, ticket, other in acts:
                self._act(name, self.tickets[ticket], other)
            followed = self._ties()
            self.assertTrue(self.env["knowledge.entry"]._rebuild())
            self.assertEqual(self._ties(), followed)
            savepoint.rollback()
        self.env.invalidate_all()
