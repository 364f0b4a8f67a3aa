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
        process = subprocess.Popen([TOOL, "serve", *listen_arguments(listen_at, nic), "--http", http_at, "--json", *options],
                                   env=environment(PENSTOCK_STORE=self.store), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for release in (process.stderr.close, process.stdout.close, process.wait, process.kill):
            self.addCleanup(release)
        text = b""
        for line in process.stdout:
            text += line
            if line == b"}\n":
                break
        self.assertTrue(text.endswith(b"}\n"), process.stderr.read() if not text else text)
        process.places = json.loads(text)
        return process

    def end(self, server, code=DONE):
        server.send_signal(signal.SIGTERM)
        self.assertEqual((server.wait(60), server.stderr.read()), (code, b""))
