"""What goes wrong between a browser and the server while somebody is filling in a form."""

from contextlib import contextmanager

from . import paths

# About one megabyte in five seconds, as in a cellar.
SLOW = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 200 * 1024}


def lose_session(who):
    """The server forgets who is logged in, e.g. because they have been away for too long."""
    (sid,) = (one["value"] for one in who.context.cookies() if one["name"] == "session_id")
    (session,) = (paths.DATA / "sessions").rglob(f"{sid}*")
    session.unlink()


def log_in_again(who):
    """Fill in the login page that is open, and come back to where one was."""
    page = who.page
    page.wait_for_url("**/web/login?*")
    page.fill("input[name=login]", who.login)
    page.fill("input[name=password]", who.login)
    with page.expect_navigation():
        page.click("button[type=submit]")
    page.wait_for_load_state("load")


@contextmanager
def answered_with(page, status):
    """Whatever is sent gets this answer, as from a proxy; with None there is no network."""

    def answer(route):
        if route.request.method != "POST":
            route.continue_()
        elif status is None:
            route.abort("internetdisconnected")
        else:
            route.fulfill(status=status, content_type="text/html", body="<h1>Sorry</h1>")

    page.route("**/*", answer)
    try:
        yield
    finally:
        page.unroute("**/*", answer)


@contextmanager
def never_answered(who):
    """What is sent arrives and is done, but the server's answer gets lost."""

    def answer(route):
        if route.request.method != "POST":
            route.continue_()
            return
        route.fetch(max_redirects=0)
        route.abort("connectionreset")

    who.page.route("**/*", answer)
    try:
        yield
    finally:
        who.page.unroute("**/*", answer)
        # It came with the answer.
        who.context.clear_cookies(name="portal_customer_sent")


@contextmanager
def slow_network(who):
    """What is sent takes its time."""
    tools = who.context.new_cdp_session(who.page)
    tools.send("Network.enable")
    tools.send("Network.emulateNetworkConditions", SLOW)
    try:
        yield
    finally:
        # It goes with its session; one that stays would overrule the next.
        tools.detach()
