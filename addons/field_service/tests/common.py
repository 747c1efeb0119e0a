import base64
import io
from datetime import date, datetime

from PIL import Image

from odoo import SUPERUSER_ID, Command
from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon

# Monday of acceptance story 1; 07:00 UTC is 08:00 in Rome.
MONDAY = date(2026, 11, 9)


def picture(colour="red", size=(64, 48)):
    """A real JPEG, base64."""
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "JPEG")
    return base64.b64encode(buffer.getvalue()).decode()


def at(hour, minute=0, day=MONDAY):
    """A naive UTC moment, as the public methods take it."""
    return datetime(day.year, day.month, day.day, hour, minute).strftime("%Y-%m-%d %H:%M:%S")


class FieldServiceCommon(BaseCommon):
    """A service firm with its people, a customer with a site and a machine, and a price list."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        # Odoo's accounting tests go on as an accountant; a firm is set up by nobody in particular.
        cls.env = cls.env(
            user=SUPERUSER_ID,
            context={**cls.env.context, "allowed_company_ids": cls.company.ids},
        )
        cls.company.resource_calendar_id.tz = "Europe/Rome"
        cls._make_people()
        cls._make_customers()
        cls._make_rates()
        cls.part = cls.env["product.product"].create(
            {
                "name": "Temperature sensor",
                "type": "consu",
                "list_price": 86.50,
                "standard_price": 41.20,
            }
        )

    @classmethod
    def _user(cls, login, groups, **values):
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            tz="Europe/Rome",
            name=login.title(),
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            **values,
        )

    @classmethod
    def _make_people(cls):
        prefix = "field_service.field_service_group_"
        cls.user_dispatcher = cls._user(
            "dispatcher_t", f"{prefix}dispatcher,helpdesk_ticket.helpdesk_ticket_group_user"
        )
        cls.user_manager = cls._user("manager_t", f"{prefix}manager")
        cls.user_technician = cls._user("technician_t", f"{prefix}user")
        cls.user_colleague = cls._user("colleague_t", f"{prefix}user")
        cls.user_accountant = cls._user("accountant_t", "account.group_account_invoice")
        cls.user_employee = cls._user("employee_t", "base.group_user")
        cls.user_outside = cls._user("outside_t", "base.group_portal")
        cls.technician, cls.colleague, cls.outside = cls.env["hr.employee"].create(
            [
                {
                    "name": user.name,
                    "user_id": user.id,
                    "company_id": cls.company.id,
                    "hourly_cost": 28.0,
                    "tz": "Europe/Rome",
                }
                for user in (cls.user_technician, cls.user_colleague, cls.user_outside)
            ]
        )

    @classmethod
    def _make_customers(cls):
        partners = cls.env["res.partner"]
        cls.customer = partners.create({"name": "Alfa S.r.l.", "is_company": True})
        cls.site = partners.create(
            {
                "name": "Plant",
                "parent_id": cls.customer.id,
                "type": "delivery",
                "city": "Thiene",
                "service_access_note": "Ring at the gate.",
            }
        )
        cls.contact = partners.create(
            {"name": "Giulia", "parent_id": cls.customer.id, "email": "giulia@example.com"}
        )
        cls.other_customer = partners.create({"name": "Monte", "is_company": True})
        cls.equipment = cls.env["service.equipment"].create(
            {
                "name": "Wrapping machine",
                "serial_number": "ST-2201",
                "partner_id": cls.customer.id,
                "site_id": cls.site.id,
            }
        )

    @classmethod
    def _make_rates(cls):
        rates = cls.env["service.rate"]
        rates.search([]).active = False
        rates.create(
            [
                {"company_id": cls.company.id, "date_from": "2020-01-01", **values}
                for values in (
                    {"kind": "labour", "time_band": "ordinary", "price": 50.0, "rounding": 0.5},
                    {"kind": "labour", "time_band": "overtime", "price": 65.0, "rounding": 0.5},
                    {"kind": "labour", "time_band": "night", "price": 75.0, "rounding": 0.5},
                    {"kind": "travel", "price": 38.0, "rounding": 0.25},
                    {"kind": "mileage", "price": 0.60},
                    {"kind": "call_out", "price": 40.0},
                    {"kind": "call_out", "time_band": "night", "price": 80.0},
                )
            ]
        )

    @classmethod
    def _create_intervention(cls, **values):
        return cls.env["service.intervention"].create(
            {
                "name": "The film tears",
                "partner_id": cls.customer.id,
                "site_id": cls.site.id,
                "contact_id": cls.contact.id,
                "equipment_ids": [(6, 0, cls.equipment.ids)],
                "user_id": cls.user_dispatcher.id,
                "type_id": cls.env.ref("field_service.service_intervention_type_repair").id,
                **values,
            }
        )

    @classmethod
    def _plan(cls, intervention, technicians=None, start=None, stop=None, **values):
        """A visit planned by the dispatcher; by default Monday 9 to 12 in Rome."""
        planned = intervention.with_user(cls.user_dispatcher).plan(
            start=start or at(8),
            stop=stop or at(11),
            employee_ids=(technicians or cls.technician).ids,
            **values,
        )
        return cls.env["calendar.event"].browse(planned["event_id"])

    @classmethod
    def _reverse(cls, invoices):
        """Odoo's dialog on posted invoices."""
        return cls.env["account.move.reversal"].create(
            {
                "move_ids": [(6, 0, invoices.ids)],
                "journal_id": invoices.journal_id.id,
                "company_id": cls.company.id,
            }
        )

    @classmethod
    def _credit(cls, invoices):
        """The draft credit notes that “Reverse” makes of posted invoices."""
        reversal = cls._reverse(invoices)
        reversal.refund_moves()
        return reversal.new_move_ids

    @classmethod
    def _write_anew(cls, invoices):
        """The drafts that “Reverse and Create Invoice” makes of posted invoices."""
        reversal = cls._reverse(invoices)
        reversal.modify_moves()
        return reversal.new_move_ids

    @classmethod
    def _record(cls, intervention, *lines, user=None):
        recorded = intervention.with_user(user or cls.user_technician).record_work(
            lines=list(lines)
        )
        return cls.env["service.work.line"].browse([line["id"] for line in recorded["lines"]])

    @classmethod
    def _story_one(cls, user=None):
        """Work of acceptance story 1, on an intervention with a planned visit."""
        intervention = cls._create_intervention()
        cls._plan(intervention)
        cls._record(
            intervention,
            {"kind": "travel", "start": at(7), "stop": at(8, 10)},
            {"kind": "labour", "start": at(8, 10), "stop": at(10, 30)},
            {"kind": "mileage", "date": str(MONDAY), "quantity": 84},
            {"kind": "part", "date": str(MONDAY), "quantity": 1, "product_id": cls.part.id},
            user=user,
        )
        return intervention
