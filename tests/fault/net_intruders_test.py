# SPDX-License-Identifier: Apache-2.0
"""net_intruders_test.py [--half-open N] [--rounds N]: clients without rights, and clients that wear a server out.

Tokens that are wrong, over, or for something else; certificates that are over or not yet valid; heads that are too
large; requests that drip; readers that do not read; uploads whose client is killed. Nothing that nobody may bring is
stored, and uploads beside it work."""

import argparse
import json
import os
import signal
import socket
import subprocess
import time

from certificates import make_certificate
from program import BINARIES, DONE, FAILED, scratch, seed_of_run
from serving import wait_until
from siege import MIB, Siege

GROWTH_MAX = 96 * MIB
EXPIRED_AT = "2001-01-01T00:00:00Z"
NOBODYS = "bafkreihuigtchkvhmel2zwglc24pi2rx5xyopj35slj2e2ybl22tp4hfpu"


def refuse_tokens(siege, tokens):
    server = siege.server
    wrong = ["", "pst_" + "a" * 52, server.token[:-1], server.token + "a", tokens["expired"], "x" * 4000]
    for token in wrong + [tokens["reader"]]:
        wanted = 403 if token == tokens["reader"] else 401
        path = siege.unwanted_file(1 + siege.rng.randrange(MIB))
        with open(path, "rb") as file:
            status, body = server.ask("PUT", "/objects/intruder", file.read(), token=token)
        if status != wanted:
            siege.fail(f"a PUT with {token!r} is answered {status} {body!r}")
        done = siege.send(path, token=token or "none")
        if done.returncode != FAILED or done.stdout:
            siege.fail(f"a send with {token!r} ended with {done.returncode}: {done}")


def tell_appenders_nothing(siege, token, cid):
    """What is there and what is not look alike to who may only append."""
    digest = bytes(32)
    for method, path, body in (("GET", "/ipfs/{}", None), ("HEAD", "/ipfs/{}", None), ("GET", "/ipfs/{}?format=raw", None),
                               ("GET", "/ipfs/{}?format=car", None), ("POST", "/v1/have", digest), ("GET", "/metrics", None)):
        answers = {siege.server.ask(method, path.format(asked), body, token=token) for asked in (cid, NOBODYS)}
        if len(answers) != 1 or next(iter(answers))[0] != 403:
            siege.fail(f"{method} {path} tells an appender {answers}")


def refuse_certificates(siege, certificates):
    for name, (certificate, key, _) in certificates.items():
        path = siege.make_file(MIB) if name == "valid" else siege.unwanted_file()
        command, environment = siege.server.send_command(path, "--certificate", certificate, "--key", key)
        del environment["PENSTOCK_TOKEN"]
        done = subprocess.run(command, env=environment, capture_output=True, timeout=120, check=False)
        if name == "valid" and done.returncode == DONE:
            siege.files_sent += 1
        elif name == "valid" or done.returncode != FAILED or done.stdout:
            siege.fail(f"with a certificate that is {name}, send ended with {done.returncode}: {done}")


def raw_http1(siege, request):
    """The first bytes of the answer."""
    with socket.create_connection(tuple_of(siege.server.tcp), timeout=60) as connection:
        try:
            connection.sendall(request)
            return connection.recv(4096)
        except (BrokenPipeError, ConnectionResetError):
            return b""


def tuple_of(address):
    host, port = address.rsplit(":", 1)
    return host, int(port)


def refuse_large_heads(siege):
    large = b"x" * 100_000
    for request in (b"GET /healthz HTTP/1.1\r\nhost: h\r\nx-large: " + large + b"\r\n\r\n", b"GET /" + large + b" HTTP/1.1\r\nhost: h\r\n\r\n",
                    b"GET /healthz HTTP/1.1\r\nhost: h\r\n" + b"a: b\r\n" * 5000 + b"\r\n", large + b"\r\n\r\n"):
        answer = raw_http1(siege, request)
        if answer and answer.split(b" ")[1][:1] != b"4":
            siege.fail(f"a head that is too large is answered {answer[:200]!r}")
    done = siege.send(siege.unwanted_file(), token="pst_" + "y" * 4000)
    if done.returncode != FAILED:
        siege.fail(f"a send with a large head ended with {done.returncode}")


def refuse_broken_http1(siege):
    for number in range(300):
        noise = siege.rng.randbytes(siege.rng.randrange(1, 3000))
        begin = siege.rng.choice([b"", b"PUT /objects/x HTTP/1.1\r\n", b"GET ", b"PUT /objects/x HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n"
                                  b"authorization: Bearer " + siege.server.token.encode() + b"\r\n\r\n"])
        answer = raw_http1_and_close(siege, begin + noise)
        if answer.startswith(b"HTTP/1.1 2"):
            siege.fail(f"noise {number} is answered {answer[:200]!r}")


def raw_http1_and_close(siege, request):
    with socket.create_connection(tuple_of(siege.server.tcp), timeout=60) as connection:
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return connection.recv(4096)
        except (BrokenPipeError, ConnectionResetError):
            return b""


class Dripping:
    """Requests over HTTP/1.1 that never come to an end: heads, and bodies with a good token."""

    def __init__(self, siege, count):
        head = b"PUT /objects/drip HTTP/1.1\r\nhost: h\r\nauthorization: Bearer " + siege.server.token.encode() + b"\r\ncontent-length: 1000000\r\n"
        self.sockets = [socket.create_connection(tuple_of(siege.server.tcp)) for _ in range(count)]
        for number, connection in enumerate(self.sockets):
            connection.sendall(head + (b"\r\n" if number % 2 else b"x: "))
            connection.setblocking(False)

    def drip(self):
        """A byte each; whether all have been ended."""
        for connection in list(self.sockets):
            try:
                connection.send(b"x")
                if connection.recv(4096) == b"":
                    raise ConnectionResetError
            except BlockingIOError:
                continue
            except OSError:
                connection.close()
                self.sockets.remove(connection)
        time.sleep(0.2)
        return not self.sockets


def read_slowly(siege, cid):
    """How much the server keeps for clients that take nothing."""
    readers = subprocess.Popen([os.path.join(BINARIES, "slow_readers"), "--server", siege.server.udp, "--token", siege.server.token,
                                "--path", f"/ipfs/{cid}", "--connections", "50", "--streams", "4"], stdout=subprocess.PIPE, text=True)
    try:
        if readers.stdout.readline() != "reading\n":
            siege.fail("slow readers do not come to read")
        siege.send_well()
        print(f"memory with 200 slow readers: {siege.server.memory() / MIB:.0f} MiB", flush=True)
    finally:
        readers.kill()
        readers.wait()
        readers.stdout.close()


def leave_half_open(siege, count):
    """Uploads whose client is killed before they are whole: none of them may be committed."""
    with open(siege.unwanted_file(8 * MIB), "rb") as file:
        body = file.read()
    for number in range(count):
        command, environment = siege.server.send_command("-", "--name", f"half-{number}")
        client = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        client.stdin.write(body[:siege.rng.choice([0, 1, 100_000, len(body)])])
        client.stdin.flush()
        time.sleep(siege.rng.uniform(0, 0.1))
        client.send_signal(signal.SIGKILL)
        out, err = client.communicate()
        if out or err:
            siege.fail(f"an upload that has not ended says {out!r} {err!r}")
    print(f"{siege.connections():.0f} connections of {count} killed clients, memory {siege.server.memory() / MIB:.0f} MiB", flush=True)
    siege.server.must_be_healthy()


def wear_out(siege, options):
    """From the second round on it takes what it took in the first."""
    cid = siege.send_well(40 * MIB)
    kept = []
    for _ in range(options.rounds):
        read_slowly(siege, cid)
        leave_half_open(siege, options.half_open)
        siege.wait_until_forgotten()
        kept.append(siege.server.memory())
    print("memory behind each round:", *(f"{memory / MIB:.0f}" for memory in kept), "MiB", flush=True)
    if kept[-1] > kept[0] + GROWTH_MAX:
        siege.fail(f"its memory grows: {kept}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--half-open", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    seed = seed_of_run() % 2**32
    with scratch("intruders") as place:
        siege = Siege(place, seed)
        server = siege.server
        tokens = {"expired": server.add_token("expired", ["append", "read"], EXPIRED_AT), "reader": server.add_token("reader", ["read"]),
                  "appender": server.add_token("appender", ["append"])}
        certificates = {name: make_certificate(place, name, begins, ends) for name, begins, ends in (
            ("valid", "20200101000000Z", "20900101000000Z"), ("expired", "20200101000000Z", "20210101000000Z"),
            ("early", "20800101000000Z", "20900101000000Z"))}
        for name, (_, _, fingerprint) in certificates.items():
            server.add_access("certificates", name, fingerprint, ["append"])
        with siege.of_server():
            dripping = Dripping(siege, 100)
            refuse_tokens(siege, tokens)
            tell_appenders_nothing(siege, tokens["appender"], siege.send_well(token=tokens["appender"]))
            refuse_certificates(siege, certificates)
            refuse_large_heads(siege)
            refuse_broken_http1(siege)
            wear_out(siege, options)
            wait_until("an end to requests that drip", dripping.drip, 120)
            print(json.dumps({name: value for name, value in server.metrics().items() if value and "quic" in name and "total" in name}))


if __name__ == "__main__":
    main()
