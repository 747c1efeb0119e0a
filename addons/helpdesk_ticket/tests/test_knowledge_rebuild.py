from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .common import HelpdeskCommon

ACTS = (
    "judge",
    "judge_by_article",
    "make_article",
    "withdraw",
    "reinstate",
    "reopen",
    "close",
    "rename",
    "rename_article",
    "delete_article",
)
CASES = 3


@tagged("post_install", "-at_install")
class TestKnowledgeRebuild(HelpdeskCommon):
    """What solved a case is the same whether the index followed each change or is made anew."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["knowledge.article"].search([]).unlink()
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
             WHERE entry.res_model = 'knowledge.article'
                OR (entry.res_model = 'helpdesk.ticket' AND entry.res_id = ANY(%s))
             ORDER BY entry.res_model, entry.res_id
            """,
            [self.tickets.ids],
        )
        return self.env.cr.fetchall()

    # === ACTS: on a ticket and, by number, another ticket or an article === #

    def _judge(self, ticket, other):
        self._note_solved(ticket, self.tickets[other])

    def _judge_by_article(self, ticket, other):
        self._note_solved(ticket, self._article(other))

    def _note_solved(self, ticket, source):
        entry = source._knowledge_entries()
        self.env["knowledge.event"].record(entry.ids, "solved", ticket._name, ticket.id)

    def _make_article(self, ticket, _other):
        case = ticket._knowledge_entries()
        if case.active:
            made = self.env["knowledge.article"].browse(case.action_make_article()["res_id"])
            if made.state == "draft":
                made.action_publish()

    def _article(self, number):
        articles = self.env["knowledge.article"].search([], order="id")
        return articles[number % len(articles)] if articles else articles

    def _withdraw(self, _ticket, other):
        self._article(other).filtered(lambda article: article.state == "published").action_draft()

    def _reinstate(self, _ticket, other):
        self._article(other).filtered(lambda article: article.state == "draft").action_publish()

    def _rename_article(self, _ticket, other):
        self._article(other).name = "Girante sporca"

    def _delete_article(self, _ticket, other):
        self._article(other).unlink()

    def _reopen(self, ticket, _other):
        if ticket.closed:
            ticket._reopen()

    def _close(self, ticket, _other):
        if not ticket.closed:
            ticket.action_close(solution="Pulita la girante", cause="Girante sporca")

    def _rename(self, ticket, _other):
        ticket.name = f"{ticket.name[:20]} e rumorosa"

    @settings(
        max_examples=15,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.lists(
            st.tuples(st.sampled_from(ACTS), st.integers(0, CASES - 1), st.integers(0, CASES - 1)),
            max_size=10,
        )
    )
    @example([("make_article", 0, 0), ("withdraw", 0, 0)])
    @example([("judge", 1, 0), ("make_article", 0, 0), ("withdraw", 0, 0), ("reinstate", 0, 0)])
    @example([("judge", 1, 0), ("make_article", 0, 0), ("delete_article", 0, 0)])
    @example([("judge", 1, 0), ("judge", 0, 2)])
    @example([("judge", 1, 0), ("reopen", 0, 0), ("judge", 0, 2), ("close", 0, 0)])
    @example([("judge", 0, 1), ("judge", 1, 0)])
    def test_made_anew_it_ties_the_same(self, acts):
        with self.env.cr.savepoint() as savepoint:
            for name, ticket, other in acts:
                getattr(self, f"_{name}")(self.tickets[ticket], other)
            followed = self._ties()
            self.assertTrue(self.env["knowledge.entry"]._rebuild())
            self.assertEqual(self._ties(), followed)
            savepoint.rollback()
        self.env.invalidate_all()
