# SPDX-License-Identifier: MIT
"""Chromium as a person has it: a window of some size, light or dark, with what it shows, asks for and complains about."""
import base64
import json

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

from harness.process import PATIENCE

PHONE = (390, 844)
DESKTOP = (1280, 900)

# Every text that can be seen, with the contrast of its colour against what is painted behind it (WCAG 2.1, 1.4.3).
CONTRAST = """
const parse = text => {
    const part = text.match(/[\\d.]+/g).map(Number);
    return part.length > 3 ? part : [...part, 1];
};
const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
const background = element => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.unshift(parse(getComputedStyle(at).backgroundColor));
    const dark = matchMedia('(prefers-color-scheme: dark)').matches;
    return layers.reduce((below, top) => over(top, below), dark ? [18, 18, 18, 1] : [255, 255, 255, 1]);
};
const luminance = colour => {
    const [r, g, b] = colour.slice(0, 3).map(c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ratio = (a, b) => (Math.max(luminance(a), luminance(b)) + 0.05) / (Math.min(luminance(a), luminance(b)) + 0.05);
const found = [];
const look = (element, text, style) => {
    const behind = background(element);
    if (element.getClientRects().length && text.trim() && style.visibility !== 'hidden')
        found.push([text.trim().slice(0, 60), ratio(over(parse(style.color), behind), behind)]);
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!['OPTION', 'STYLE'].includes(element.tagName)) look(element, walker.currentNode.data, getComputedStyle(element));
}
for (const field of document.querySelectorAll('input:not([type=hidden]), select')) {
    look(field, field.value || 'x', getComputedStyle(field));
    if (field.placeholder) look(field, field.placeholder, getComputedStyle(field, '::placeholder'));
}
return found;
"""

# What has the focus, and whether that can be seen: a ring around it, or around what is painted for it.
FOCUS = """
const at = document.activeElement;
const ring = style => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
const box = at.getBoundingClientRect();
return {tag: at.tagName.toLowerCase(), name: at.name || at.id || '', text: at.textContent.trim(),
        href: at.getAttribute('href') || '',
        ring: ring(getComputedStyle(at)) || ring(getComputedStyle(at, '::after')),
        seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0 &&
              box.top < innerHeight && box.left < innerWidth};
"""

# How many colours a picture has, and how much of it has the commonest; of every seventh pixel.
COLOURS = """
const done = arguments[1], image = new Image();
image.onload = () => {
    const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0);
    const pixels = new Uint32Array(pen.getImageData(0, 0, image.width, image.height).data.buffer), counts = new Map();
    for (let i = 0; i < pixels.length; i += 7) counts.set(pixels[i], (counts.get(pixels[i]) || 0) + 1);
    done([image.width, image.height, counts.size, Math.max(...counts.values()) * 7 / pixels.length]);
};
image.src = 'data:image/png;base64,' + arguments[0];
"""


class Browser:
    """One Chromium. Close it."""

    def __init__(self):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars",
                     "--no-first-run", "--disable-background-networking", "--disable-component-update",
                     "--no-proxy-server", "--force-color-profile=srgb"):
            options.add_argument(word)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.driver.set_page_load_timeout(PATIENCE * 20)
        self.driver.set_script_timeout(PATIENCE * 20)

    def close(self):
        self.driver.quit()

    def _tell(self, command, **what):
        return self.driver.execute_cdp_cmd(command, what)

    # ---- What it is like ----

    def resize(self, size):
        self._tell("Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], deviceScaleFactor=1,
                   mobile=size[0] < 600)

    def set_colours(self, scheme):
        """"light" or "dark"."""
        self._tell("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def set_script(self, is_on):
        self._tell("Emulation.setScriptExecutionDisabled", value=not is_on)

    def set_customer(self, number):
        """Everything that it asks for has X-USER-ID from now on; None: nothing has."""
        self._tell("Network.enable")
        self._tell("Network.setExtraHTTPHeaders", headers={"X-USER-ID": str(number)} if number else {})

    def block(self, patterns):
        """From now on what has such an address does not load."""
        self._tell("Network.enable")
        self._tell("Network.setBlockedURLs", urls=patterns)

    # ---- What it shows ----

    def open(self, url):
        self.driver.get(url)

    def find(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        found = self.find(selector)
        assert len(found) == 1, f"{len(found)} of {selector}"
        return found[0]

    def run(self, script, *words):
        return self.driver.execute_script(script, *words)

    def style(self, element, name):
        return self.run("return getComputedStyle(arguments[0])[arguments[1]]", element, name)

    def is_too_wide(self):
        """Whether the page can be scrolled sideways."""
        return self.run("return document.documentElement.scrollWidth > document.documentElement.clientWidth")

    def contrasts(self):
        """(text, contrast) of everything that can be read."""
        return self.run(CONTRAST)

    def missing_pictures(self):
        """Addresses of pictures that are not there, once all are loaded."""
        self.run("for (const image of document.images) image.loading = 'eager'")
        return self.driver.execute_async_script("""
            const done = arguments[0], images = [...document.images];
            Promise.allSettled(images.map(image => image.decode())).then(() =>
                done(images.filter(image => !image.naturalWidth).map(image => image.src)));""")

    def picture(self):
        """What the window shows, as PNG."""
        return base64.b64decode(self.driver.get_screenshot_as_base64())

    def screenshot(self, path):
        """Writes what the window shows; (width, height, how many colours, share of the commonest)."""
        picture = self.picture()
        path.write_bytes(picture)
        here = self.driver.current_url
        self.driver.get("about:blank")
        figures = self.driver.execute_async_script(COLOURS, base64.b64encode(picture).decode())
        self.driver.get(here)
        return figures

    # ---- Keys ----

    def press(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def focus(self):
        return self.run(FOCUS)

    # ---- What it complains about and asks for ----

    def complaints(self):
        """What it wrote to its console since the last look, but what is no more than a hint."""
        return [f"{line['level']}: {line['message']}" for line in self.driver.get_log("browser")
                if line["level"] in ("SEVERE", "WARNING")]

    def requests(self):
        """Addresses that it asked for since the last look."""
        events = [json.loads(line["message"])["message"] for line in self.driver.get_log("performance")]
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
