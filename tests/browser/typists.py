"""Somebody at a browser who uses no mouse: goes from stop to stop by keys, and looks at each."""

from datetime import datetime

from pglab.core.clock import EASTERN
from tests.browser.people import Reader

STEPS_AT_MOST = 80
# What holds the focus, told so that a test can find it: its words, its name, its place, and whether it can be seen.
FOCUSED = """() => {
  const on = document.activeElement, box = on.getBoundingClientRect();
  const label = on.labels?.[0];
  const shown = label && (box.width < 2 || box.left < 0) ? label : on;
  const part = shown.getClientRects()[0] || box;
  const hit = document.elementFromPoint(part.left + Math.min(part.width / 2, innerWidth - part.left - 1),
    part.top + Math.min(part.height / 2, innerHeight - part.top - 1));
  const ring = [on, shown].some((e) => ['', '::after', '::before'].some((pseudo) => {
    const style = getComputedStyle(e, pseudo || null);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
  }));
  return {
    tag: on.tagName, name: on.getAttribute('name') || '', value: on.value || '', type: on.type || '',
    words: (on.getAttribute('aria-label') || on.innerText || label?.innerText || '').trim().replace(/\\s+/g, ' '),
    seen: !!hit && (shown.contains(hit) || hit.contains(shown) && hit.contains(on) || !!label?.contains(hit)
      || on.contains(hit)),
    ring, covering: hit ? hit.tagName + '.' + hit.className : 'nothing', classes: on.className,
  };
}"""


class Typist:
    """Somebody who uses no mouse: goes from stop to stop, and looks at each."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.page = reader, reader.page

    def focused(self) -> dict:
        return self.page.evaluate(FOCUSED)

    def step(self, key: str = "Tab") -> dict:
        """One key on; the stop must show its focus and must not be covered."""
        self.page.keyboard.press(key)
        at = self.focused()
        if at["tag"] not in ("BODY", "HTML"):
            where = f"{at['tag']} “{at['words'][:60]}” {at['name']} on {self.reader.path}"
            assert at["seen"], f"{where} is covered by {at['covering']}"
            assert at["ring"] or at["tag"] in ("MAIN", "H1"), f"{where} does not show that it has the focus"
        return at

    def go_to(self, words: str = "", *, name: str = "") -> "Typist":
        """Tab on to the control with these words (or this form name)."""
        passed = []
        for _ in range(STEPS_AT_MOST):
            at = self.step()
            passed.append(at["words"] or at["name"])
            if (words and at["words"].startswith(words)) or (name and at["name"] == name):
                return self
        raise AssertionError(f"no way to {words or name} on {self.reader.path} by the keyboard: {passed}")

    def type(self, text: str) -> "Typist":
        self.page.keyboard.type(text)
        return self

    def enter(self, name: str, text: str) -> "Typist":
        """Go to the field of this name and type into it."""
        return self.go_to(name=name).type(text)

    def enter_moment(self, name: str, at: datetime) -> "Typist":
        """Type a date and a time of day, in Eastern time, digit by digit."""
        local = at.astimezone(EASTERN)
        self.enter(f"{name}-date", f"{local:%m%d%Y}")
        return self.enter(f"{name}-time", f"{local:%I%M%p}")

    def tick(self, name: str) -> "Typist":
        """Go to the box of this name and tick it."""
        self.go_to(name=name).page.keyboard.press("Space")
        return self

    def choose(self, words: str) -> "Typist":
        """Choose a radio of the group that has the focus, by its words."""
        for _ in range(12):
            at = self.focused()
            if words in at["words"]:
                self.page.keyboard.press("Space")
                return self
            self.step("ArrowDown")
        raise AssertionError(f"no choice “{words}” on {self.reader.path}")

    def pick(self, value: str) -> "Typist":
        """Choose a radio of the group that has the focus, by its value."""
        for _ in range(12):
            if self.focused()["value"] == value:
                self.page.keyboard.press("Space")
                return self
            self.step("ArrowRight")
        raise AssertionError(f"no choice of {value} on {self.reader.path}")

    def follow(self, words: str) -> "Typist":
        self.go_to(words)
        self.reader.going(lambda: self.page.keyboard.press("Enter"))
        return self

    def press(self, words: str, *, expect: int = 200) -> "Typist":
        """Go to a button and press it; the focus is then on the summary of errors, on the heading, or at the top."""
        self.go_to(words)
        self.reader.going(lambda: self.page.keyboard.press("Enter"), expect=expect)
        at = self.focused()
        wanted = "error-summary" in at["classes"] if expect == 422 else at["tag"] in ("H1", "BODY")
        assert wanted, f"after “{words}” the focus is on {at['tag']}.{at['classes']} “{at['words'][:60]}”"
        return self
