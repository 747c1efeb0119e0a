"""The demo that `./dev run` serves: it installs without a warning, and everybody can begin."""

import os
import re

import pytest
import requests

from campo.databases import Databases
from campo.people import PEOPLE
from campo.serving import running_copy


@pytest.fixture(scope="module")
def demo(pg_server):
    """Address of a server on the demo; a warning during its installation fails here."""
    databases = Databases(pg_server)
    template = databases.ensure_template("demo")
    with running_copy(databases, template, f"campo_test_demo_{os.getpid()}") as address:
        yield address


def log_in(address, login):
    """A session of somebody whose password is the login."""
    session = requests.Session()
    page = session.get(f"{address}/web/login", timeout=60)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text).group(1)
    session.post(
        f"{address}/web/login",
        data={"login": login, "password": login, "csrf_token": token},
        timeout=60,
    )
    return session


@pytest.mark.parametrize(("login", "who", "path"), PEOPLE)
def test_everybody_lands_where_their_day_begins(demo, login, who, path):
    page = log_in(demo, login).get(f"{demo}{path}", timeout=60)
    assert page.status_code == 200, who
    assert "/web/login" not in page.url, f"{who} could not log in"


def test_the_customer_reads_italian(demo):
    page = log_in(demo, "customer").get(f"{demo}/my/tickets", timeout=60)
    assert "Richieste di assistenza" in page.text
    assert "film" in page.text


def test_one_customer_sees_nothing_of_the_other(demo):
    page = log_in(demo, "customer2").get(f"{demo}/my/tickets", timeout=60)
    assert page.status_code == 200
    assert "film" not in page.text


def call(session, demo, model, method, *args, **kwargs):
    params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
    answer = session.post(f"{demo}/web/dataset/call_kw", json={"params": params}, timeout=60).json()
    assert "error" not in answer, answer
    return answer["result"]


def test_the_manager_sees_what_the_knowledge_base_is_worth(demo):
    figures = call(log_in(demo, "manager"), demo, "knowledge.event", "figures")
    assert figures["deflected"] > figures["asked"] / 2
    for name in ("best", "gaps", "unanswered"):
        assert figures[name], name


def test_the_manager_sees_what_service_costs_and_brings(demo):
    admin = log_in(demo, "admin")
    name = "Demo: a fee of the past is invoiced"
    actions = call(admin, demo, "ir.cron", "search", [("cron_name", "=", name)])
    # Once or twice, a moment after the start or later: the fee is invoiced once.
    for _time in range(2):
        call(admin, demo, "ir.cron", "method_direct_trigger", actions)
    shown = call(log_in(demo, "manager"), demo, "service.cost.report", "get_dashboard", days=365)
    figures = {tile["name"]: tile["value"] for tile in shown["tiles"]}
    for name in ("warranty_cost", "goodwill_cost", "to_recover", "recovered", "fixed", "returned"):
        assert figures[name] > 0, (name, figures)
    assert figures["contract_revenue"] == 310
    assert 0 < figures["contract_margin"] < 310
    for name in ("bars", "contracts", "claims"):
        assert shown[name], name
