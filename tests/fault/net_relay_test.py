# SPDX-License-Identifier: Apache-2.0
"""net_relay_test.py [--mib N]: uploads over a network that loses, delays, reorders and repeats packets are exact, and
have the roots that a put of the same bytes has."""

import argparse
import contextlib
import filecmp
import json
import os
import random
import subprocess
import sys
import time

from program import DONE, Store, scratch, seed_of_run, write_file
from serving import Relay, Server, in_small_packets, wait_until

SECONDS_MAX = 3000
MIB = 1 << 20
WORDS = "pen stock water wheel river sluice turbine and the of under pressure from gate weir 1873 flow head".split()


def piece(rng, size):
    """Text, noise, or zeros."""
    kind = rng.random()
    if kind < 0.45:
        line = " ".join(rng.choices(WORDS, k=2000)).encode()
        return (line * (size // len(line) + 1))[rng.randrange(50):][:size] if size else b""
    if kind < 0.8:
        return rng.randbytes(size)
    return bytes(size)


def write_pieces(path, rng, size):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        while file.tell() < size:
            file.write(piece(rng, min(rng.randint(1, 3 * MIB), size - file.tell())))


def make_files(folder, rng, size):
    """Half of it is one file; the others are of all sizes, empty and tiny ones among them."""
    write_pieces(os.path.join(folder, "large"), rng, size // 2)
    left = size - size // 2
    write_file(os.path.join(folder, "empty"), b"")
    write_file(os.path.join(folder, "tiny"), b"x")
    for number in range(10_000):
        bytes_of_it = min(left, int(size // 8 * rng.random() ** 4) + 1)
        write_pieces(os.path.join(folder, f"d{number % 3}", f"f{number}"), rng, bytes_of_it)
        left -= bytes_of_it
        if left == 0:
            return


def files_below(folder):
    for directory, _, names in os.walk(folder):
        for name in names:
            yield os.path.join(directory, name)


def send_all(server, address, folder):
    command, environment = server.send_command(folder, "--json", address=address)
    done = subprocess.run(command, env=environment, capture_output=True, timeout=SECONDS_MAX, check=False)
    if done.returncode != DONE or done.stderr:
        sys.exit(f"net_relay: send ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["name"]: line for line in lines[:-1]}, lines[-1]


def check(server, other, folder, sent, place):
    """Against a put of each file, and byte by byte."""
    restored = os.path.join(place, "restored")
    for path in files_below(folder):
        name = os.path.relpath(path, os.path.dirname(folder))
        cid = other.must("put", path, "--json").json()["root"]
        if sent[name]["cid"] != cid:
            sys.exit(f"net_relay: {name} is {sent[name]['cid']}, but a put of it {cid}")
        server.store.must("get", sent[name]["commit"], "-o", restored)
        if not filecmp.cmp(path, restored, shallow=False):
            sys.exit(f"net_relay: {name} came back different")
        os.unlink(restored)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mib", type=int, default=64)
    options = parser.parse_args()
    in_small_packets(__file__, *sys.argv[1:])
    seed = seed_of_run()
    rng = random.Random(seed)
    with scratch("relay") as place:
        folder = os.path.join(place, "sent")
        make_files(folder, rng, options.mib * MIB)
        server = Server(os.path.join(place, "store"))
        server.start()
        relay = Relay(server.udp, seed, loss=1, reorder=5, duplicate=1, delay_ms=20)
        begun = time.monotonic()
        sent, sums = send_all(server, relay.address, folder)
        seconds = time.monotonic() - begun
        with contextlib.suppress(AssertionError):  # the sender's last packet may be among the lost
            wait_until("a server without connections", lambda: server.metrics()["penstock_quic_connections_open"] == 0, 2)
        counted = relay.end()
        server.end()
        files = list(files_below(folder))
        if len(sent) != len(files) or len(server.store.commits()) != len(files):
            sys.exit(f"net_relay: {len(files)} files, {len(sent)} sent, {len(server.store.commits())} commits")
        server.store.must("verify")
        other = Store(os.path.join(place, "other"))
        other.must("init")
        check(server, other, folder, sent, place)
        print(f"{len(files)} files, {sums['bytes']} bytes in {seconds:.1f} s, {sums['bytes'] / seconds / 1e6:.2f} MB/s, "
              f"{sums['sent']} bytes sent on {sums['connections']} connections\n{counted}", end="")


if __name__ == "__main__":
    main()
