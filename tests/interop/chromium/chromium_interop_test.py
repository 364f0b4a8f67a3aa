# SPDX-License-Identifier: Apache-2.0
"""chromium_interop_test.py KEPT: a page in Chromium uploads a file over HTTP/3 and gets it back."""

import base64
import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "cli"))

from headless_chromium import HeadlessChromium  # noqa: E402
from served_case import NIC, ServedCase  # noqa: E402 (it lies in tests/cli)
from tool_case import SEED  # noqa: E402

KEPT = sys.argv.pop(1)  # nothing is

ROUND_TRIP = """(async () => {
  const [server, token] = %s
  const headers = {Authorization: 'Bearer ' + token}
  const content = new Uint8Array(await (await fetch('/content')).arrayBuffer())
  const put = await fetch(server + '/objects/from%%20a%%20page', {method: 'PUT', headers, body: content})
  const made = await put.json()
  const got = await fetch(server + '/ipfs/' + made.cid, {headers})
  const back = new Uint8Array(await got.arrayBuffer())
  const part = await fetch(server + '/ipfs/' + made.cid, {headers: {...headers, Range: 'bytes=1000000-1000009'}})
  const some = new Uint8Array(await part.arrayBuffer())
  const refused = await fetch(server + '/ipfs/' + made.cid, {headers: {Authorization: 'Bearer wrong'}})
  const why = (await refused.json()).why
  const fetched = () => performance.getEntriesByType('resource').filter(entry => entry.name.startsWith(server))
  while (fetched().length < 4) await new Promise(resolve => setTimeout(resolve, 20))
  return {
    bytes: content.length, statuses: [put.status, got.status, part.status, refused.status], made,
    same: back.length === content.length && back.every((byte, i) => byte === content[i]),
    same_part: some.length === 10 && some.every((byte, i) => byte === content[1000000 + i]),
    range: part.headers.get('content-range'), tag: got.headers.get('etag'), why,
    protocols: fetched().map(entry => entry.nextHopProtocol)
  }
})()"""

# As long as it takes: what watches over the browser ends it.
UNTIL_HTTP3 = """(async () => {
  const [server, token] = %s
  const protocols = () => performance.getEntriesByType('resource').filter(entry => entry.name.startsWith(server))
    .map(entry => entry.nextHopProtocol)
  performance.setResourceTimingBufferSize(100000)
  while (protocols().at(-1) !== 'h3') {
    await (await fetch(server + '/v1/store', {headers: {Authorization: 'Bearer ' + token}})).text()
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  return protocols().at(-1)
})()"""

FROM_ELSEWHERE = """(async () => {
  const [server, token] = %s
  const attempt = async (path, how) => {
    try { return (await fetch(server + path, {...how, headers: {Authorization: 'Bearer ' + token}})).status } catch (error) { return error.name }
  }
  return [await attempt('/objects/from-elsewhere', {method: 'PUT', body: 'x'}), await attempt('/v1/store'), await attempt('/metrics')]
})()"""


class PageServer(http.server.ThreadingHTTPServer):
    """An origin with an empty page and, at /content, some bytes."""

    daemon_threads = True

    def __init__(self, content=b""):
        super().__init__(("127.0.0.1", 0), PageRequest)
        self.content = content
        self.origin = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class PageRequest(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        content = self.server.content if self.path == "/content" else b"<!DOCTYPE html><title>page</title>"
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream" if self.path == "/content" else "text/html")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


class ChromiumTest(ServedCase):
    def page_server(self, content=b""):
        server = PageServer(content)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def key_hash(self):
        """SHA-256 of the certificate's public key, as Chromium wants it."""
        pem = subprocess.run(["openssl", "x509", "-noout", "-pubkey", "-in", self.path("store", "server", "certificate.pem")],
                             check=True, capture_output=True).stdout
        der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=pem, check=True, capture_output=True).stdout
        return base64.b64encode(hashlib.sha256(der).digest()).decode()

    def browser(self, server, http3=True):
        """It takes the server's certificate, which no public authority signed: for HTTP/3 it has to be told so once more."""
        forced = ["--origin-to-force-quic-on=" + server.places["listen"]] if http3 else []
        browser = HeadlessChromium("--ignore-certificate-errors-spki-list=" + self.key_hash(), *forced)
        self.addCleanup(browser.close)
        return browser

    def arguments(self, address):
        return json.dumps(["https://" + address, self.token])

    def go_round(self, content, protocol, http_at="127.0.0.1:0"):
        """Uploads from a page, and gets back, by the one protocol."""
        page = self.page_server(content)
        server = self.serve("--cors", page.origin, http_at=http_at)
        address = server.places["listen"] if protocol == "h3" else server.places["http"].replace("0.0.0.0", "127.0.0.1")
        browser = self.browser(server, protocol == "h3")
        told = browser.run(browser.open_page(page.origin + "/"), ROUND_TRIP % self.arguments(address))
        self.assertEqual(told["statuses"], [201, 200, 206, 401], (told, f"seed {SEED}"))
        self.assertEqual((told["bytes"], told["made"]["bytes"]), (len(content), len(content)))
        self.assertTrue(told["same"] and told["same_part"], f"seed {SEED}")
        self.assertEqual(told["range"], f"bytes 1000000-1000009/{len(content)}")
        self.assertEqual(told["tag"], f'"{told["made"]["cid"]}"')
        self.assertIn("token", told["why"])
        self.assertEqual(told["protocols"], [protocol] * 4)
        self.end(server)
        self.assertEqual(self.put(self.write("again", content)), told["made"]["cid"])
        self.assertEqual(self.ok("get", told["made"]["commit"], "-o", "-"), content)

    def test_a_page_uploads_over_http3_and_gets_the_same_back(self):
        self.go_round(self.random.randbytes(15_000_000) + bytes(4_000_000) + self.random.randbytes(1_000_003), "h3")

    def test_it_does_so_over_http1_where_the_browser_does_not_come_to_http3(self):
        self.go_round(self.random.randbytes(3_000_000), "http/1.1", http_at="0.0.0.0:0")

    @unittest.skipIf(NIC, "a DPDK port has another address than the kernel's HTTP/1.1, and Alt-Svc names a port alone")
    def test_a_page_comes_from_http1_to_http3_by_itself(self):
        page = self.page_server()
        server = self.serve("--cors", page.origin, http_at="0.0.0.0:0")
        address = server.places["http"].replace("0.0.0.0", "127.0.0.1")
        browser = self.browser(server)
        told = browser.run(browser.open_page(page.origin + "/"), UNTIL_HTTP3 % self.arguments(address))
        # At the TCP listener's address: only the Alt-Svc says where HTTP/3 is.
        self.assertEqual(told, "h3")
        self.end(server)

    def test_a_page_of_another_origin_sees_and_does_nothing(self):
        listed, other = self.page_server(), self.page_server()
        server = self.serve("--cors", listed.origin, "--open-metrics")
        browser = self.browser(server)
        told = browser.run(browser.open_page(other.origin + "/"), FROM_ELSEWHERE % self.arguments(server.places["listen"]))
        self.assertEqual(told, ["TypeError"] * 3)
        told = browser.run(browser.open_page(listed.origin + "/"), FROM_ELSEWHERE % self.arguments(server.places["listen"]))
        self.assertEqual(told, [201, 200, "TypeError"])
        self.end(server)
        self.assertEqual(len(self.ok("log").splitlines()), 1)


if __name__ == "__main__":
    unittest.main()
