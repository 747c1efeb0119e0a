"""Persons in a real browser: Debian's Chromium driven by Playwright, for tests and screenshots.

Unlike the rest of this folder it needs the Python environment (Playwright, Pillow).
"""

import io
import resource
from contextlib import contextmanager

from PIL import Image
from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}
# A phone whose browser runs no script.
WITHOUT_SCRIPT = PHONE | {"java_script_enabled": False}
# Debian's package of Odoo leaves this library out; Odoo asks for it and does without.
HARMLESS = ("selfie_segmentation",)


@contextmanager
def chromium():
    """A headless Chromium."""
    # Odoo limits the memory of its process and of what that starts; a browser reserves more.
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(OPTIONS))
        try:
            yield browser
        finally:
            browser.close()


class Person:
    """Somebody with a login in front of a screen."""

    def __init__(self, browser, address, login, device=DESK, locale="it-IT"):
        """:param dict device: DESK or PHONE"""
        self.address, self.login = address, login
        self.context = browser.new_context(locale=locale, timezone_id="Europe/Rome", **device)
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.errors = []
        self.page.on("pageerror", lambda error: self._note(str(error)))
        self.page.on("console", self._on_console)
        self._log_in()

    def _on_console(self, message):
        if message.type == "error":
            self._note(message.text)

    def _note(self, text):
        if not any(harmless in text for harmless in HARMLESS):
            self.errors.append(text)

    def _log_in(self):
        self.page.goto(f"{self.address}/web/login")
        self.page.fill("input[name=login]", self.login)
        self.page.fill("input[name=password]", self.login)
        self.page.click("button[type=submit]")
        # The first to come waits until the styles and scripts are bundled.
        self.page.wait_for_url(lambda url: "/web/login" not in url, timeout=120_000)

    def go(self, path):
        """Open a page of Campo and wait until it is quiet."""
        self.page.goto(f"{self.address}{path}", wait_until="domcontentloaded")
        if path.startswith("/odoo"):
            self.page.wait_for_selector(".o_action_manager > *")
        self.page.wait_for_load_state("load")
        return self.page

    def scrolls_sideways(self):
        """Whether the page is wider than the screen (it must never be on a phone)."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
        )

    def leave(self):
        self.context.close()


def photo(colour="red"):
    """A small photo, as Playwright puts it into a field for files."""
    buffer = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(buffer, "JPEG")
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def draw_signature(page):
    """Draw a signature with the finger, on a canvas that takes strokes already."""
    canvas = page.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 50)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 30 + step * 15, box["y"] + 50 + (step % 3) * 25)
    page.mouse.up()
