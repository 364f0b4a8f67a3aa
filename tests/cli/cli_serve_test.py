# SPDX-License-Identifier: Apache-2.0
"""`penstock serve` as a process: set up, asked over HTTP/1.1, drained, killed."""

import http.client
import json
import os
import signal
import ssl
import subprocess
import threading
import time
import unittest

from served_case import ServedCase
from tool_case import DONE, FAILED, LOCKED, SEED, USAGE, environment


class ServeTest(ServedCase):
    def ask(self, server, method, path, body=None, token=None, **fields):
        connection = http.client.HTTPConnection(server.places["http"], timeout=60)
        self.addCleanup(connection.close)
        token = self.token if token is None else token
        fields = {name.replace("_", "-"): value for name, value in fields.items()}
        if token:
            fields["Authorization"] = "Bearer " + token
        connection.request(method, path, body, fields)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def put_over_http(self, server, name, content):
        status, body = self.ask(server, "PUT", "/objects/" + name, content)
        self.assertEqual(status, 201, (body, f"seed {SEED}"))
        return json.loads(body)

    def test_an_upload_has_the_cid_that_a_put_of_it_has(self):
        content = self.random.randbytes(3_000_000) + bytes(2_000_000) + self.random.randbytes(10)
        server = self.serve()
        made = self.put_over_http(server, "some/name", content)
        self.assertEqual(made["bytes"], len(content))
        self.assertEqual(self.ask(server, "GET", "/ipfs/" + made["cid"]), (200, content))
        self.assertEqual(self.ask(server, "GET", "/ipfs/" + made["cid"], Range="bytes=2999999-3000001")[1], content[2999999:3000002])
        self.end(server)
        path = self.write("again", content)
        self.assertTrue(self.ok("put", path).decode().startswith(made["cid"]))
        self.assertEqual(self.ok("get", made["commit"], "-o", "-"), content)
        self.ok("verify")

    def send(self, server, *arguments, token=None, fingerprint=None):
        """The finished process of a send to it."""
        listening = "https://" + server.places["listen"]
        trust = ("--fingerprint", fingerprint or server.places["fingerprint"])
        return self.run_tool("send", listening, *arguments, *trust, store=False,
                             env=environment(PENSTOCK_TOKEN=token or self.token))

    def test_what_is_sent_over_http3_is_what_a_put_makes_of_it(self):
        contents = {"empty": b"", "small": b"small", "mixed": self.random.randbytes(20_000_000) + bytes(5_000_000),
                    "some/of/below": self.random.randbytes(70_000)}
        for name, content in contents.items():
            self.write("sent/" + name, content)
        server = self.serve()
        sent = self.send(server, self.path("sent"), self.path("sent", "mixed"), "--prefix", "p")
        self.assertEqual((sent.returncode, sent.stderr), (DONE, b""))
        lines = dict(reversed(line.split("  ", 1)) for line in sent.stdout.decode().splitlines())
        self.assertEqual(len(lines), 5, sent.stdout)
        self.end(server)
        for name, content in contents.items():
            cid = lines["p/sent/" + name]
            self.assertEqual(cid, self.put(self.path("sent", name)))
            self.assertEqual(self.ok("get", cid, "-o", "-"), content)

    def test_a_sender_trusts_one_certificate_and_needs_a_token(self):
        path = self.write("file", b"content")
        server = self.serve()
        for how in ({"fingerprint": "0" * 64}, {"token": "pst_" + "a" * 52}):
            sent = self.send(server, path, **how)
            self.assertEqual((sent.returncode, sent.stdout), (FAILED, b""), sent.stderr)
            self.assertRegex(sent.stderr.decode(), r"\Apenstock: [^\n]+\n\Z")
        self.end(server)
        self.assertEqual(self.ok("log"), b"")

    def test_nobody_does_what_he_has_no_right_to(self):
        server = self.serve()
        made = self.put_over_http(server, "n", b"content")
        for token in ("", "pst_" + "a" * 52, self.token[:-1], self.token + "a"):
            for method, path in (("PUT", "/objects/other"), ("GET", "/ipfs/" + made["cid"]), ("GET", "/v1/store")):
                status, body = self.ask(server, method, path, b"x" if method == "PUT" else None, token=token)
                self.assertEqual(status, 401, (method, path, body))
        self.end(server)
        self.assertEqual(len(self.ok("log").splitlines()), 1)

    def test_what_is_counted_is_counted_once(self):
        server = self.serve()
        made = self.put_over_http(server, "n", b"seven b")
        for _ in range(2):
            self.ask(server, "GET", "/ipfs/" + made["cid"])
        text = self.ask(server, "GET", "/metrics")[1].decode()
        for sample in ('penstock_requests_total{route="objects",status="2xx"} 1', 'penstock_requests_total{route="ipfs",status="2xx"} 2',
                       'penstock_request_body_bytes_total{route="objects"} 7', 'penstock_response_body_bytes_total{route="ipfs"} 14',
                       "penstock_commits_total 1"):
            self.assertIn(sample + "\n", text)
        self.end(server)

    def test_an_address_that_others_reach_is_not_served_in_plain(self):
        server = self.serve(http_at="0.0.0.0:0")
        connection = http.client.HTTPSConnection(server.places["http"].replace("0.0.0.0", "127.0.0.1"), timeout=60,
                                                 context=ssl._create_unverified_context())
        self.addCleanup(connection.close)
        connection.request("GET", "/healthz")
        self.assertEqual(connection.getresponse().read(), b"ok\n")
        self.end(server)

    def test_wrong_options_are_refused(self):
        self.fails(FAILED, "serve", "--certificate", "/nowhere")
        self.ok("init", "-s", self.path("new"))
        self.assertIn("serve --init", self.fails(FAILED, "serve", "-s", self.path("new")))
        self.fails(USAGE, "serve", "--listen", "nonsense")
        self.fails(USAGE, "serve", "--workers", "0")

    def test_one_server_a_store(self):
        server = self.serve()
        self.fails(LOCKED, "serve", "--listen", "127.0.0.1:0")
        self.end(server)
        self.fails(FAILED, "serve", "--init")

    def test_what_was_answered_is_there_after_a_kill(self):
        server = self.serve()
        answered = {}
        lock = threading.Lock()

        def upload(number):
            generator = type(self.random)(SEED + number)
            for i in range(1000):
                content = generator.randbytes(generator.randrange(200_000))
                try:
                    made = self.put_over_http(server, f"object-{number}-{i}", content)
                except (OSError, http.client.HTTPException):
                    return
                with lock:
                    answered[made["cid"]] = content

        threads = [threading.Thread(target=upload, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        while len(answered) < 40:
            self.assertTrue(any(thread.is_alive() for thread in threads))
            time.sleep(0.01)
        server.kill()
        server.wait(60)
        for thread in threads:
            thread.join()
        again = self.serve()
        for cid, content in answered.items():
            self.assertEqual(self.ask(again, "GET", "/ipfs/" + cid), (200, content), f"seed {SEED}")
        self.assertEqual(self.put_over_http(again, "after", b"after")["bytes"], 5)
        again.send_signal(signal.SIGTERM)
        self.assertEqual(again.wait(60), DONE)

    def test_a_full_disk_is_said_and_reading_goes_on(self):
        if os.geteuid() != 0:
            self.skipTest("needs root for a small tmpfs")
        small = self.path("small")
        os.mkdir(small)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", small], capture_output=True).returncode != 0:
            self.skipTest("no mounts here")
        self.addCleanup(subprocess.run, ["umount", "-l", small])
        self.store = os.path.join(small, "store")
        self.ok("init")
        self.token = self.ok("serve", "--init").decode().strip()
        server = self.serve()
        made = self.put_over_http(server, "fits", self.random.randbytes(100_000))
        status, body = self.ask(server, "PUT", "/objects/large", self.random.randbytes(40_000_000))
        self.assertGreaterEqual(status, 500, body)
        self.assertEqual(self.ask(server, "GET", "/ipfs/" + made["cid"])[0], 200)
        self.assertEqual(self.ask(server, "GET", "/healthz")[0], 503)
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(60), FAILED)


if __name__ == "__main__":
    unittest.main()
