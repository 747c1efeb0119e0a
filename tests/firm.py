"""The persons of the story at their work, alone or two at the same moment."""

import base64
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from PIL import Image

from .conftest import ApiError


class Firm:
    """Calls as the persons of the story."""

    def __init__(self, campo, cast):
        self.campo, self.cast = campo, cast

    def call(self, who, model, method, ids=None, **arguments):
        return self.campo.call(self.cast["keys"][who], model, method, ids, **arguments)

    def together(self, *calls):
        """Make calls at the same moment; give each one's result or the error it got."""

        def make(call):
            try:
                return self.call(*call[:3], **call[3])
            except ApiError as error:
                return error

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(make, calls))

    def intervention(self, **values):
        """A planned intervention of the outside technician."""
        (intervention,) = self.call(
            "agent",
            "service.intervention",
            "create",
            vals_list=[{"name": "Two at once", "partner_id": self.cast["alfa"], **values}],
        )
        visit = self.call(
            "agent",
            "service.intervention",
            "plan",
            ids=[intervention],
            start="2026-11-09 08:00:00",
            stop="2026-11-09 12:00:00",
            employee_ids=[self.cast["employee"]],
        )
        return intervention, visit["event_id"]

    def go_to_a_job(self):
        """The technician of the house arrives at a visit that is going on."""
        (intervention,) = self.call(
            "agent",
            "service.intervention",
            "create",
            vals_list=[{"name": "Going on", "partner_id": self.cast["alfa"]}],
        )
        now = datetime.now(tz=UTC).replace(tzinfo=None, microsecond=0)
        self.call(
            "agent",
            "service.intervention",
            "plan",
            ids=[intervention],
            start=str(now - timedelta(hours=1)),
            stop=str(now + timedelta(hours=1)),
            employee_ids=[self.cast["inside"]],
        )
        self.call("inside", "service.intervention", "check_in", [intervention])
        return intervention

    def lines(self, intervention, *fields):
        return self.call(
            "accountant",
            "service.work.line",
            "search_read",
            domain=[["intervention_id", "=", intervention]],
            fields=list(fields),
        )

    def race_for_a_contract(self, **values):
        """Forty minutes on each of two interventions under one new contract, recorded at once.

        :return: the contract, and the work lines of both
        """
        (contract,) = self.call(
            "accountant",
            "service.contract",
            "create",
            vals_list=[{"partner_id": self.cast["alfa"], "date_start": "2026-01-01", **values}],
        )
        self.call("accountant", "service.contract", "action_open", [contract])
        interventions = [self.intervention(contract_id=contract)[0] for _turn in range(2)]
        results = self.together(
            *(
                (
                    "outside",
                    "service.intervention",
                    "record_work",
                    {"ids": [intervention], "lines": [labour("09")]},
                )
                for intervention in interventions
            )
        )
        assert not [result for result in results if isinstance(result, ApiError)]
        lines = [
            line
            for one in interventions
            for line in self.lines(one, "coverage", "quantity", "kind")
        ]
        return contract, lines

    def signed_report(self, intervention):
        report = self.call("outside", "service.intervention", "make_report", [intervention])
        self.call(
            "outside",
            "service.report",
            "sign",
            [report["report_id"]],
            name="Giulia",
            image=signature(),
        )
        return report["report_id"]


def signature(colour="black"):
    buffer = io.BytesIO()
    Image.new("RGB", (120, 40), colour).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def labour(hour):
    return {
        "kind": "labour",
        "start": f"2026-11-09 {hour}:00:00",
        "stop": f"2026-11-09 {hour}:40:00",
    }
