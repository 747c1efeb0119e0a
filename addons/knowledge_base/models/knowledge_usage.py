from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..figures import wilson

SHOWN = 10  # lines of each list


class KnowledgeUsage(models.TransientModel):  # pylint: disable=no-wizard-in-models
    """What the knowledge base was worth in the last days; counted when it is opened."""

    _name = "knowledge.usage"
    _description = "Worth of the Knowledge Base"

    days = fields.Integer(string="Last Days", default=90, required=True)
    asked = fields.Integer(
        string="Problems With an Answer",
        compute="_compute_figures",
        help="Problems for which a solution was found: solved with it, or a ticket came anyway.",
    )
    deflected = fields.Integer(
        string="Solved Without a Ticket",
        compute="_compute_figures",
        help="How many of them somebody solved with what was found, and no ticket was needed.",
    )
    deflection = fields.Char(
        string="Share Solved Without a Ticket",
        compute="_compute_figures",
        help="With the interval in which the true share lies in 95 cases of 100.",
    )
    best_entry_ids = fields.Many2many(
        "knowledge.entry", string="What Solves Most", compute="_compute_figures"
    )
    gap_entry_ids = fields.Many2many(
        "knowledge.entry",
        string="Frequent Problems Without an Article",
        compute="_compute_figures",
        help="Cases that solved several others: worth an article.",
    )
    unanswered_ids = fields.Many2many(
        "knowledge.unanswered", string="Questions Without an Answer", compute="_compute_figures"
    )

    @api.depends("days")
    @api.depends_context("allowed_company_ids")
    def _compute_figures(self):
        events = self.env["knowledge.event"]
        unanswered = self.env["knowledge.unanswered"]
        for usage in self:
            since = fields.Datetime.now() - timedelta(days=max(usage.days, 1))
            recent = [("create_date", ">=", since)]
            usage.deflected = usage._count_cases(
                [*recent, ("kind", "=", "solved"), ("res_id", "in", (False, 0))]
            )
            usage.asked = usage.deflected + usage._count_cases([*recent, ("kind", "=", "anyway")])
            share, low, high = wilson(usage.deflected, usage.asked)
            usage.deflection = (
                self.env._(
                    "%(share).0f%% (between %(low).0f%% and %(high).0f%%)",
                    share=100 * share,
                    low=100 * low,
                    high=100 * high,
                )
                if usage.asked
                else self.env._("Nothing to count yet")
            )
            solved = events._read_group(
                [*recent, ("kind", "=", "solved")],
                ["entry_id"],
                ["__count"],
                order="__count desc",
                limit=SHOWN,
            )
            usage.best_entry_ids = [entry.id for entry, _count in solved]
            cases = events._read_group(
                [
                    *recent,
                    ("kind", "=", "solved"),
                    ("entry_id.res_model", "!=", "knowledge.article"),
                ],
                ["entry_id"],
                ["__count"],
                having=[("__count", ">=", 2)],
                order="__count desc",
                limit=SHOWN,
            )
            usage.gap_entry_ids = [entry.id for entry, _count in cases]
            usage.unanswered_ids = unanswered.search(
                [("last_date", ">=", since.date())], limit=SHOWN
            )

    def _count_cases(self, domain) -> int:
        """Problems, not clicks: what one person noted in one context or on one day is one."""
        query = self.env["knowledge.event"]._search(domain)
        ((count,),) = self.env.execute_query(
            SQL(
                "SELECT count(DISTINCT (knowledge_event.user_id, knowledge_event.res_model,"
                " knowledge_event.res_id, knowledge_event.create_date::date)) FROM %s WHERE %s",
                query.from_clause,
                query.where_clause or SQL("TRUE"),
            )
        )
        return count
