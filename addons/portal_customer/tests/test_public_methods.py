import inspect

from odoo.exceptions import AccessError, MissingError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PortalCommon

CAMPO = (
    "odoo.addons.knowledge_base.",
    "odoo.addons.helpdesk_ticket.",
    "odoo.addons.field_service.",
    "odoo.addons.expense_capture.",
    "odoo.addons.portal_customer.",
)
# They open a window and do nothing else: what it shows is judged when it is read.
OPENERS = {
    ("helpdesk.team", "action_view_ratings"),
    ("helpdesk.team", "action_view_tickets"),
    ("helpdesk.ticket", "action_open_close_dialog"),
    ("helpdesk.ticket", "action_open_reopen_dialog"),
    ("knowledge.category", "action_view_articles"),
    ("service.intervention", "action_open_done_dialog"),
    ("service.intervention", "action_plan"),
    ("service.intervention", "action_record_work"),
    ("service.intervention", "action_view_files"),
    ("service.intervention", "action_view_reports"),
    ("service.report", "action_amend"),
    ("service.report", "action_sign"),
}
# Odoo's own methods are judged by Odoo; overrides of them are not ours to name here.
ODOO = {
    "create",
    "write",
    "unlink",
    "copy",
    "copy_data",
    "read",
    "default_get",
    "fields_get",
    "rating_apply",
}


def public_methods(model):
    """Methods of a model that Campo defines and anybody can call over RPC."""
    methods = {}
    for class_ in reversed(type(model).mro()):
        if not class_.__module__.startswith(CAMPO):
            continue
        for name, method in vars(class_).items():
            if name.startswith("_") or name in ODOO or not inspect.isfunction(method):
                continue
            if getattr(method, "_api_private", False):
                continue
            methods[name] = getattr(type(model), name)
    return methods


def arguments(method):
    """Something for each argument that has to be given, plausible by its name."""
    by_name = {
        "values": {"name": "x", "kind": "parking", "amount": 1},
        "lines": [{"kind": "mileage", "quantity": 1}],
        "files": [],
        "answers": [],
        "line_ids": [],
        "entry_ids": [],
        "employee_ids": [],
        "event_ids": [],
        "start": "2026-11-09 08:00:00",
        "stop": "2026-11-09 09:00:00",
        "answer": "accepted",
        "kind": "opened",
        "msg_dict": {},
        "coverage": "goodwill",
    }
    needed = list(inspect.signature(method).parameters.values())[1:]
    return {
        parameter.name: by_name.get(parameter.name, "x")
        for parameter in needed
        if parameter.default is inspect.Parameter.empty
        and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    }


@tagged("post_install", "-at_install")
class TestPublicMethods(PortalCommon):
    """Every public method of Campo, called by people it is not for, with records not theirs."""

    def _records(self, model):
        """A record of the model that belongs to customer Alfa or to nobody outside."""
        chosen = {
            "helpdesk.ticket": self.ticket,
            "service.intervention": self.intervention,
            "service.report": self.draft_report,
            "service.work.line": self.draft_line,
            "service.equipment": self.equipment,
            "service.contract": self.contract,
            "calendar.event": self.visit,
            "calendar.attendee": self.visit.attendee_ids[:1],
            "knowledge.article": self.draft_article,
            "knowledge.entry": self.entry,
            "res.partner": self.customer,
            "hr.employee": self.outside,
            "res.company": self.company,
        }.get(model)
        if chosen is not None:
            return chosen
        return self.env[model].sudo().with_context(active_test=False).search([], limit=1)

    def _refused(self, method, given):
        """Whether a call is refused, or what came of it; what it did is taken back."""
        point = self.env.cr.savepoint()
        try:
            with mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule"):
                method(**given)
                self.env.flush_all()
        except (AccessError, MissingError):
            return True
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        finally:
            point.close(rollback=True)
        return False

    def _calls(self):
        for model_name in sorted(self.env.registry):
            model = self.env[model_name]
            if model._abstract:
                continue
            for name, method in public_methods(model).items():
                if (model_name, name) not in OPENERS:
                    yield model_name, name, method

    def test_there_is_something_to_call(self):
        names = {(model, name) for model, name, _method in self._calls()}
        self.assertGreaterEqual(len(names), 40)
        self.assertIn(("service.intervention", "record_work"), names)
        self.assertIn(("helpdesk.ticket", "action_close"), names)

    def test_a_foreign_record_is_refused_by_every_method(self):
        for model, name, method in self._calls():
            if getattr(method, "_api_model", False):
                continue
            records = self._records(model)
            if not records:
                continue
            for person in ("other", "stranger"):
                with self.subTest(model=model, method=name, person=person):
                    call = getattr(records.with_user(self._person(person)), name)
                    self.assertIs(self._refused(call, arguments(method)), True)

    def test_the_public_is_refused_everything(self):
        for model, name, method in self._calls():
            records = self._records(model)
            if not records and not getattr(method, "_api_model", False):
                continue
            with self.subTest(model=model, method=name):
                call = getattr(records.with_user(self.public), name)
                self.assertIs(self._refused(call, arguments(method)), True)
