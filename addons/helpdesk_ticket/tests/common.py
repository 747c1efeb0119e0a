import base64
import io
from contextlib import contextmanager
from unittest.mock import patch

from PIL import Image

from odoo import Command, fields
from odoo.tests import HttpCase, freeze_time, new_test_user

from odoo.addons.base.tests.common import BaseCommon


class HelpdeskCommon(BaseCommon):
    """The cast of the helpdesk: two customers, a desk, and its working hours (in UTC)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("it_IT")
        # What others have promised or solved would decide here too.
        cls.env["helpdesk.sla.policy"].search([]).action_archive()
        cls.env["knowledge.entry"].search([]).unlink()

        cls.alfa = cls._create_partner(name="Alfa Test S.r.l.", is_company=True, lang="it_IT")
        cls.alfa_site = cls._create_partner(
            name="Alfa, stabilimento",
            parent_id=cls.alfa.id,
            type="delivery",
            service_access_note="Chiedere in portineria.",
        )
        cls.beta = cls._create_partner(name="Beta Test S.p.A.", is_company=True, lang="it_IT")
        cls.beta_site = cls._create_partner(
            name="Beta, magazzino", parent_id=cls.beta.id, type="other"
        )

        cls.user_agent = cls._create_user(
            "hd_agent", "helpdesk_ticket.helpdesk_ticket_group_user", lang="en_US"
        )
        cls.user_manager = cls._create_user(
            "hd_manager", "helpdesk_ticket.helpdesk_ticket_group_manager", lang="en_US"
        )
        cls.user_employee = cls._create_user("hd_employee", "base.group_user")
        cls.user_portal = cls._create_user("hd_portal", "base.group_portal")
        cls.user_other_portal = cls._create_user("hd_other_portal", "base.group_portal")
        cls.giulia = cls.user_portal.partner_id
        cls.giulia.write({"name": "Giulia Test", "parent_id": cls.alfa.id, "lang": "it_IT"})
        cls.paolo = cls.user_other_portal.partner_id
        cls.paolo.write({"name": "Paolo Test", "parent_id": cls.beta.id, "lang": "it_IT"})

        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "8–12, 13–17",
                "tz": "UTC",
                "company_id": cls.env.company.id,
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "name": f"{day} {hour}",
                                "dayofweek": str(day),
                                "hour_from": hour,
                                "hour_to": hour + 4,
                                "day_period": "morning" if hour < 12 else "afternoon",
                            }
                        )
                        for day in range(5)
                        for hour in (8, 13)
                    ),
                ],
            }
        )
        cls.team = cls.env["helpdesk.team"].create(
            {
                "name": "Desk",
                "sequence": -10,
                "company_id": cls.env.company.id,
                "member_ids": [Command.set((cls.user_agent + cls.user_manager).ids)],
                "user_id": cls.user_manager.id,
                "rate_closed": False,
            }
        )
        cls.category = cls.env["helpdesk.category"].create({"name": "Boilers"})
        cls.stage_new = cls.env.ref("helpdesk_ticket.helpdesk_stage_new")
        cls.stage_progress = cls.env.ref("helpdesk_ticket.helpdesk_stage_progress")
        cls.stage_waiting = cls.env.ref("helpdesk_ticket.helpdesk_stage_waiting")
        cls.stage_solved = cls.env.ref("helpdesk_ticket.helpdesk_stage_solved")
        cls.stage_cancelled = cls.env.ref("helpdesk_ticket.helpdesk_stage_cancelled")

    @classmethod
    def get_default_groups(cls):
        """Override: who sets the stage has every right on it."""
        groups = super().get_default_groups()
        for name in (
            "base.group_system",
            "helpdesk_ticket.helpdesk_ticket_group_manager",
            "knowledge_base.knowledge_base_group_manager",
        ):
            groups |= cls.env.ref(name)
        return groups

    @classmethod
    def _create_user(cls, login, groups, **values):
        return new_test_user(
            cls.env, login, groups=groups, email=f"{login}@test.example.com", **values
        )

    @classmethod
    def _create_ticket(cls, **values):
        return cls.env["helpdesk.ticket"].create(
            {"name": "Caldaia ferma", "partner_id": cls.giulia.id, **values}
        )

    @classmethod
    def _create_policy(cls, response=4, resolution=16, calendar=True, **values):
        """A service level; further promises as keywords: ``next_response``, ``on_site``."""
        promised = {
            "first_response": response,
            "next_response": values.pop("next_response", 0),
            "on_site": values.pop("on_site", 0),
            "resolution": resolution,
        }
        return cls.env["helpdesk.sla.policy"].create(
            {
                "name": "Promise",
                "company_id": cls.env.company.id,
                "target_ids": [
                    Command.create(
                        {
                            "kind": kind,
                            "hours": hours,
                            "calendar_id": calendar and cls.calendar.id,
                        }
                    )
                    for kind, hours in promised.items()
                    if hours
                ],
                **values,
            }
        )

    @staticmethod
    def _promise(policy, kind, hours):
        policy.target_ids.filtered(lambda target: target.kind == kind).hours = hours

    @classmethod
    def _let_customers_read_their_tickets(cls):
        """Give portal users what an addon with pages for them gives: to read by ownership."""
        models = {
            name: cls.env["ir.model"]._get(name) for name in ("helpdesk.ticket", "knowledge.entry")
        }
        cls.env["ir.model.access"].create(
            [
                {
                    "name": f"test: portal reads {name}",
                    "model_id": model.id,
                    "group_id": cls.env.ref("base.group_portal").id,
                    "perm_read": True,
                }
                for name, model in models.items()
            ]
        )
        cls.env["ir.rule"].create(
            {
                "name": "test: portal reads own tickets",
                "model_id": models["helpdesk.ticket"].id,
                "groups": [Command.link(cls.env.ref("base.group_portal").id)],
                "domain_force": "[('commercial_partner_id', '=', user.commercial_partner_id.id)]",
            }
        )

    @contextmanager
    def _at(self, moment):
        """Let it be a moment (naive UTC), for Python and for the transaction."""
        moment = fields.Datetime.to_datetime(moment)
        with freeze_time(moment), patch.object(self.env.cr, "now", lambda: moment):
            yield

    @contextmanager
    def _queries(self, table=""):
        """Collect the queries of a block, those on a table only if one is given."""
        self.env.flush_all()
        every, chosen = [], []
        with contextmanager(self._patchExecute)(every):
            yield chosen
        chosen += [query for query in every if table in str(query)]

    def _cost(self, act):
        """The queries of an act, once the caches of rules and groups are warm."""
        for _turn in ("rules and groups get cached", "counted"):
            self.env.flush_all()
            self.env.invalidate_all()
            with self._queries() as found:
                act()
        return [str(query) for query in found]

    @staticmethod
    def _picture(colour="red", kind="PNG"):
        buffer = io.BytesIO()
        Image.new("RGB", (16, 16), colour).save(buffer, kind)
        return base64.b64encode(buffer.getvalue()).decode()


class HelpdeskTourCommon(HelpdeskCommon, HttpCase):
    """The same cast in front of a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Debian's package of Odoo leaves this library out (it blurs the background of video
        # calls). The message about it would end every tour.
        cls.env["ir.asset"].create(
            {
                "name": "test: no video calls",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": "mail/static/lib/selfie_segmentation/selfie_segmentation.js",
            }
        )
