# SPDX-License-Identifier: Apache-2.0
"""`penstock token` and `penstock serve --init`: who may do what, and what is left of a call that was interrupted."""

import json
import os
import shutil
import stat
import subprocess
import threading
import unittest

from tool_case import ABSENT, DONE, FAILED, SEED, TOOL, USAGE, ToolCase, environment


class TokenTest(ToolCase):
    def setUp(self):
        super().setUp()
        self.first = self.ok("serve", "--init").decode().strip()

    def access(self):
        with open(self.path("store", "server", "access.json"), encoding="utf-8") as file:
            return file.read()

    def add(self, name, rights, *more):
        return self.ok("token", "add", "--name", name, "--rights", rights, *more).decode()

    def test_a_token_is_printed_once_and_kept_as_a_hash(self):
        token = self.add("camera 7", "append,read")
        self.assertRegex(token, r"\Apst_[a-z2-7]{52}\n\Z")
        self.assertNotIn(token.strip()[4:], self.access())
        for listed in (self.ok("token", "list"), self.ok("token", "list", "--json")):
            self.assertIn(b"camera 7", listed)
            self.assertNotIn(b"pst_", listed)
        self.assertEqual(stat.S_IMODE(os.stat(self.path("store", "server", "access.json")).st_mode), 0o600)

    def test_what_is_listed_is_what_was_given(self):
        made = self.json("token", "add", "--name", "a", "--rights", "read,append,read", "--expires", "2999-12-31")
        self.assertRegex(made.pop("token"), r"\Apst_[a-z2-7]{52}\Z")
        expected = {"kind": "token", "name": "a", "rights": ["append", "read"], "expires": "2999-12-31T00:00:00Z", "expired": False}
        self.assertEqual(made, expected)
        first = {"kind": "token", "name": "first", "rights": ["append", "read", "admin"], "expires": None, "expired": False}
        self.assertEqual(self.json("token", "list"), [first, expected])
        self.assertEqual(self.json("token", "remove", "--name", "first"), {"removed": "first"})
        self.assertEqual(self.json("token", "list"), [expected])

    def test_an_ended_token_and_a_certificate_are_listed_as_such(self):
        access = json.loads(self.access())
        access["tokens"][0]["expires"] = "2001-01-01T00:00:00Z"
        access["certificates"].append({"name": "host", "sha256": "ab" * 32, "rights": ["read"]})
        with open(self.path("store", "server", "access.json"), "w", encoding="utf-8") as file:
            json.dump(access, file)
        listed = self.json("token", "list")
        self.assertEqual([(entry["kind"], entry["expired"]) for entry in listed], [("token", True), ("certificate", False)])
        self.assertEqual(len(self.ok("token", "list").splitlines()), 2)

    def test_wrong_usage_is_refused_and_changes_nothing(self):
        before = self.access()
        self.fails(USAGE, "token", "add", "--name", "first", "--rights", "read")
        for wrong in (["add"], ["add", "--name", "a"], ["add", "--rights", "read"], ["frob"], ["list", "--name", "a"],
                      ["add", "--name", "a", "--rights", ""], ["add", "--name", "a", "--rights", "read,"],
                      ["add", "--name", "a", "--rights", "write"], ["add", "--name", "a\nb", "--rights", "read"],
                      ["add", "--name", "a" * 129, "--rights", "read"], ["remove"], ["remove", "--name", "a", "--rights", "read"],
                      ["add", "--name", "a", "--rights", "read", "--expires", "soon"],
                      ["add", "--name", "a", "--rights", "read", "--expires", "2001-01-01"], ["list", "--expires", "1d"]):
            self.fails(USAGE, "token", *wrong)
        self.fails(ABSENT, "token", "remove", "--name", "nobody")
        self.assertEqual(self.access(), before)

    def test_a_file_that_others_may_write_to_is_not_used(self):
        path = self.path("store", "server", "access.json")
        for mode in (0o620, 0o602):
            os.chmod(path, mode)
            before = self.access()
            for call in (["token", "list"], ["token", "add", "--name", "a", "--rights", "read"], ["token", "remove", "--name", "first"],
                         ["serve", "--listen", "127.0.0.1:0"]):
                self.assertIn("others than its owner may write to it", self.fails(FAILED, *call))
            self.assertEqual(self.access(), before)

    def test_calls_at_once_lose_no_change_of_each_other(self):
        for number in range(8):
            self.add(f"old {number}", "read")
        failures = []

        def work(number):
            for call in (["remove", "--name", f"old {number}"], ["add", "--name", f"new {number}", "--rights", "append"]):
                done = subprocess.run([TOOL, "token", *call], capture_output=True, env=environment(PENSTOCK_STORE=self.store), timeout=100)
                if done.returncode != DONE:
                    failures.append(done.stderr)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        names = {entry["name"] for entry in self.json("token", "list")}
        self.assertEqual(names, {"first"} | {f"new {number}" for number in range(8)})

    def test_another_file_and_none(self):
        elsewhere = self.path("elsewhere.json")
        self.ok("token", "add", "--name", "a", "--rights", "read", "--access", elsewhere)
        self.assertEqual([entry["name"] for entry in self.json("token", "list", "--access", elsewhere)], ["a"])
        self.fails(FAILED, "token", "add", "--name", "a", "--rights", "read", "--access", self.path("no", "such.json"))
        none = self.run_tool("token", "list", "--access", self.path("none.json"))
        self.assertEqual((none.returncode, none.stdout), (DONE, b""))
        self.assertIn(b"nobody may do anything", none.stderr)


class InitTest(ToolCase):
    def server(self, *names):
        return self.path("store", "server", *names)

    def read(self, name):
        with open(self.server(name), "rb") as file:
            return file.read()

    def test_what_is_missing_is_made_and_what_is_there_stays(self):
        made = self.json("serve", "--init")
        certificate, key = self.read("certificate.pem"), self.read("key.pem")
        self.fails(FAILED, "serve", "--init")
        # Interrupted before the access list: the certificate is the one that somebody may have pinned.
        os.remove(self.server("access.json"))
        again = self.json("serve", "--init")
        self.assertEqual((self.read("certificate.pem"), self.read("key.pem")), (certificate, key))
        self.assertEqual(again["fingerprint"], made["fingerprint"])
        self.assertNotEqual(again["token"], made["token"])
        # Between the key's name and the certificate's; and the other way round, as a file system may have it.
        for name in ("certificate.pem", "key.pem"):
            os.remove(self.server("access.json"))
            os.rename(self.server(name), self.server(name + ".new"))
            self.assertEqual(self.json("serve", "--init")["fingerprint"], made["fingerprint"])
            self.assertEqual((self.read("certificate.pem"), self.read("key.pem")), (certificate, key))

    def test_what_was_killed_at_any_moment_can_be_made_again(self):
        done = ended = 0
        for _ in range(40):
            shutil.rmtree(self.server(), ignore_errors=True)
            process = subprocess.Popen([TOOL, "serve", "--init"], env=environment(PENSTOCK_STORE=self.store), stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL)
            try:
                process.wait(self.random.uniform(0, 0.03))
            except subprocess.TimeoutExpired:
                process.kill()
            done += process.wait() == DONE
            process.stdout.close()
            again = self.run_tool("serve", "--init")
            if again.returncode != DONE:
                self.assertIn(b"is there already", again.stderr, f"seed {SEED}")
                ended += 1
            # What there is fits together: a further token, and the certificate with its key.
            self.ok("token", "add", "--name", "further", "--rights", "read")
            os.remove(self.server("access.json"))
            self.assertRegex(self.json("serve", "--init")["fingerprint"], r"\A[0-9a-f]{64}\Z", f"seed {SEED}")
        self.assertLessEqual(done, ended)

    def test_half_a_certificate_is_none(self):
        os.mkdir(self.server(), 0o700)
        for name in ("certificate.pem.new", "key.pem.new"):
            with open(self.server(name), "wb") as file:
                file.write(b"-----BEGIN")
        made = self.json("serve", "--init")
        self.assertRegex(made["fingerprint"], r"\A[0-9a-f]{64}\Z")
        self.assertEqual(sorted(os.listdir(self.server())), ["access.json", "access.json.lock", "certificate.pem", "key.pem"])

    def test_the_access_list_of_an_operator_stays(self):
        os.mkdir(self.server(), 0o700)
        self.ok("token", "add", "--name", "mine", "--rights", "read")
        before = self.read("access.json")
        self.assertIsNone(self.json("serve", "--init")["token"])
        self.assertEqual(self.read("access.json"), before)
        self.fails(FAILED, "serve", "--init")

    def test_a_key_without_its_certificate_is_said_and_kept(self):
        self.ok("serve", "--init")
        key = self.read("key.pem")
        os.remove(self.server("access.json"))
        os.remove(self.server("certificate.pem"))
        self.fails(FAILED, "serve", "--init")
        self.assertEqual(self.read("key.pem"), key)


if __name__ == "__main__":
    unittest.main()
