# SPDX-License-Identifier: Apache-2.0
"""`penstock send` of one large file, while the server or the sender is killed."""

import json
import os
import signal
import subprocess
import time
import unittest

from served_case import ServedCase
from tool_case import DONE, SEED, TOOL, environment

HEAD_BYTES_MAX = 400  # of a journal without records


class ResumeTest(ServedCase):
    def setUp(self):
        super().setUp()
        # Who may read sends pieces, and needs nothing of this.
        path = os.path.join(self.store, "server", "access.json")
        with open(path) as file:
            access = json.load(file)
        access["tokens"][0]["rights"] = ["append"]
        with open(path, "w") as file:
            json.dump(access, file)
        self.listen = "127.0.0.1:0"
        self.file = self.write("large", b"".join(self.random.randbytes(64 << 20) for _ in range(5)))

    def serve(self):
        server = super().serve(listen_at=self.listen)
        self.listen = server.places["listen"]
        self.fingerprint = server.places["fingerprint"]
        return server

    def send(self, *more):
        sender = subprocess.Popen([TOOL, "send", "https://" + self.listen, self.file, "--fingerprint", self.fingerprint, "--json", *more],
                                  env=environment(PENSTOCK_TOKEN=self.token, XDG_STATE_HOME=self.path("state")),
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(sender.stderr.close)
        self.addCleanup(sender.stdout.close)
        self.addCleanup(sender.wait)
        self.addCleanup(sender.kill)
        return sender

    def wait_for_a_point(self, sender):
        """Until a journal names leaves."""
        place = os.path.join(self.store, "uploads")
        while sender.poll() is None:
            if any(os.path.getsize(os.path.join(place, name)) > HEAD_BYTES_MAX for name in os.listdir(place) if "." not in name):
                return
            time.sleep(0.002)
        self.fail(f"the upload ended before anything of it was noted, seed {SEED}: {sender.stderr.read()}")

    def end_sender(self, sender):
        out, errors = sender.communicate(timeout=100)
        self.assertEqual(sender.returncode, DONE, (out, errors, f"seed {SEED}"))
        sent, sums = (json.loads(line) for line in out.splitlines())
        return sent, sums

    def check(self, sent):
        size = os.path.getsize(self.file)
        self.assertGreater(sent["kept"], 0)
        self.assertLess(sent["sent"], 2 * size)
        self.assertEqual(sent["cid"], self.put(self.file))
        self.assertEqual(os.listdir(self.path("state", "penstock", "uploads")), [])

    def test_a_server_that_is_killed_is_gone_on_with(self):
        server = self.serve()
        sender = self.send("--retries", "20")
        self.wait_for_a_point(sender)
        server.kill()
        server.wait()
        server = self.serve()
        sent, sums = self.end_sender(sender)
        self.assertGreaterEqual(sums["connections"], 2)
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(60), DONE)
        self.check(sent)

    def test_the_next_run_goes_on_where_a_killed_one_was(self):
        server = self.serve()
        sender = self.send()
        self.wait_for_a_point(sender)
        sender.kill()
        sender.wait()
        sent, sums = self.end_sender(self.send())
        self.assertLess(sums["sent"], os.path.getsize(self.file))
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(60), DONE)
        self.check(sent)


if __name__ == "__main__":
    unittest.main()
