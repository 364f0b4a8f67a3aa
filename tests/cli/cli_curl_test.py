# SPDX-License-Identifier: Apache-2.0
"""The TCP listener of `penstock serve` as curl sees it."""

import json
import subprocess
import unittest

from served_case import ServedCase
from tool_case import NOBODYS_FILE, SEED, USAGE


class Answer:
    """What curl got: `curl --include` prints it."""

    def __init__(self, text):
        head, self.body = text.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        self.version, status = lines[0].split(" ")[:2]
        self.status = int(status)
        self.fields = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}


class CurlTest(ServedCase):
    def setUp(self):
        super().setUp()
        # Not as an argument, where others could read it.
        self.config = self.write("curl.config", f'header = "Authorization: Bearer {self.token}"\n'.encode())

    def start(self, *options):
        self.server = self.serve(*options)

    def curl(self, path, *options, known=True):
        command = ["curl", "--disable", "--silent", "--show-error", "--include", "--max-time", "100", "--globoff", "--path-as-is", "--http1.1"]
        command += ["--config", self.config] if known else []
        done = subprocess.run([*command, *options, f"http://{self.server.places['http']}{path}"], capture_output=True, timeout=100)
        self.assertEqual((done.returncode, done.stderr), (0, b""), (path, options))
        return Answer(done.stdout)

    def upload(self, name, content):
        file = self.write("to upload", content)
        answer = self.curl("/objects/" + name, "--upload-file", file, "--header", "Expect:")
        self.assertEqual(answer.status, 201, (answer.body, f"seed {SEED}"))
        return json.loads(answer.body)

    def refused(self, status, path, *options, **how):
        """Why, of an answer that must be an error with a reason in JSON."""
        answer = self.curl(path, *options, **how)
        self.assertEqual(answer.status, status, (path, answer.body))
        self.assertEqual(answer.fields["content-type"], "application/json")
        said = json.loads(answer.body)
        self.assertEqual(set(said), {"error", "why", "todo"})
        self.assertTrue(said["error"] and said["why"])
        self.assertNotIn(self.place, answer.body.decode())
        return said["why"]

    def test_what_is_put_is_got_whole_and_in_parts(self):
        self.start()
        content = self.random.randbytes(2_000_000) + bytes(2_000_000) + b"end"
        made = self.upload("a%20name", content)
        self.assertEqual((set(made), made["bytes"]), ({"cid", "commit", "bytes"}, len(content)))
        path = "/ipfs/" + made["cid"]
        whole = self.curl(path)
        self.assertEqual((whole.status, whole.body == content), (200, True), f"seed {SEED}")
        self.assertEqual((whole.fields["etag"], whole.fields["accept-ranges"]), (f'"{made["cid"]}"', "bytes"))
        self.assertRegex(whole.fields["alt-svc"], r'\Ah3=":%s"' % self.server.places["listen"].rsplit(":", 1)[1])
        for asked, begin, end in (("0-0", 0, 1), ("1999990-2000009", 1999990, 2000010), ("-3", len(content) - 3, len(content)),
                                  ("4000000-", 4000000, len(content))):
            part = self.curl(path, "--range", asked)
            self.assertEqual((part.status, part.body), (206, content[begin:end]), asked)
            self.assertEqual(part.fields["content-range"], f"bytes {begin}-{end - 1}/{len(content)}")
        beyond = self.curl(path, "--range", f"{len(content)}-")
        self.assertEqual((beyond.status, beyond.fields["content-range"]), (416, f"bytes */{len(content)}"))
        again = self.curl(path, "--header", f'If-None-Match: {whole.fields["etag"]}')
        self.assertEqual((again.status, again.body), (304, b""))

    def test_a_body_in_chunks_is_taken(self):
        self.start()
        file = self.write("to upload", b"some bytes" * 100_000)
        with open(file, "rb") as content:
            command = ["curl", "--disable", "--silent", "--config", self.config, "--upload-file", "-", f"http://{self.server.places['http']}/objects/chunked"]
            done = subprocess.run(command, stdin=content, capture_output=True, timeout=100)
        self.assertEqual(json.loads(done.stdout)["bytes"], 1_000_000)

    def test_head_says_what_get_would(self):
        self.start()
        path = "/ipfs/" + self.upload("file", b"x" * 300_000)["cid"]
        head, got = self.curl(path, "--head"), self.curl(path)
        self.assertEqual((head.status, head.body), (200, b""))
        without_date = [{name: value for name, value in answer.fields.items() if name != "date"} for answer in (head, got)]
        self.assertEqual(*without_date)
        self.assertEqual(head.fields["content-length"], "300000")
        absent = self.curl("/ipfs/" + NOBODYS_FILE, "--head")
        self.assertEqual(absent.status, 404)

    def test_a_directory_is_a_page_a_list_and_a_car(self):
        contents = {"a <b>&.txt": b"text", "below/c": b"c" * 400_000}
        for name, content in contents.items():
            self.write("tree/" + name, content)
        root = self.put(self.path("tree"))
        self.start()
        moved = self.curl(f"/ipfs/{root}?x=1")
        self.assertEqual((moved.status, moved.fields["location"]), (301, f"/ipfs/{root}/?x=1"))
        self.assertTrue(moved.fields["cache-control"].startswith("private,"), "who may read is for each request to show")
        page = self.curl(f"/ipfs/{root}/")
        self.assertEqual((page.status, page.fields["content-type"]), (200, "text/html; charset=utf-8"))
        self.assertIn(b'<a href="./a%20%3Cb%3E%26.txt">a &lt;b&gt;&amp;.txt</a>', page.body)
        for listed in (self.curl(f"/ipfs/{root}", "--header", "Accept: application/json"), self.curl(f"/ipfs/{root}?format=json")):
            self.assertEqual((listed.status, listed.fields["content-type"]), (200, "application/json"))
            listing = json.loads(listed.body)
            self.assertEqual((listing["cid"], [entry["name"] for entry in listing["entries"]]), (root, ["a <b>&.txt", "below"]))
        self.assertEqual(self.curl(f"/ipfs/{root}/a%20%3Cb%3E%26.txt").body, b"text")
        self.assertEqual(self.curl(f"/ipfs/{listing['entries'][1]['cid']}/c").body, contents["below/c"])
        car = self.curl(f"/ipfs/{root}?format=car")
        self.assertEqual((car.status, car.fields["content-type"]), (200, "application/vnd.ipld.car; version=1; order=dfs; dups=n"))
        self.assertIn(b"text", car.body)
        self.assertGreater(len(car.body), 1000)
        block = self.curl(f"/ipfs/{root}/a%20%3Cb%3E%26.txt?format=raw")
        self.assertEqual((block.body, block.fields["content-type"]), (b"text", "application/vnd.ipld.raw"))

    def test_a_refusal_says_why_in_json_and_nothing_of_this_machine(self):
        self.start()
        path = "/ipfs/" + self.upload("file", b"content")["cid"]
        self.refused(401, path, known=False)
        self.refused(401, "/../../etc/passwd", known=False)
        for nowhere in ("/", "/../../etc/passwd", "/objects", "/ipfs", "//evil.example/ipfs/x", "/server/key.pem", "/v1/../metrics"):
            self.refused(404, nowhere)
        for malformed in ("/ipfs/", "/ipfs/../server/key.pem", path + "/../x", path + "/%2e%2e", path + "//", path + "/a%00b", path + "/%2Fetc",
                          path + "?format=raw&format=car", path + "/%0d%0aset-cookie:x", path + "/%"):
            answer = self.curl(malformed)
            self.assertIn(answer.status, (400, 404), malformed)
            self.assertNotIn("set-cookie", answer.fields)
        self.refused(404, "/ipfs/" + NOBODYS_FILE)
        self.refused(404, path + "/below")
        self.refused(406, path + "?format=tar")
        self.refused(405, path, "--request", "DELETE")
        self.assertEqual(self.curl("/objects/x").fields["allow"], "PUT")
        for name in ("..", "a/../b", "a//b", "%2e%2e", "a%0ab", "%ff", ""):
            self.refused(400, "/objects/" + name, "--request", "PUT", "--data-binary", "x")
        self.end(self.server)
        self.assertEqual(len(self.ok("log").splitlines()), 1)

    def test_a_browsers_first_question_is_answered_for_listed_origins_alone(self):
        self.start("--cors", "https://page.example", "--cors", "http://127.0.0.1:8081")
        for origin, granted in (("https://page.example", True), ("http://127.0.0.1:8081", True), ("https://other.example", False)):
            asked = self.curl("/objects/x", "--request", "OPTIONS", "--header", f"Origin: {origin}", "--header",
                              "Access-Control-Request-Method: PUT", known=False)
            self.assertEqual(asked.status, 204 if granted else 401)
            self.assertEqual(asked.fields.get("access-control-allow-origin"), origin if granted else None)
            if granted:
                self.assertEqual((asked.body, asked.fields.get("content-length"), asked.fields.get("transfer-encoding")), (b"", None, None))
        for wrong in ("page.example", "https://page.example/", "https://*.example", "null", "https://Page.example", "https://page.example:443", ""):
            self.fails(USAGE, "serve", "--cors", wrong)

    def test_names_to_save_under_end_no_line(self):
        self.start()
        path = "/ipfs/" + self.upload("file", b"<script>alert(1)</script>")["cid"]
        answer = self.curl(path + "?filename=a%22%0D%0Aset-cookie:%20x%3B.html")
        self.assertEqual(answer.status, 200)
        self.assertNotIn("set-cookie", answer.fields)
        self.assertTrue(answer.fields["content-disposition"].startswith('inline; filename="a___set-cookie: x;.html"; filename*=UTF-8'))
        self.assertTrue(answer.fields["content-security-policy"].startswith("sandbox;"))
        self.assertEqual(answer.fields["x-content-type-options"], "nosniff")


if __name__ == "__main__":
    unittest.main()
