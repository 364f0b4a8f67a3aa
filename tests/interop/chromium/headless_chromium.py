# SPDX-License-Identifier: Apache-2.0
"""Chromium without a window, driven over a pipe by its DevTools protocol (https://chromedevtools.github.io/devtools-protocol/)."""

import json
import os
import select
import shutil
import subprocess
import tempfile
import time

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
WATCHDOG_SECONDS = 180


class HeadlessChromium:
    """A process with a profile of its own. Call close()."""

    def __init__(self, *options):
        program = next(filter(None, map(shutil.which, PROGRAMS)), None)
        if program is None:
            raise AssertionError("there is no Chromium: install Debian's package chromium-headless-shell or chromium")
        self.profile = tempfile.mkdtemp(prefix="penstock-chromium-")
        its_in, self.to = os.pipe()
        self.of, its_out = os.pipe()
        # It reads commands from descriptor 3 and writes to 4: the shell puts them there.
        wiring = ["bash", "-c", f'exec "$@" 3<&{its_in} 4>&{its_out}', "bash"]
        # Its sandbox does not work for root.
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        self.said = open(os.path.join(self.profile, "said"), "w+b")
        self.process = subprocess.Popen(
            [*wiring, program, "--headless", "--remote-debugging-pipe", "--user-data-dir=" + self.profile, "--no-first-run",
             "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", *sandbox, *options, "about:blank"],
            pass_fds=(its_in, its_out), stdin=subprocess.DEVNULL, stdout=self.said, stderr=self.said)
        os.close(its_in)
        os.close(its_out)
        self.pending = b""
        self.calls = 0

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.to)
        os.close(self.of)
        self.said.close()
        shutil.rmtree(self.profile, ignore_errors=True)

    def call(self, method, session=None, **parameters):
        """The result of a command."""
        self.calls += 1
        message = {"id": self.calls, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        rest = json.dumps(message).encode() + b"\0"
        while rest:
            rest = rest[os.write(self.to, rest):]
        end = time.monotonic() + WATCHDOG_SECONDS
        while True:
            answer = self.next_message(end)
            if answer.get("id") == self.calls:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return answer["result"]

    def next_message(self, end):
        while b"\0" not in self.pending:
            ready, _, _ = select.select([self.of], [], [], max(0, end - time.monotonic()))
            part = os.read(self.of, 1 << 16) if ready else b""
            if not part:
                self.said.seek(0)
                raise AssertionError("Chromium does not answer: " + self.said.read().decode(errors="replace")[-4000:])
            self.pending += part
        message, self.pending = self.pending.split(b"\0", 1)
        return json.loads(message)

    def open_page(self, url):
        """A session with a page that has been loaded."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable", session)
        went = self.call("Page.navigate", session, url=url)
        if "errorText" in went:
            raise AssertionError(f"{url}: {went['errorText']}")
        end = time.monotonic() + WATCHDOG_SECONDS
        while self.run(session, "location.href + ' ' + document.readyState") != url + " complete":
            if time.monotonic() > end:
                raise AssertionError(f"{url} does not load")
            time.sleep(0.05)
        return session

    def run(self, session, script):
        """The value of an expression, a promise's when it is kept."""
        done = self.call("Runtime.evaluate", session, expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in done:
            raise AssertionError(f"{done['exceptionDetails']}")
        return done["result"].get("value")
