from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# Each kind in turn gives ids that stay the same: the source's id times their number, plus this.
KINDS = ["contract", "notice", "warranty", "inspection", "document"]
# What has expired longer ago is history, and nobody wants a task about it.
PAST_DAYS = 30


class ServiceDocument(models.Model):
    _name = "service.document"
    _inherit = ["service.document", "mail.thread", "mail.activity.mixin"]


class ServiceExpiry(models.Model):
    """What is about to expire: contracts, days of notice, warranties, inspections, papers."""

    _name = "service.expiry"
    _description = "What Expires"
    _order = "date, id"
    _auto = False
    _rec_name = "res_name"
    _depends = {
        "service.contract": [
            "active",
            "name",
            "number",
            "partner_id",
            "company_id",
            "user_id",
            "state",
            "renewal",
            "date_end",
            "notice_date",
            "notice_deadline",
        ],
        "service.equipment": [
            "active",
            "name",
            "serial_number",
            "partner_id",
            "company_id",
            "warranty_end_date",
            "next_legal_date",
        ],
        "service.document": ["active", "name", "company_id", "expiry_date", "res_model", "res_id"],
    }

    kind = fields.Selection(
        selection=[
            ("contract", "Contract ends"),
            ("notice", "Last day of notice"),
            ("warranty", "Warranty ends"),
            ("inspection", "Legal inspection"),
            ("document", "Paper expires"),
        ],
        readonly=True,
    )
    date = fields.Date(readonly=True)
    res_model = fields.Char(readonly=True, export_string_translation=False)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", readonly=True, export_string_translation=False
    )
    res_name = fields.Char(string="What", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    user_id = fields.Many2one("res.users", string="Responsible", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)

    # === QUERY === #

    @property
    def _table_query(self) -> SQL:
        parts = [
            self._select_contract(),
            self._select_notice(),
            self._select_warranty(),
            self._select_inspection(),
            self._select_document(),
        ]
        return SQL(" UNION ALL ").join(parts)

    def _select(self, kind, model, date, name, partner, user):
        number = KINDS.index(kind)
        return SQL(
            """SELECT thing.id * %(count)s + %(number)s AS id, %(kind)s AS kind, %(date)s AS date,
                      %(model)s AS res_model, thing.id AS res_id, %(name)s AS res_name,
                      %(partner)s AS partner_id, %(user)s AS user_id, thing.company_id""",
            count=len(KINDS),
            number=number,
            kind=kind,
            model=model,
            date=date,
            name=name,
            partner=partner,
            user=user,
        )

    def _select_of_contract(self, kind, date):
        return self._select(
            kind,
            "service.contract",
            date,
            SQL("concat_ws(' ', thing.number, thing.name)"),
            SQL("thing.partner_id"),
            SQL("thing.user_id"),
        )

    def _select_contract(self):
        """Contracts that end: by themselves, or because notice was given."""
        return SQL(
            """%s FROM service_contract AS thing
                WHERE thing.active AND thing.state = 'open' AND thing.date_end IS NOT NULL
                  AND (thing.renewal = 'none' OR thing.notice_date IS NOT NULL)""",
            self._select_of_contract("contract", SQL("thing.date_end")),
        )

    def _select_notice(self):
        """Contracts that are renewed if nobody gives notice."""
        return SQL(
            """%s FROM service_contract AS thing
                WHERE thing.active AND thing.state = 'open' AND thing.renewal = 'tacit'
                  AND thing.notice_date IS NULL AND thing.notice_deadline >= CURRENT_DATE""",
            self._select_of_contract("notice", SQL("thing.notice_deadline")),
        )

    def _select_of_equipment(self, kind, date):
        return self._select(
            kind,
            "service.equipment",
            date,
            SQL("concat(thing.name, ' [' || thing.serial_number || ']')"),
            SQL("thing.partner_id"),
            # Whoever looks after the equipment's contract.
            SQL(
                """(SELECT contract.user_id
                      FROM service_contract_equipment_rel AS link
                      JOIN service_contract AS contract ON contract.id = link.service_contract_id
                     WHERE link.service_equipment_id = thing.id AND contract.state = 'open'
                     ORDER BY contract.date_start DESC, contract.id DESC LIMIT 1)"""
            ),
        )

    def _select_warranty(self):
        """Warranties that end or have ended a short time ago."""
        return SQL(
            """%s FROM service_equipment AS thing
                WHERE thing.active AND thing.warranty_end_date >= CURRENT_DATE - %s""",
            self._select_of_equipment("warranty", SQL("thing.warranty_end_date")),
            PAST_DAYS,
        )

    def _select_inspection(self):
        return SQL(
            """%s FROM service_equipment AS thing
                WHERE thing.active AND thing.next_legal_date IS NOT NULL""",
            self._select_of_equipment("inspection", SQL("thing.next_legal_date")),
        )

    def _select_document(self):
        return SQL(
            """%s FROM service_document AS thing
                 LEFT JOIN service_equipment AS equipment
                        ON thing.res_model = 'service.equipment' AND equipment.id = thing.res_id
                 LEFT JOIN service_contract AS contract
                        ON thing.res_model = 'service.contract' AND contract.id = thing.res_id
                WHERE thing.active AND thing.expiry_date IS NOT NULL""",
            self._select(
                "document",
                "service.document",
                SQL("thing.expiry_date"),
                SQL("thing.name"),
                SQL(
                    """COALESCE(equipment.partner_id, contract.partner_id,
                                CASE WHEN thing.res_model = 'res.partner'
                                     THEN thing.res_id END)"""
                ),
                SQL("contract.user_id"),
            ),
        )

    # === ACTIONS === #

    def action_open(self):
        """Open what expires."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    # === SCHEDULED === #

    @api.model
    def _cron_tell(self):
        """Give whoever is responsible a task, once for each thing and day."""
        today = fields.Date.context_today(self)
        told = self.env["service.expiry.notice"]
        recent = [("date", ">=", today - timedelta(days=PAST_DAYS))]
        for (company,) in self._read_group(recent, ["company_id"]):
            until = today + timedelta(days=company.service_expiry_days)
            expiring = self.search(
                [*recent, ("date", "<=", until), ("company_id", "=", company.id)]
            )
            # Without anybody to tell it is on the list only, and told when there is somebody.
            new = told._claim(
                expiring.filtered(lambda expiry, firm=company: expiry._get_told(firm))
            )
            for model, things in new.grouped("res_model").items():
                # Odoo names each task's record by itself: all are read at once before.
                self.env[model].browse(things.mapped("res_id")).mapped("display_name")
            # A task for each, not a mail for each.
            activities = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
            activities.create(new._prepare_activities(company))
        self.env["ir.cron"]._commit_progress(1, remaining=0)

    def _prepare_activities(self, company):
        """Values of one task for each, in the words of whoever gets it."""
        todo = self.env.ref("mail.mail_activity_data_todo")
        labels = {}
        values = []
        for expiry in self:
            user = expiry._get_told(company)
            if user.lang not in labels:
                field = self.with_context(lang=user.lang)._fields["kind"]
                labels[user.lang] = dict(
                    field._description_selection(self.with_context(lang=user.lang).env)
                )
            values.append(
                {
                    "activity_type_id": todo.id,
                    "summary": labels[user.lang][expiry.kind],
                    "date_deadline": expiry.date,
                    "user_id": user.id,
                    "res_model_id": self.env["ir.model"]._get_id(expiry.res_model),
                    "res_id": expiry.res_id,
                }
            )
        return values

    def _get_told(self, company):
        """The contract's responsible, else the company's, if they may see it."""
        self.ensure_one()
        candidates = (self.user_id, company.service_expiry_user_id)
        group = "field_service.field_service_group_user"
        return next(
            (user for user in candidates if user.active and user.has_group(group)),
            self.env["res.users"],
        )


class ServiceExpiryNotice(models.Model):
    """Remembers of what people were told, so that a task that was done doesn't come back."""

    _name = "service.expiry.notice"
    _description = "Told to Expire"

    expiry_key = fields.Integer(required=True)
    date = fields.Date(required=True)

    _told_uniq = models.UniqueIndex("(expiry_key, date)", "This has been told already.")

    @api.model
    def _claim(self, expiring):
        """Those of which nobody was told yet; from now on somebody was."""
        known = {
            (notice.expiry_key, notice.date)
            for notice in self.search([("expiry_key", "in", expiring.ids)])
        }
        new = expiring.filtered(lambda expiry: (expiry.id, expiry.date) not in known)
        self.create([{"expiry_key": expiry.id, "date": expiry.date} for expiry in new])
        return new

    @api.autovacuum
    def _gc_old(self):
        """What expired long ago is told no more and needn't be remembered."""
        limit = fields.Date.today() - timedelta(days=10 * PAST_DAYS)
        self.search([("date", "<", limit)]).unlink()
