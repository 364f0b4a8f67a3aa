# SPDX-License-Identifier: Apache-2.0
"""net_many_test.py [--connections N] [--objects N] [--packet-bytes N]: many senders of small objects at once; each is
answered with 201, and all that was answered is there.

The store lies in memory (/dev/shm), where there is room for it. Prints objects a second and the server's memory."""

import argparse
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

from program import BINARIES, seed_of_run
from serving import Server

SECONDS_MAX = 600
MEMORY_MAX = 1 << 30
BYTES_MAX = 2 << 30  # of a store, and more
SENDERS_A_TOKEN = 100  # a server takes so many uploads of one caller at once, and then some


def in_memory():
    """Where the store is to lie; nothing: where temporary files do."""
    place = "/dev/shm"
    return place if os.path.isdir(place) and shutil.disk_usage(place).free > BYTES_MAX else None


def load(server, options, seed):
    """What many_senders says of each object, and the sums."""
    tokens = [server.add_token(f"sender {number}", ["append"])
              for number in range(options.connections // SENDERS_A_TOKEN + 1)]
    server.start()
    command = [os.path.join(BINARIES, "many_senders"), "--server", server.udp, "--fingerprint", server.fingerprint,
               "--tokens", ",".join(tokens), "--connections", str(options.connections), "--objects", str(options.objects),
               "--packet-bytes", str(options.packet_bytes), "--seed", str(seed % 2**32)]
    done = subprocess.run(command, capture_output=True, timeout=SECONDS_MAX, check=False)
    if done.returncode != 0 or done.stderr:
        sys.exit(f"net_many: {done.returncode}: {done.stderr.decode(errors='replace')} {server.said()}")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return lines[:-1], lines[-1]


def check(server, options, objects, rng):
    if {line["name"] for line in objects} != {f"load-{number}" for number in range(options.objects)}:
        sys.exit(f"net_many: {options.objects} objects, {len(objects)} answered")
    listed = server.store.commits()
    if set(listed) != {line["commit"] for line in objects} or len(listed) != len(objects):
        sys.exit(f"net_many: {len(objects)} commits were answered, {len(listed)} are listed")
    for line in rng.sample(objects, min(50, len(objects))):
        out = server.store.must("get", line["commit"], "-o", "-").out
        if hashlib.sha256(out).hexdigest() != line["sha256"] or len(out) != line["bytes"]:
            sys.exit(f"net_many: {line} came back different")
    server.store.must("verify")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--connections", type=int, default=100)
    parser.add_argument("--objects", type=int, default=2000)
    parser.add_argument("--packet-bytes", type=int, default=1452)
    parser.add_argument("--serve", nargs="*", default=[], help="options of penstock serve, without their dashes")
    options = parser.parse_args()
    seed = seed_of_run()
    with tempfile.TemporaryDirectory(prefix="penstock_many_", dir=in_memory()) as place:
        server = Server(os.path.join(place, "store"), *("--" + text if index % 2 == 0 else text
                                                        for index, text in enumerate(options.serve)))
        objects, sums = load(server, options, seed)
        server.must_be_healthy()
        memory = server.memory("VmHWM")
        seconds = server.cpu_seconds()
        server.end()
        check(server, options, objects, random.Random(seed))
        print(f"{sums['connections']} connections in {sums['connect_seconds']:.2f} s; {sums['objects']} objects, "
              f"{sum(line['bytes'] for line in objects)} bytes, in {sums['seconds']:.2f} s: "
              f"{sums['objects'] / sums['seconds']:.0f} objects a second, {sums['refused']} refused for the moment; CPU-seconds: "
              f"{seconds:.2f} of the server, {sums['cpu_seconds']:.2f} of the clients; server's memory at most "
              f"{memory / 2**20:.0f} MiB")
        if memory >= MEMORY_MAX:
            sys.exit("net_many: that is more memory than it may take")


if __name__ == "__main__":
    main()
