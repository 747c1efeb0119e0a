from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..figures import wilson

SHOWN = 10  # lines of each list
MONTHS = 12  # of the trend
FREQUENT = 2  # cases of a group from which on it is worth an article
MAX_DAYS = 3_660

# One problem: who noted it, where, on which day.
PROBLEM = SQL(
    "(knowledge_event.user_id, knowledge_event.res_model, knowledge_event.res_id,"
    " knowledge_event.create_date::date)"
)
# What came of it; what was solved without a ticket is told apart from the rest.
OUTCOME = SQL(
    "CASE WHEN knowledge_event.kind = 'solved' AND coalesce(knowledge_event.res_id, 0) = 0"
    " THEN 'deflected' ELSE knowledge_event.kind END"
)
MONTH = SQL("date_trunc('month', knowledge_event.create_date)::date")


class KnowledgeEvent(models.Model):
    """What the knowledge base is worth: the figures of its dashboard.

    What is counted are problems, not clicks: what one person noted in one context, or without any
    on one day, is one problem.
    """

    _inherit = "knowledge.event"

    _kind_date_idx = models.Index("(kind, create_date)")

    @api.model
    @api.readonly
    def figures(self, days=90):
        """Count what came of the searches of the last days; for managers, in their companies.

        :param int days: how far to look back
        :return: dict with ``deflected``: problems solved without a ticket; ``asked``: these and
            those for which a ticket came anyway; ``share``, ``low``, ``high``: the deflection rate
            with its 95 % interval (see `wilson`), 0..1; ``counts`` by kind of event; ``trend`` of
            twelve months; ``best``, ``unanswered`` and ``gaps``, the first ten each
        """
        self.check_access("read")
        days = min(max(int(days), 1), MAX_DAYS)
        since = fields.Datetime.now() - timedelta(days=days)
        counts = self._count_problems(since)
        deflected = counts.get("deflected", 0)
        asked = deflected + counts.get("anyway", 0)
        share, low, high = wilson(deflected, asked)
        return {
            "days": days,
            "since": fields.Datetime.to_string(since),
            "deflected": deflected,
            "asked": asked,
            "share": share,
            "low": low,
            "high": high,
            "counts": counts,
            "trend": self._figures_trend(),
            "best": self._figures_best(since),
            "unanswered": self._figures_unanswered(since),
            "gaps": self._figures_gaps(since),
        }

    @api.model
    def _count_problems(self, since) -> dict[str, int]:
        """Problems since then by kind of event; ``deflected`` are those solved without a ticket."""
        rows = self._group_problems([OUTCOME], [("create_date", ">=", since)])
        return {name: count for name, count in rows if name}

    @api.model
    def _figures_trend(self) -> list[dict]:
        """Of each of the last months: solved without a ticket, and where one came anyway."""
        month = fields.Date.context_today(self).replace(day=1)
        first = month - relativedelta(months=MONTHS - 1)
        counts = {}
        for begin, name, count in self._group_problems(
            [MONTH, OUTCOME],
            [("create_date", ">=", first), ("kind", "in", ("solved", "anyway"))],
        ):
            counts[begin, name] = count
        months = [first + relativedelta(months=number) for number in range(MONTHS)]
        return [
            {
                "month": fields.Date.to_string(begin),
                "next": fields.Date.to_string(begin + relativedelta(months=1)),
                "name": format_date(self.env, begin, date_format="MMM yy"),
                "short": format_date(self.env, begin, date_format="MMM"),
                "deflected": counts.get((begin, "deflected"), 0),
                "anyway": counts.get((begin, "anyway"), 0),
            }
            for begin in months
        ]

    @api.model
    def _figures_best(self, since) -> list[dict]:
        """What solved most problems, with how many; of what the caller may find."""
        rows = self._group_problems(
            [SQL("knowledge_event.entry_id")],
            [
                ("create_date", ">=", since),
                ("kind", "=", "solved"),
                ("entry_id", "any", [("active", "=", True)]),
            ],
            limit=SHOWN,
        )
        entries = self.env["knowledge.entry"].browse([entry_id for entry_id, _count in rows])
        found = [
            {"id": entry.id, "res_model": entry.res_model, "res_id": entry.res_id}
            for entry in entries
        ]
        return [
            {**source, "title": entry.title, "count": count}
            for source, entry, (_id, count) in zip(
                entries._with_sources(found), entries, rows, strict=True
            )
        ]

    @api.model
    def _figures_unanswered(self, since) -> list[dict]:
        """What was asked most in vain."""
        questions = self.env["knowledge.unanswered"].search(
            [("last_date", ">=", since.date())], limit=SHOWN
        )
        return [
            {
                "id": question.id,
                "question": question.question,
                "count": question.count,
                "last": format_date(self.env, question.last_date),
            }
            for question in questions
        ]

    @api.model
    def _figures_gaps(self, since) -> list[dict]:
        """Problems that came up several times and have no article: cases that were solved with one
        another, by the first of them, as far as the caller may find it; with the article that
        somebody has begun about it, if any. An article that was taken back is none.
        """
        self.env["knowledge.entry"].flush_model(["parent_id", "active"])
        query = self._search([("create_date", ">=", since), ("kind", "=", "solved")])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT root.id, count(DISTINCT %s)
                  FROM %s
                  JOIN knowledge_entry AS entry ON entry.id = knowledge_event.entry_id
                  LEFT JOIN knowledge_entry AS parent
                         ON parent.id = entry.parent_id AND parent.active
                  JOIN knowledge_entry AS root ON root.id = coalesce(parent.id, entry.id)
                 WHERE %s AND root.res_model <> 'knowledge.article' AND root.id IN %s
                 GROUP BY root.id
                HAVING count(DISTINCT %s) >= %s
                 ORDER BY 2 DESC, 1 DESC
                 LIMIT %s
                """,
                PROBLEM,
                query.from_clause,
                query.where_clause or SQL("TRUE"),
                self.env["knowledge.entry"]._search([]).subselect(),
                PROBLEM,
                FREQUENT,
                SHOWN,
            )
        )
        roots = self.env["knowledge.entry"].browse([root_id for root_id, _count in rows])
        drafts = roots._articles_begun()
        return [
            {
                "id": root.id,
                "title": root.title,
                "count": count,
                "article_id": drafts.get(root.id, False),
            }
            for root, (_id, count) in zip(roots, rows, strict=True)
        ]

    @api.model
    def _group_problems(self, groups: list[SQL], domain, limit=None) -> list[tuple]:
        """Numbers of problems by SQL expressions, most first, within the caller's rights."""
        query = self._search(domain)
        return self.env.execute_query(
            SQL(
                "SELECT %s, count(DISTINCT %s) AS number FROM %s WHERE %s"
                " GROUP BY %s ORDER BY number DESC LIMIT %s",
                SQL(", ").join(groups),
                PROBLEM,
                query.from_clause,
                query.where_clause or SQL("TRUE"),
                SQL(", ").join(groups),
                limit,
            )
        )
