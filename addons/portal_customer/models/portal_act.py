from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

WINDOW = timedelta(hours=1)
# By kind: more than anybody needs in an hour, and far less than a program that has gone wrong
# sends or than whoever tries addresses out would like.
ACTS_PER_HOUR = {"message": 60, "file": 300, "invitation": 20, "expense": 100, "fault": 30}


class PortalAct(models.Model):
    """What somebody outside has sent lately, counted over all records.

    Messages and files lie in tables of all of Odoo that have no index for who sent them within an
    hour; colleagues who are invited may have been there before. Kept for a day.
    """

    _name = "portal.act"
    _description = "Act of Somebody Outside"
    _log_access = False

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    kind = fields.Selection(
        selection=[
            ("message", "Message"),
            ("file", "Files"),
            ("invitation", "Invitation"),
            ("expense", "Expense"),
            ("fault", "Work asked for"),
        ],
        required=True,
    )
    amount = fields.Integer(required=True)
    done_on = fields.Datetime(required=True, index=True)

    _recent_idx = models.Index("(user_id, kind, done_on)")

    @api.model
    def _count(self, kind, amount=1):
        """Note that the user, if from outside, does something now; what is refused isn't noted.

        :param str kind: a key of ``ACTS_PER_HOUR``
        :raise ValidationError: when it is too much within an hour
        """
        user = self.env.user
        if not user.share or amount <= 0:
            return
        # Nobody outside reads or writes how much they have sent.
        acts_sudo = self.sudo()
        now = fields.Datetime.now()
        ((done,),) = acts_sudo._read_group(
            [("user_id", "=", user.id), ("kind", "=", kind), ("done_on", ">", now - WINDOW)],
            aggregates=["amount:sum"],
        )
        if (done or 0) + amount > ACTS_PER_HOUR[kind]:
            raise ValidationError(self._get_too_much(kind))
        acts_sudo.create({"user_id": user.id, "kind": kind, "amount": amount, "done_on": now})

    @api.model
    def _get_too_much(self, kind):
        count = ACTS_PER_HOUR[kind]
        if kind == "message":
            return self.env._(
                "You have written %(count)s messages within an hour. Wait a little and send this "
                "one again, or call us if it is urgent.",
                count=count,
            )
        if kind == "file":
            return self.env._(
                "You have sent %(count)s files within an hour. Wait a little and send these again.",
                count=count,
            )
        if kind == "expense":
            return self.env._(
                "You have handed in %(count)s expenses within an hour. Wait a little and send "
                "these again.",
                count=count,
            )
        if kind == "fault":
            return self.env._(
                "You have asked for %(count)s return visits or repairs within an hour. Wait a "
                "little, or call the office.",
                count=count,
            )
        return self.env._(
            "You have invited %(count)s colleagues within an hour. Wait a little, or call us.",
            count=count,
        )

    @api.autovacuum
    def _gc_acts(self):
        limit = fields.Datetime.now() - timedelta(days=1)
        self.search([("done_on", "<", limit)], limit=10_000).unlink()
