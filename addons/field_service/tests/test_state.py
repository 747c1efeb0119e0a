from functools import partial

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import FieldServiceCommon

# What else a dialog cannot be saved without.
NEEDED = {
    "service.intervention.second.fault": {"description": "Dark"},
    "service.intervention.wait": {"reason": "Belt"},
    "service.contract.add.hours": {"hours": 1},
    "service.job.progress": {"percent": 10},
}


@tagged("post_install", "-at_install")
class TestState(FieldServiceCommon):
    """What state something is in follows from what was done, never from writing it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls._create_intervention()
        cls.contract = cls.env["service.contract"].create(
            {"name": "Maintenance", "partner_id": cls.customer.id}
        )
        cls.claim = cls.env["service.warranty.claim"].create(
            {"intervention_id": cls.job.id, "manufacturer_id": cls.other_customer.id}
        )

    def test_nobody_writes_a_state_by_hand(self):
        for record, state in (
            (self.job, "done"),
            (self.contract, "open"),
            (self.claim, "recovered"),
        ):
            before = record.state
            for user in (self.user_dispatcher, self.user_manager, self.user_accountant):
                with self.subTest(record=record._name, user=user.login):
                    mine = record.with_user(user)
                    self.assertRaises(AccessError, mine.write, {"state": state})
            self.assertEqual(record.state, before)
        with self.assertRaises(AccessError):
            self.job.with_user(self.user_dispatcher).close_date = "2026-11-09 08:00:00"

    def test_nothing_is_created_as_if_it_had_been_done(self):
        values = {"name": "Belt", "partner_id": self.customer.id}
        jobs = self.env["service.intervention"].with_user(self.user_dispatcher)
        contracts = self.env["service.contract"].with_user(self.user_dispatcher)
        with self.assertRaises(AccessError):
            jobs.create({**values, "state": "done"})
        with self.assertRaises(AccessError):
            jobs.with_context(default_state="done").create(values)
        with self.assertRaises(AccessError):
            contracts.with_context(default_state="open").create(values)
        self.assertEqual(jobs.with_context(default_state="draft").create(values).state, "draft")

    def test_a_manager_takes_over_what_another_program_has_closed(self):
        old = (
            self.env["service.intervention"]
            .with_user(self.user_manager)
            .create({"name": "Belt, 2019", "partner_id": self.customer.id, "state": "done"})
        )
        self.assertEqual(old.state, "done")

    def test_the_buttons_go_from_one_state_to_the_next(self):
        job = self.job.with_user(self.user_dispatcher)
        job.action_cancel()
        self.assertEqual(job.state, "cancelled")
        job.action_reopen()
        self.assertEqual(job.state, "draft")
        contract = self.contract.with_user(self.user_dispatcher)
        contract.action_open()
        contract.action_close()
        self.assertEqual(contract.state, "closed")
        claim = self.claim.with_user(self.user_manager)
        claim.action_claim()
        claim.action_refuse()
        self.assertEqual(claim.state, "refused")

    def test_a_report_is_not_closed_by_what_is_left_unsaid(self):
        reports = self.env["service.report"].with_user(self.user_dispatcher)
        values = {"intervention_id": self.job.id}
        for name, value in (
            ("state", "signed"),
            ("sha256", "0" * 64),
            ("signed_on", "2026-11-09 08:00:00"),
            ("signed_by", "Giulia"),
            ("number", "R00001"),
            ("refusal_reason", "Nobody there"),
            ("closed_by_id", self.user_dispatcher.id),
        ):
            with self.subTest(name=name):
                with self.assertRaises(AccessError):
                    reports.with_context(**{f"default_{name}": value}).create(values)
                with self.assertRaises(AccessError):
                    reports.create({**values, name: value})
        report = reports.create(values)
        self.assertEqual((report.state, report.number), ("draft", ""))
        with self.assertRaises(AccessError):
            report.signed_by = "Giulia"


@tagged("post_install", "-at_install")
class TestDialogs(FieldServiceCommon):
    """A dialog tells of nothing that its user may not read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.abroad = cls.env["res.company"].create({"name": "Campo Svizzera"})
        cls.foreign = cls.env["service.intervention"].create(
            {
                "name": "Secret gate",
                "partner_id": cls.other_customer.id,
                "company_id": cls.abroad.id,
                "type_id": cls.env.ref("field_service.service_intervention_type_repair").id,
            }
        )
        cls.foreign_contract = cls.env["service.contract"].create(
            {
                "name": "Secret contract",
                "partner_id": cls.other_customer.id,
                "company_id": cls.abroad.id,
                "fee_amount": 4321,
            }
        )
        cls.foreign_job_order = cls.env["project.project"].create(
            {"name": "Secret job order", "company_id": cls.abroad.id}
        )

    def _cases(self):
        return (
            ("service.intervention.second.fault", "intervention_id", self.foreign, "technician"),
            ("service.intervention.return.visit", "intervention_id", self.foreign, "technician"),
            ("service.intervention.record.work", "intervention_id", self.foreign, "technician"),
            ("service.intervention.wait", "intervention_id", self.foreign, "technician"),
            ("service.contract.raise", "contract_id", self.foreign_contract, "dispatcher"),
            ("service.contract.end", "contract_id", self.foreign_contract, "dispatcher"),
            ("service.contract.add.hours", "contract_id", self.foreign_contract, "accountant"),
            ("service.job.close", "project_id", self.foreign_job_order, "dispatcher"),
            ("service.job.progress", "project_id", self.foreign_job_order, "accountant"),
        )

    def _get_ways(self, dialogs, field, record):
        """Each way to have a dialog tell of a record: its name and a call."""
        spec = {
            name: {}
            for name, known in dialogs._fields.items()
            if dialogs._has_field_access(known, "read")
        }
        spec[field] = {"fields": {"display_name": {}}}
        preset = dialogs.with_context(**{f"default_{field}": record.id})
        return (
            ("typed", partial(dialogs.onchange, {field: record.id}, [field], spec)),
            ("preset", partial(preset.onchange, {}, [], spec)),
            ("saved", partial(dialogs.create, {**NEEDED.get(dialogs._name, {}), field: record.id})),
        )

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_a_dialog_about_a_foreign_record_says_nothing(self):
        for model, field, record, person in self._cases():
            dialogs = self.env[model].with_user(getattr(self, f"user_{person}"))
            for way, call in self._get_ways(dialogs, field, record):
                with (
                    self.subTest(model=model, way=way),
                    self.assertRaises(AccessError),
                    self.env.cr.savepoint(),
                ):
                    call()

    def test_a_dialog_is_not_turned_to_a_foreign_record_later(self):
        job = self._create_intervention()
        self._plan(job)
        dialog = (
            self.env["service.intervention.second.fault"]
            .with_user(self.user_technician)
            .create({"intervention_id": job.id, "description": "Dark"})
        )
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            dialog.intervention_id = self.foreign

    def test_the_own_work_has_its_dialog(self):
        job = self._create_intervention()
        self._plan(job)
        form = Form(
            self.env["service.intervention.second.fault"]
            .with_user(self.user_technician)
            .with_context(default_intervention_id=job.id)
        )
        form.description = "The lamp is dark"
        dialog = form.save()
        dialog.photo_ids = [
            Command.create({"name": "x.txt", "raw": b"x", "res_model": dialog._name})
        ]
        self.assertEqual(dialog.commercial_partner_id, self.customer)
