from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tools import plaintext2html

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent

from ..checking import is_id

MAX_PARTS = 50
PART_KEYS = {"name", "product_id", "quantity"}


class ServiceIntervention(models.Model):
    """What the technician on site asks for: to come back with parts, to look at another fault."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    origin_id = fields.Many2one(
        "service.intervention",
        string="Follows",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
        check_company=True,
    )
    follow_up_kind = fields.Selection(
        selection=[("return", "Return visit"), ("fault", "Second fault")],
        readonly=True,
        copy=False,
    )
    follow_up_ids = fields.One2many("service.intervention", "origin_id", string="Follow-ups")
    follow_up_count = fields.Integer(compute="_compute_follow_up_count")

    def _compute_follow_up_count(self):
        count = dict(
            self.env["service.intervention"]._read_group(
                [("origin_id", "in", self.ids)], ["origin_id"], ["__count"]
            )
        )
        for intervention in self:
            intervention.follow_up_count = count.get(intervention, 0)

    # === PUBLIC METHODS === #

    @idempotent
    def action_return_visit(self, parts=None, reason=None, request_uuid=None):
        """Ask the office for a return visit that finishes this work, with what has to be brought.

        It is an intervention of its own, to be planned; customer, site, equipment, contract, job
        order and ticket are taken over. As long as it has no visit, asking again adds to it.

        :param list[dict] parts: ``name`` or ``product_id``, possibly ``quantity`` (1)
        :param str reason: what is still to be done
        :return: ``{"intervention_id": …, "number": …}``
        """
        self.ensure_one()
        self._check_may_work(allow_done=True)
        bring = self._check_missing_parts(parts)
        reason = reason.strip() if isinstance(reason, str) else ""
        intervention_sudo = self._lock_for_work()
        request = intervention_sudo._describe_return(bring, reason)
        follow_up_sudo = intervention_sudo.follow_up_ids.filtered(
            lambda job: job.follow_up_kind == "return" and job.state == "draft"
        )[:1]
        if follow_up_sudo:
            follow_up_sudo.description = request + (follow_up_sudo.description or Markup())
        else:
            values = intervention_sudo._prepare_return_values()
            values["description"] = request + (values["description"] or Markup())
            follow_up_sudo = intervention_sudo._create_follow_up(values)
        follow_up_sudo._tell_follow_up(request)
        return {"intervention_id": follow_up_sudo.id, "number": follow_up_sudo.number}

    @idempotent
    def report_second_fault(self, description, equipment_id=None, files=None, request_uuid=None):
        """Report another fault that was found on site: an intervention of its own, to be planned.

        :param str description: what is wrong; its first line is the subject
        :param int equipment_id: the customer's machine that has it
        :param list[dict] files: photos, as ``add_files`` takes them
        :return: ``{"intervention_id": …, "number": …, "refused": [{"name", "reason"}, …]}``
        """
        self.ensure_one()
        self._check_may_work(allow_done=True)
        description = description.strip() if isinstance(description, str) else ""
        if not description:
            raise ValidationError(self.env._("Write what is wrong."))
        equipment_sudo = self._check_customer_equipment(equipment_id)
        intervention_sudo = self._lock_for_work()
        follow_up_sudo = intervention_sudo._create_follow_up(
            {
                **intervention_sudo._prepare_follow_up_values("fault"),
                "name": description.splitlines()[0].strip()[:100],
                "description": plaintext2html(description),
                "equipment_ids": [Command.set(equipment_sudo.ids)],
                "type_id": intervention_sudo._get_fault_type().id,
            }
        )
        refused = follow_up_sudo._intake_each(files)[1] if files else []
        follow_up_sudo._tell_follow_up(plaintext2html(description))
        return {
            "intervention_id": follow_up_sudo.id,
            "number": follow_up_sudo.number,
            "refused": refused,
        }

    # === CHECKING WHAT WAS GIVEN === #

    def _check_missing_parts(self, parts):
        """Judge what has to be brought and return it as lines of text."""
        parts = parts or []
        if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
            raise ValidationError(self.env._("Send the missing parts as a list."))
        if len(parts) > MAX_PARTS:
            raise ValidationError(
                self.env._("Ask for at most %(number)s parts at a time.", number=MAX_PARTS)
            )
        return [self._check_missing_part(part) for part in parts]

    def _check_missing_part(self, part):
        if unknown := part.keys() - PART_KEYS:
            raise ValidationError(
                self.env._(
                    "A missing part cannot have: %(names)s.", names=", ".join(sorted(unknown))
                )
            )
        # Technicians in the portal read no products: the name is all they and the office need.
        product_sudo = self.env["product.product"].sudo()
        if part.get("product_id"):
            product_sudo = product_sudo.browse(self._check_product("part", part["product_id"]))
        name = part.get("name")
        name = name.strip()[:300] if isinstance(name, str) else ""
        if not name and not product_sudo:
            raise ValidationError(self.env._("Say which part is missing."))
        quantity = self._check_number(part.get("quantity")) or 1.0
        label = " – ".join(filter(None, [product_sudo.display_name, name]))
        return f"{quantity:g} × {label}"

    def _check_customer_equipment(self, equipment_id):
        """The customer's machine with this id, in sudo, if the user may read it; none for none."""
        equipment = self.env["service.equipment"]
        if not equipment_id:
            return equipment.sudo()
        equipment = equipment.browse(equipment_id if is_id(equipment_id) else []).exists()
        equipment_sudo, job_sudo = equipment.sudo(), self.sudo()
        if (
            not equipment
            or not equipment.has_access("read")
            or equipment_sudo.company_id != job_sudo.company_id
            or equipment_sudo.partner_id.commercial_partner_id != job_sudo.commercial_partner_id
        ):
            raise ValidationError(self.env._("This machine is not one of the customer's."))
        return equipment_sudo

    # === BUSINESS METHODS === #

    def _prepare_follow_up_values(self, kind):
        """What every follow-up takes over from this intervention."""
        self.ensure_one()
        return {
            "origin_id": self.id,
            "follow_up_kind": kind,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "contact_id": self.contact_id.id,
            "site_id": self.site_id.id,
            "access_note": self.access_note,
            "team_id": self.team_id.id,
            "user_id": self.user_id.id,
            # Whoever was there knows the place; the desk decides who goes.
            "technician_ids": [Command.set(self.technician_ids.ids)],
        }

    def _prepare_return_values(self):
        """Values of a return visit: the same work on the same account; an override adds its own."""
        first = self.origin_id if self.follow_up_kind == "return" and self.origin_id else self
        return {
            **self._prepare_follow_up_values("return"),
            "name": self.env._("Return visit: %(name)s", name=first.name),
            "description": self.description,
            "type_id": self.type_id.id,
            "ticket_id": self.ticket_id.id if not self.ticket_id.closed else False,
            "equipment_ids": [Command.set(self.equipment_ids.ids)],
            "contract_id": self.contract_id.id,
            "project_id": self.project_id.id,
            "invoice_partner_id": self.invoice_partner_id.id,
            "on_behalf_id": self.on_behalf_id.id,
            "fiscal_position_id": self.fiscal_position_id.id,
            "priority": self.priority,
            # It finishes the first work: it repeats no repair that failed.
            "rework_of_id": self.rework_of_id.id,
            "rework_refused": not self.rework_of_id,
            **{
                name: self[name]
                for name in ("customer_reference", "customer_reference_date", "cig", "cup")
            },
        }

    def _create_follow_up(self, values):
        # Of people in the portal nobody becomes a follower.
        context = {"mail_create_nosubscribe": True, "mail_create_nolog": True}
        return self._get_visit_env()["service.intervention"].with_context(**context).create(values)

    def _get_fault_type(self):
        """A fault is repaired, whatever kind of work it was found at."""
        repair = self.env.ref(
            "field_service.service_intervention_type_repair", raise_if_not_found=False
        )
        usable = repair and repair.active and repair.company_id.id in (False, self.company_id.id)
        return repair if usable else self.type_id

    def _describe_return(self, bring, reason):
        """What the office reads: why, and what to bring."""
        text = Markup()
        if reason:
            text += plaintext2html(reason)
        if bring:
            text += Markup("<p>%s</p><ul>%s</ul>") % (
                self.env._("Parts to bring:"),
                Markup().join(Markup("<li>%s</li>") % line for line in bring),
            )
        return text

    def _tell_follow_up(self, request):
        """Put it on the dispatcher's desk, and say on the first intervention what was asked."""
        self.ensure_one()
        labels = dict(self._fields["follow_up_kind"]._description_selection(self.env))
        origin, label = self.origin_id, labels[self.follow_up_kind]
        if desk := self.user_id or self.team_id.user_id:
            texts = self.with_context(lang=desk.lang)
            labels = dict(texts._fields["follow_up_kind"]._description_selection(texts.env))
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=desk.id,
                summary=texts.env._("To plan: %(what)s", what=labels[self.follow_up_kind]),
                note=request,
            )
        origin.message_post(
            body=Markup("<p>%s</p>%s") % (f"{label}: {self.display_name}", request),
            author_id=self.env.user.partner_id.id,
            message_type="notification",
            subtype_xmlid="mail.mt_note",
        )

    # === ACTIONS === #

    def action_open_return_visit_dialog(self):
        return self._open_dialog("field_service.service_intervention_return_visit_action")

    def action_open_second_fault_dialog(self):
        return self._open_dialog("field_service.service_intervention_second_fault_action")

    def _open_dialog(self, xml_id):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        action["context"] = {"default_intervention_id": self.id}
        return action

    def _tell_asked(self, asked):
        """Close the dialog and say under which number the office finds it, and what was refused."""
        refused = [item["reason"] for item in asked.get("refused", ())]
        told = self.env._("The office has been asked: %(number)s.", number=asked["number"])
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if refused else "success",
                "message": " ".join([told, *refused]),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_view_follow_ups(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_intervention_action"
        )
        action["domain"] = [("origin_id", "=", self.id)]
        action["context"] = {"create": False}
        return action
