from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from odoo import fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent
from odoo.addons.knowledge_base.locking import lock_rows

from .. import time_bands
from ..charging import spread
from ..checking import are_ids, is_id
from .service_work_line import MAX_QUANTITY, TIME_KINDS

MAX_LINES = 50
MAX_SERIAL = 100
LINE_KEYS = {
    "kind",
    "name",
    "date",
    "start",
    "stop",
    "break_minutes",
    "quantity",
    "product_id",
    "employee_id",
    "event_id",
    "equipment_id",
    "serial_number",
}
RECORDABLE_KINDS = ("labour", "travel", "waiting", "mileage", "part", "flat_fee")


@dataclass(frozen=True)
class Part:
    """A part of one piece of work that lies on one day and in one time band."""

    date: date
    quantity: float
    billed: float | None = None
    start: datetime | None = None
    stop: datetime | None = None
    band: str | None = None


class ServiceIntervention(models.Model):
    """Actual work: recorded by technicians, cut at time bands, charged by the coverage rules."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    # === PUBLIC METHODS === #

    @idempotent
    def record_work(self, lines, request_uuid=None):
        """Record what was done; each line is charged by the coverage rules and says why.

        Stretches of time are cut at time bands and midnight, hours that a contract pays for only in
        part are cut too; so there may be more lines than were given. The call-out fee of the visit
        comes by itself.

        :param list[dict] lines: ``kind`` (``labour``, ``travel``, ``waiting``, ``mileage``,
            ``part``, ``flat_fee``); ``start`` and ``stop`` (naive UTC) or ``date`` and ``quantity``
            (hours, kilometres, pieces); possibly ``break_minutes``, ``name``, ``product_id``,
            ``employee_id`` (default: oneself), ``event_id``, ``equipment_id``, ``serial_number``
            (of the part)
        :return: ``{"lines": […]}``, see ``service.work.line._to_dict``: no prices in it
        """
        self.ensure_one()
        self._check_may_work()
        if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
            raise ValidationError(self.env._("Send the work as a list of lines."))
        if len(lines) > MAX_LINES:
            raise ValidationError(
                self.env._("Record at most %(number)s lines at a time.", number=MAX_LINES)
            )
        intervention_sudo = self._lock_for_work()
        created = intervention_sudo._record_lines(
            [self._check_line(line) for line in lines], self.env.user
        )
        return {"lines": [line._to_dict() for line in created]}

    @idempotent
    def remove_work(self, line_ids, request_uuid=None):
        """Take back work that was recorded by mistake, as long as its report is not signed.

        :return: ``{"line_ids": […]}``
        """
        self.ensure_one()
        self._check_may_work()
        intervention_sudo = self._lock_for_work()
        if not are_ids(line_ids):
            raise ValidationError(self.env._("This work is not there any more."))
        lines_sudo = intervention_sudo.work_line_ids.filtered(lambda line: line.id in line_ids)
        if len(lines_sudo) != len(set(line_ids)):
            raise ValidationError(self.env._("This work is not there any more."))
        if not self.env.user.has_group("field_service.field_service_group_dispatcher"):
            foreign = lines_sudo.employee_id.user_id - self.env.user
            if foreign:
                raise AccessError(self.env._("You can take back your own work only."))
        lines_sudo._check_not_frozen()
        visits_sudo = lines_sudo.event_id
        lines_sudo.unlink()
        intervention_sudo._count_visits(visits_sudo)
        intervention_sudo._settle_travel()
        return {"line_ids": sorted(line_ids)}

    @idempotent
    def add_files(self, files, request_uuid=None):
        """Attach photos and documents, see ``attachment.intake.mixin``.

        :param list[dict] files: ``name``, ``data`` (base64), ``kind`` (``before``, ``after``,
            ``other``)
        :return: ``{"attachment_ids": […], "refused": [{"name", "reason"}, …]}``: files that can be
            used are kept although others cannot
        :raise ValidationError: when none can be used
        """
        self.ensure_one()
        self._check_may_work(allow_done=True)
        attachments, refused = self._intake_each(files)
        return {"attachment_ids": attachments.ids, "refused": refused}

    @idempotent
    def answer_checklist(self, answers, request_uuid=None):
        """Answer items of the checklist.

        :param list[dict] answers: ``answer_id``, ``value`` and possibly ``files``
        :return: ``{"answers": [{"id", "value", "is_within_limits"}, …], "missing": [names]}``
        """
        self.ensure_one()
        self._check_may_work()
        intervention_sudo = self._lock_for_work()
        by_id = {answer.id: answer for answer in intervention_sudo.checklist_answer_ids}
        touched = self.env["service.checklist.answer"].sudo()
        for given in answers if isinstance(answers, list) else []:
            answer_id = given.get("answer_id") if isinstance(given, dict) else None
            answer = is_id(answer_id) and by_id.get(answer_id)
            if not answer:
                raise ValidationError(self.env._("This question is not on the checklist."))
            if answer.report_id and answer.report_id.state != "draft":
                raise UserError(
                    self.env._("“%(item)s” is on a signed report.", item=answer.item_id.name)
                )
            values = {
                "answered_by_id": self.env.uid,
                "answered_on": fields.Datetime.now(),
            }
            if files := given.get("files"):
                photos = intervention_sudo._intake_files(files)
                values["attachment_ids"] = [fields.Command.link(photo.id) for photo in photos]
                values["value"] = self.env._("%(count)s photos", count=len(photos))
            if answer.kind != "photo":
                values["value"] = answer.item_id._check_value(given.get("value"))
            answer.write(values)
            touched |= answer
        return {
            "answers": [
                {
                    "id": answer.id,
                    "value": answer.value or "",
                    "is_within_limits": answer.is_within_limits,
                }
                for answer in touched
            ],
            "missing": intervention_sudo._get_missing_answers().item_id.mapped("name"),
        }

    # === RIGHTS AND LOCKS === #

    def _check_may_work(self, allow_done=False):
        """Judge whether the user may record on this intervention.

        Dispatchers may; technicians, in the house or outside, where they are assigned. Technicians
        have no right to write, so what they do is written with sudo after this.
        """
        self.ensure_one()
        self.check_access("read")
        user = self.env.user
        intervention_sudo = self.sudo()
        if not user.has_group("field_service.field_service_group_dispatcher") and (
            user not in intervention_sudo.technician_ids.user_id
        ):
            raise AccessError(self.env._("Only the technicians of this intervention can do this."))
        closed = ("cancelled",) if allow_done else ("cancelled", "done")
        if intervention_sudo.state in closed:
            raise UserError(
                self.env._(
                    "Intervention %(intervention)s is closed: nothing more can be recorded. "
                    "Ask the office to open it again.",
                    intervention=intervention_sudo.display_name,
                )
            )

    def _lock_for_work(self):
        """Make sure that of two people who record at once the second sees what the first did: work
        is added beside the intervention, so that its row is touched.

        :return: the intervention in sudo, to be called after ``_check_may_work``
        """
        return lock_rows(self.sudo(), touch=True)

    # === WORK: CHECKING WHAT WAS GIVEN === #

    def _check_line(self, given):
        """Judge one line of work and return its values, before anything is stored."""
        unknown = given.keys() - LINE_KEYS
        if unknown:
            raise ValidationError(
                self.env._(
                    "A line of work cannot have: %(names)s.", names=", ".join(sorted(unknown))
                )
            )
        kind = given.get("kind")
        if kind not in RECORDABLE_KINDS:
            raise ValidationError(self.env._("Choose what kind of work it was."))
        line = {
            "kind": kind,
            "name": str(given.get("name") or "").strip()[:300],
            "start": self._check_moment(given.get("start")),
            "stop": self._check_moment(given.get("stop")),
            "date": self._check_day(given.get("date")),
            "quantity": self._check_number(given.get("quantity")),
            "break_minutes": int(self._check_number(given.get("break_minutes")) or 0),
            "product_id": self._check_product(kind, given.get("product_id")),
            "employee_id": given.get("employee_id"),
            "event_id": given.get("event_id"),
            "equipment_id": given.get("equipment_id"),
            "serial_number": self._check_serial_number(given.get("serial_number")),
        }
        if kind in TIME_KINDS:
            self._check_stretch(line)
        elif not line["quantity"]:
            raise ValidationError(self.env._("Say how much it was."))
        if not line["start"] and not line["date"]:
            line["date"] = fields.Date.context_today(self)
        return line

    def _check_moment(self, value):
        try:
            moment = fields.Datetime.to_datetime(value or None)
            # Days around it have to exist too, in every time zone.
            if moment and not 1 < moment.year < 9999:
                raise ValueError(value)
        except (ValueError, TypeError) as error:
            raise ValidationError(self.env._("%(value)s is not a time.", value=value)) from error
        return moment

    def _check_day(self, value):
        return fields.Date.to_date(self._check_moment(value))

    def _check_number(self, value):
        try:
            number = float(value or 0)
        except (ValueError, TypeError, OverflowError) as error:
            raise ValidationError(self.env._("%(value)s is not a number.", value=value)) from error
        if not 0 <= number <= MAX_QUANTITY:
            raise ValidationError(
                self.env._("A quantity cannot be negative, nor as large as %(value)s.", value=value)
            )
        return number

    def _check_stretch(self, line):
        start, stop = line["start"], line["stop"]
        if bool(start) != bool(stop):
            raise ValidationError(self.env._("Say when the work began and when it ended."))
        if not start:
            if not 0 < line["quantity"] <= 24:
                raise ValidationError(
                    self.env._("Say how many hours it was, at most 24 for a day.")
                )
            return
        if stop <= start:
            raise ValidationError(self.env._("The work ended before it began. Correct the times."))
        if stop - start > timedelta(hours=24):
            raise ValidationError(
                self.env._("One line of work is at most 24 hours. Record each day by itself.")
            )
        if not 0 <= line["break_minutes"] < (stop - start).total_seconds() / 60:
            raise ValidationError(self.env._("The break is as long as the work. Correct it."))

    def _check_product(self, kind, product_id):
        if not product_id:
            if kind == "part":
                raise ValidationError(self.env._("Choose the part that was used."))
            return False
        # Technicians in the portal don't read products: they choose among those offered.
        products_sudo = self.env["product.product"].sudo()
        product_sudo = products_sudo.browse(product_id if is_id(product_id) else []).exists()
        offered = product_sudo and product_sudo.company_id in (
            self.env["res.company"],
            self.sudo().company_id,
        )
        if offered and self.env.user.share:
            # By its number they would be told any product's name.
            offered = product_sudo.active and product_sudo.filtered_domain(
                self.sudo()._get_part_domain()
            )
        if not offered:
            raise ValidationError(self.env._("This part is not in the catalogue any more."))
        return product_sudo.id

    def _check_serial_number(self, value):
        return isinstance(value, str) and value.strip()[:MAX_SERIAL] or False

    # === WORK: FROM WHAT WAS GIVEN TO LINES === #

    def _record_lines(self, lines, user):
        """Store checked work, cut and charged; in sudo, after a check and a lock.

        :param list[dict] lines: as ``_check_line`` gives them
        :param recordset user: who records it
        :return: the lines created, the call-out fee with them
        """
        self.ensure_one()
        created = self.env["service.work.line"]
        # All lines are judged before the first one is stored.
        for line in lines:
            line["employee"] = self._get_employee(line, user)
            line["visit"] = self._get_visit(line, line["employee"], user)
            line["equipment"] = self._get_line_equipment(line)
        part_warranties = self._get_part_warranties(
            {(line["equipment"].id, line["product_id"]) for line in lines if line["kind"] == "part"}
        )
        for line in lines:
            line["part_warranty"] = part_warranties.get((line["equipment"].id, line["product_id"]))
            for part in self._cut(line):
                created |= self._create_part(line, part)
        self._count_visits(created.event_id)
        for visit in created.event_id:
            created |= self._create_call_out(visit, created)
        if created.filtered(lambda line: line.kind in (*TIME_KINDS, "mileage")):
            created |= self._settle_travel()
        if created and self.state in ("draft", "planned", "confirmed", "waiting"):
            self.state = "in_progress"
        return created

    def _get_employee(self, line, user):
        """Whose work it is: oneself, or somebody of the crew."""
        if line["employee_id"] and not is_id(line["employee_id"]):
            raise ValidationError(self.env._("Choose somebody of this intervention's crew."))
        employee = self.env["hr.employee"].browse(line["employee_id"] or [])
        if not employee:
            own = self.technician_ids.filtered(lambda technician: technician.user_id == user)
            employee = (
                own[:1]
                or user.employee_ids.filtered(lambda person: person.company_id == self.company_id)[
                    :1
                ]
            )
            if not employee and line["kind"] in TIME_KINDS:
                employee = self.technician_ids[:1]
        if line["kind"] in TIME_KINDS and not employee:
            raise ValidationError(self.env._("Say who did the work."))
        if (
            line["employee_id"]
            and employee not in self.technician_ids
            and not user.has_group("field_service.field_service_group_dispatcher")
        ):
            raise ValidationError(self.env._("Choose somebody of this intervention's crew."))
        return employee

    def _get_visit(self, line, employee, user):
        """The visit the work belongs to: the one given, or that person's nearest one."""
        events = self.event_ids.filtered("active")
        if line["event_id"]:
            found = events.filtered(lambda event: event.id == line["event_id"])
            if not found:
                raise ValidationError(self.env._("This visit is not there any more."))
            return found
        partners = employee._get_visit_partners() or user.partner_id
        own = events.filtered(lambda event: partners & event.partner_ids) or events
        moment = line["start"] or datetime.combine(line["date"], time(12))
        return own.sorted(key=lambda event: abs(event.start - moment))[:1]

    def _cut(self, line):
        """Cut a stretch of time where the local day or the time band changes."""
        if not line["start"]:
            return [Part(line["date"], line["quantity"])]
        company = self.company_id
        bands_model = self.env["service.time.band"]
        pieces = time_bands.split(
            line["start"],
            line["stop"],
            company._get_service_timezone(),
            bands_model._get_bands(company),
            bands_model._get_holidays(company, line["start"].date(), line["stop"].date()),
        )
        hours = [piece.hours for piece in pieces]
        longest = max(range(len(hours)), key=hours.__getitem__)
        # A break is taken in the longest part; what it doesn't hold is taken from the others.
        pause = line["break_minutes"] / 60
        for index in [longest, *(n for n in range(len(hours)) if n != longest)]:
            taken = min(pause, hours[index])
            hours[index] -= taken
            pause -= taken
        rate = self._get_part_rate(line["kind"], pieces[0].day, pieces[0].band)
        billed = spread(hours, rate.rounding, rate.minimum, self._get_billed_digits())
        return [
            Part(piece.day, quantity, bill, piece.start, piece.stop, piece.band)
            for piece, quantity, bill in zip(pieces, hours, billed, strict=True)
            if quantity > 0
        ]

    def _get_billed_digits(self):
        return self.env["decimal.precision"].precision_get("Product Unit")

    def _get_part_rate(self, kind, day, band):
        rates = self.env["service.rate"]._get_rates(self.company_id)
        return rates._choose(
            kind, day, band, self.contract_id, self.invoice_partner_id, self.zone_id
        )

    def _create_part(self, line, part):
        """One part of work, charged: two lines where a contract pays for some of its hours."""
        decisions = self._decide(
            line["kind"], part.date, part.quantity, line["equipment"], line["part_warranty"]
        )
        created = self.env["service.work.line"]
        left, digits = part.billed, self._get_billed_digits()
        for decision in decisions:
            values = self._prepare_line_values(line, part, decision)
            if part.billed is not None:
                last = decision is decisions[-1]
                billed = left if last else min(round(decision.quantity, digits), left)
                values["quantity_invoice"] = billed
                left = round(left - billed, digits)
            created |= created.create(values)
        return created

    def _prepare_line_values(self, line, part, decision):
        values = {
            "intervention_id": self.id,
            "event_id": line["visit"].id,
            "kind": line["kind"],
            "employee_id": line["employee"].id,
            "equipment_id": line["equipment"].id,
            "date": part.date,
            "start": part.start,
            "stop": part.stop,
            "time_band": part.band,
            "break_minutes": line["break_minutes"],
            "quantity": decision.quantity,
            **self._prepare_coverage_values(decision),
        }
        if line["name"]:
            values["name"] = line["name"]
        if line["product_id"]:
            values["product_id"] = line["product_id"]
            values["serial_number"] = line["serial_number"]
        return values

    def _create_call_out(self, visit, lines):
        """The call-out fee of a visit, once, where the price list has one."""
        none = self.env["service.work.line"]
        of_visit = lines.filtered(lambda line: line.event_id == visit)
        if not visit or not self.type_id.needs_visit or not of_visit.filtered("employee_id"):
            return none
        first = of_visit.sorted(key=lambda line: (line.date, line.start or datetime.min))[0]
        band = self._get_call_out_band(of_visit)
        if call_out := none.search(
            [("event_id", "=", visit.id), ("kind", "=", "call_out")], limit=1
        ):
            self._raise_call_out(call_out, band)
            return none
        if not self._get_part_rate("call_out", first.date, band):
            return none
        (decision,) = self._decide("call_out", first.date, 1.0, first.equipment_id, visit=visit)
        return none.create(
            {
                "intervention_id": self.id,
                "event_id": visit.id,
                "kind": "call_out",
                "employee_id": first.employee_id.id,
                "equipment_id": first.equipment_id.id,
                "date": first.date,
                "time_band": band,
                "quantity": 1.0,
                **self._prepare_coverage_values(decision),
            }
        )

    def _get_call_out_band(self, lines):
        """The time band by which a visit is called out: of those it was worked in the dearest, so
        that a job that runs into the night is a call-out by night.
        """
        prices = {
            line.time_band: self._get_part_rate("call_out", line.date, line.time_band).price
            for line in lines.sorted(key=lambda line: (line.date, line.start or datetime.min))
        }
        return max(prices, key=prices.get)

    def _raise_call_out(self, call_out, band):
        """Work recorded later may have run into a dearer time band, as long as nobody signed."""
        if call_out.report_id.state in ("signed", "unsigned"):
            return
        dearer = self._get_part_rate("call_out", call_out.date, band).price
        if dearer > self._get_part_rate("call_out", call_out.date, call_out.time_band).price:
            call_out.time_band = band

    # === CHECKLIST === #

    def _get_missing_answers(self):
        return self.checklist_answer_ids.filtered(
            lambda answer: answer.required and not answer.value and not answer.attachment_ids
        )

    # === ACTIONS === #

    def action_record_work(self):
        """Open the dialog that records work."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_intervention_record_work_action"
        )
        action["context"] = {"default_intervention_id": self.id}
        return action
