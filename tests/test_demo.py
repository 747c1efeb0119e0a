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


def test_the_manager_sees_what_the_knowledge_base_is_worth(demo):
    call = {"model": "knowledge.event", "method": "figures", "args": [], "kwargs": {}}
    answer = log_in(demo, "manager").post(
        f"{demo}/web/dataset/call_kw", json={"params": call}, timeout=60
    )
    figures = answer.json()["result"]
    assert figures["deflected"] > figures["asked"] / 2
    for name in ("best", "gaps", "unanswered"):
        assert figures[name], name
