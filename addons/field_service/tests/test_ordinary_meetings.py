from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from .common import FieldServiceCommon

OURS = "odoo.addons.field_service."
# To know that it is no visit, an event is read that Odoo answers for or deletes unread.
ALLOWED = {"answered": 1, "deleted": 2}


@tagged("post_install", "-at_install")
class TestOrdinaryMeetings(FieldServiceCommon):
    """Meetings that are no visits: Odoo's own calendar costs what it cost without this addon."""

    def setUp(self):
        super().setUp()
        self.start = datetime.now().replace(microsecond=0) + timedelta(days=10)
        self.partners = (self.user_employee | self.user_technician).partner_id

    def _meeting(self):
        meeting = (
            self.env["calendar.event"]
            .with_user(self.user_employee)
            .create(
                {
                    "name": "Budget",
                    "start": self.start,
                    "stop": self.start + timedelta(hours=1),
                    "partner_ids": [Command.set(self.partners.ids)],
                }
            )
        )
        self.env.flush_all()
        self.env.invalidate_all()
        return meeting

    @contextmanager
    def _without_ours(self):
        """Odoo as it is without our overrides of what changes calendars."""
        with ExitStack() as stack:
            for model in ("calendar.event", "calendar.attendee"):
                for owner in type(self.env[model]).mro():
                    if not owner.__module__.startswith(OURS):
                        continue
                    for name in {"write", "unlink", "_notify_attendees"} & set(vars(owner)):

                        def odoos(records, *args, owner=owner, name=name, **kwargs):
                            return getattr(super(owner, records), name)(*args, **kwargs)

                        stack.enter_context(patch.object(owner, name, odoos))
            yield

    def _cost(self, act):
        meeting = self._meeting()
        found = []
        with contextmanager(self._patchExecute)(found):
            act(meeting)
            self.env.flush_all()
        return [str(query) for query in found]

    def test_editing_an_ordinary_meeting_costs_no_query_of_ours(self):
        later = self.start + timedelta(hours=2)
        acts = {
            "renamed": lambda m: m.write({"name": "Forecast"}),
            "relocated": lambda m: m.write({"location": "Canteen"}),
            "moved": lambda m: m.write({"start": later, "stop": later + timedelta(hours=1)}),
            "archived": lambda m: m.write({"active": False}),
            "invited": lambda m: m.write(
                {"partner_ids": [Command.link(self.user_colleague.partner_id.id)]}
            ),
            "answered": lambda m: m.attendee_ids.do_accept(),
            "deleted": lambda m: m.unlink(),
        }
        for name, act in acts.items():
            # The first time loads what is cached for good.
            self._cost(act)
            with self._without_ours():
                odoos = self._cost(act)
            with self.subTest(act=name):
                self.assertTrue(odoos)
                ours = self._cost(act)
                more = len(ours) - len(odoos)
                self.assertLessEqual(more, ALLOWED.get(name, 0), _more(ours, odoos))


def _more(ours, odoos):
    """The queries that ours makes and Odoo doesn't."""
    rest = list(odoos)
    return "\n".join(query for query in ours if query not in rest or rest.remove(query))
