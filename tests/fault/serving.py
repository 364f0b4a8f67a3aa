# SPDX-License-Identifier: Apache-2.0
"""The penstock server under test, what is sent to it, and a bad network in between."""

import atexit
import contextlib
import hashlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time

from program import BINARIES, DONE, PENSTOCK, Store

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "nic"))

from listening import listen_arguments  # noqa: E402 (it lies in tests/nic)

SECONDS_TO_START = 30
SECONDS_TO_END = 120


class Server:
    """`penstock serve` on a store, over HTTP/3 (on loopback, or on_veth) and HTTP/1.1 on loopback. Started again it
    keeps its ports."""

    def __init__(self, directory, *options):
        self.store = Store(directory)
        self.options = options
        self.store.must("init")
        made = self.store.must("serve", "--init", "--json").json()
        self.token, self.fingerprint = made["token"], made["fingerprint"]
        self.process = None
        self.udp = self.tcp = "127.0.0.1:0"
        self.messages = os.path.join(os.path.dirname(directory), "server.messages")

    def add_access(self, kind, name, sha256, rights, expires=None):
        """An entry of the access list: `kind` is tokens or certificates."""
        path = os.path.join(self.store.directory, "server", "access.json")
        with open(path, encoding="utf-8") as file:
            access = json.load(file)
        entry = {"name": name, "sha256": sha256, "rights": rights}
        access.setdefault(kind, []).append({**entry, "expires": expires} if expires else entry)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(access, file)

    def add_token(self, name, rights, expires=None):
        token = "pst_" + hashlib.sha256(name.encode()).hexdigest()[:52]
        self.add_access("tokens", name, hashlib.sha256(token.encode()).hexdigest(), rights, expires)
        return token

    def start(self):
        end = time.monotonic() + SECONDS_TO_START
        text = self.try_to_start()
        while not text.endswith(b"}\n"):
            # Its ports may be another's for a moment, such as a client's that looks for it.
            if "Address already in use" not in self.said() or time.monotonic() > end:
                raise AssertionError(f"the server did not start: {text!r} {self.said()}")
            time.sleep(0.1)
            text = self.try_to_start()
        places = json.loads(text)
        self.udp, self.tcp = places["listen"], places["http"]

    def try_to_start(self):
        """What it says until it has said where it listens, or has ended."""
        command = self.store.command("serve", *listen_arguments(self.udp), "--http", self.tcp, "--json", *self.options)
        with open(self.messages, "ab") as messages:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=messages, env=self.store.environment)
        atexit.register(self.process.kill)  # a test that fails leaves none behind
        text = b""
        for line in self.process.stdout:
            text += line
            if line == b"}\n":
                break
        return text

    def said(self):
        with open(self.messages, encoding="utf-8", errors="replace") as file:
            return file.read()

    def running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(SECONDS_TO_END)
        self.process.stdout.close()

    def end(self):
        """Drains it: anything but a clean end is wrong."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(SECONDS_TO_END)
        self.process.stdout.close()
        if code != DONE:
            raise AssertionError(f"the server ended with {code}: {self.said()}")

    def ask(self, method, path, body=None, token=None, **fields):
        """Status and body of an answer over HTTP/1.1."""
        connection = http.client.HTTPConnection(self.tcp, timeout=60)
        token = self.token if token is None else token
        fields = {name.replace("_", "-"): value for name, value in fields.items()}
        if token:
            fields["Authorization"] = "Bearer " + token
        try:
            connection.request(method, path, body, fields)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def must_be_healthy(self):
        if not self.running():
            raise AssertionError(f"the server is gone: {self.process.poll()} {self.said()}")
        status, body = self.ask("GET", "/healthz", token="")
        if (status, body) != (200, b"ok\n"):
            raise AssertionError(f"/healthz answers {status} {body!r}: {self.said()}")

    def metrics(self):
        """Each sample by its name and labels."""
        status, body = self.ask("GET", "/metrics")
        if status != 200:
            raise AssertionError(f"/metrics answers {status}")
        lines = (line for line in body.decode().splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}

    def memory(self, field="VmRSS"):
        """Bytes: VmRSS now, VmHWM at most so far."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith(field + ":"):
                    return int(line.split()[1]) * 1024
        raise AssertionError(f"no {field}")

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            user, system = file.read().rsplit(")", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def descriptors(self):
        """Those of sockets and of the kernel's own objects: how many files are open is the index's choice."""
        folder = f"/proc/{self.process.pid}/fd"
        number = 0
        for name in os.listdir(folder):
            with contextlib.suppress(FileNotFoundError):  # it was closed meanwhile
                number += not os.readlink(os.path.join(folder, name)).startswith("/")
        return number

    def send_command(self, *arguments, address=None, token=None):
        """`penstock send` to it, perhaps by another address; and its environment."""
        command = [PENSTOCK, "send", f"https://{address or self.udp}", *arguments, "--fingerprint", self.fingerprint]
        state = os.path.join(os.path.dirname(self.store.directory), "state")  # where it keeps how far it is
        return command, {**os.environ, "PENSTOCK_TOKEN": token or self.token, "XDG_STATE_HOME": state}


class Relay:
    """A lossy network in front of a server: `address` is where clients send to."""

    def __init__(self, server, seed, **conditions):
        options = [text for name, value in conditions.items() for text in ("--" + name.replace("_", "-"), str(value))]
        self.process = subprocess.Popen(
            [os.path.join(BINARIES, "lossy_relay"), "--server", server, "--seed", str(seed % 2**32), *options],
            stdout=subprocess.PIPE, text=True)
        self.address = f"127.0.0.1:{int(self.process.stdout.readline())}"

    def end(self):
        """What it has counted."""
        self.process.terminate()
        counted, _ = self.process.communicate(timeout=SECONDS_TO_END)
        return counted


def in_small_packets(script, *arguments):
    """Runs this program again in a network of its own whose packets are as large as Ethernet's: loopback's are much
    larger, and a share of them lost says little. Where that is not allowed it goes on as it is."""
    if os.environ.get("PENSTOCK_SMALL_PACKETS") or not shutil.which("unshare"):
        return
    inside = 'ip link set lo mtu 1500 up && exec "$0" -B "$@"'
    wrapped = ["unshare", *([] if os.geteuid() == 0 else ["-r"]), "-n", "sh", "-c"]
    if subprocess.run([*wrapped, "ip link set lo mtu 1500 up"], capture_output=True, check=False).returncode != 0:
        print("no network of its own here: packets are as large as loopback's", flush=True)
        return
    os.environ["PENSTOCK_SMALL_PACKETS"] = "1"
    os.execvp(wrapped[0], [*wrapped, inside, sys.executable, script, *arguments])


def wait_until(what, true, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"in {seconds} s there was not: {what}")
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit("a module of the tests beside it")
