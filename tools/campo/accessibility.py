"""Pages under the eyes of axe-core: what keeps somebody from reading or using them.

Rules are WCAG 2.1, levels A and AA. Pages are found as a person finds them, by following links.
"""

import re
import shutil
from functools import cache

from . import paths
from .browsing import PHONE
from .say import run

AXE = "axe-core@4.14.1"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
NARROW = 320  # px; the narrowest screen that WCAG 2.1 asks for (1.4.10, reflow)
STARTS = ("/my", "/my/account", "/my/security", "/my/tickets/new", "/my/statement", "/my/visits")
# Files, and pages that end the walk.
_NO_PAGES = re.compile(r"/(pdf|csv|logout|files)\b|\.(ics|zip)$|access_token|download=")


@cache
def axe():
    """axe-core's program; got from npm the first time."""
    script = paths.NODE / "node_modules" / "axe-core" / "axe.min.js"
    stamp = paths.NODE / "axe-version"
    if not script.is_file() or not stamp.is_file() or stamp.read_text() != AXE:
        paths.NODE.mkdir(parents=True, exist_ok=True)
        run(
            [shutil.which("npm"), "install", "--no-save", "--no-audit", "--no-fund",
             "--prefix", paths.NODE, AXE],
            log="npm",
            failure="axe-core could not be installed. Is the network there? Start again to retry.",
        )  # fmt: skip
        stamp.write_text(AXE)
    return script.read_text()


def walk(who, starts=STARTS):
    """Visit each kind of page under /my that a person finds, once.

    :param Person who: somebody who has logged in
    :return: generator of addresses; the page is open when one is given
    """
    queue, seen = list(starts), set()
    while queue:
        path = queue.pop(0).split("#")[0]
        kind = re.sub(r"\d+", "1", path.split("?")[0])
        if kind in seen or _NO_PAGES.search(path):
            continue
        if who.page.goto(f"{who.address}{path}").status != 200:
            continue
        seen.add(kind)
        yield path
        queue += who.page.eval_on_selector_all(
            'a[href^="/my"]', "links => links.map(link => link.getAttribute('href'))"
        )


def complaints(who):
    """What axe-core finds on the open page: list of ``rule: element``, everything unfolded."""
    who.page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    who.page.evaluate(axe())
    answer = who.page.evaluate(
        "rules => axe.run(document, { runOnly: rules, resultTypes: ['violations'] })", list(RULES)
    )
    return [
        f"{violation['id']}: {violation['nodes'][0]['html'][:120]}"
        for violation in answer["violations"]
    ]


def is_too_wide(who):
    """Whether the open page scrolls sideways on the narrowest screen."""
    size = who.page.viewport_size
    who.page.set_viewport_size({"width": NARROW, "height": size["height"]})
    # A page that says nothing of screens, as a server's bare error, is laid out wider and shrunk.
    wide = who.page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    who.page.set_viewport_size(size)
    return wide


def idle_controls(who):
    """What the open page offers, but only a script would do: list of elements, as HTML.

    For pages that are read without a script; what stands there as text to be copied is none.
    """
    return who.page.evaluate(
        """() => {
            const isIdle = (one) => one.matches("a")
                ? !one.matches(".disabled, [href]:not([href='#'])")
                : one.matches("canvas, [type=button], [data-bs-toggle]")
                    || !one.form || !(one.name || one.type === "submit");
            return [...document.querySelectorAll("button, a, input, select, textarea, canvas")]
                .filter((one) => one.checkVisibility({ visibilityProperty: true }))
                .filter((one) => isIdle(one) && !one.matches("[readonly]"))
                .map((one) => one.outerHTML.slice(0, 120));
        }"""
    )


def on_paper(who):
    """What nobody can use once the open page is printed: list of elements, as HTML."""
    who.page.emulate_media(media="print")
    found = who.page.evaluate(
        """() => {
            const unused = "button:not(#checklist *), .btn:not(#checklist *), textarea, "
                + "form:not(#checklist *), input[type=file], header a:not(.navbar-brand), "
                + ".o_portal_submenu, .o_portal_pager";
            const conversation = document.querySelector("#chatterRoot")?.shadowRoot;
            return [document, conversation]
                .flatMap((root) => root ? [...root.querySelectorAll(unused)] : [])
                .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height)
                .map((one) => one.outerHTML.slice(0, 120));
        }"""
    )
    who.page.emulate_media(media="screen")
    return found


def judge(who, path, device):
    """Complaints about the open page, and about its width on a phone: by path, {} for none."""
    found = complaints(who)
    if device is PHONE and is_too_wide(who):
        found.append(f"scrolls sideways at {NARROW} px")
    return {path: found} if found else {}
