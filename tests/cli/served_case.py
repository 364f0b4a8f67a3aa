# SPDX-License-Identifier: Apache-2.0
"""A store on the network."""

import json
import os
import signal
import subprocess
import sys

from tool_case import DONE, TOOL, ToolCase, environment

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "nic"))

from listening import NIC, listen_arguments  # noqa: E402 (it lies in tests/nic)


class ServedCase(ToolCase):
    """self.token may do everything."""

    def setUp(self):
        super().setUp()
        self.token = self.ok("serve", "--init").decode().strip()

    def serve(self, *options, listen_at="127.0.0.1:0", http_at="127.0.0.1:0", nic=NIC):
        """A server that has said where it listens: places["listen"], places["http"]."""
        process, said = self.try_to_serve(options, listen_at, http_at, nic)
        while not said.endswith(b"}\n"):
            # What was a server's port before may be another's for a moment, such as a client's that looks for the server.
            self.assertIn(b"Address already in use", said + process.stderr.read())
            process, said = self.try_to_serve(options, listen_at, http_at, nic)
        process.places = json.loads(said)
        return process

    def try_to_serve(self, options, listen_at, http_at, nic):
        """The process, and what it says until it has said where it listens, or has ended."""
        process = subprocess.Popen([TOOL, "serve", *listen_arguments(listen_at, nic), "--http", http_at, "--json", *options],
                                   env=environment(PENSTOCK_STORE=self.store), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for release in (process.stderr.close, process.stdout.close, process.wait, process.kill):
            self.addCleanup(release)
        text = b""
        for line in process.stdout:
            text += line
            if line == b"}\n":
                break
        return process, text

    def end(self, server, code=DONE):
        server.send_signal(signal.SIGTERM)
        self.assertEqual((server.wait(60), server.stderr.read()), (code, b""))
