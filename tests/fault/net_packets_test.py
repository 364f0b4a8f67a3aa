# SPDX-License-Identifier: Apache-2.0
"""net_packets_test.py [--datagrams N] [--connections N]: packets and streams that no client sends.

Noise; packets of real uploads, altered, cut off and said again, also in the middle of an upload and from its own
address; streams that break the rules of HTTP/3 and QPACK. The server lives, uploads beside it are exact, and
nothing else is stored."""

import argparse
import os
import sys
import threading

from program import scratch, seed_of_run
from serving import Relay, in_small_packets
from siege import MIB, Siege

SLICE = 200_000  # datagrams between two looks at what arrived


def packets_in(siege):
    return sum(value for name, value in siege.server.metrics().items() if name.startswith("penstock_port_packets_in_total{"))


def flood(siege, datagrams, capture):
    """Until the server has read so many: a full socket drops others."""
    begun = packets_in(siege)
    sent = read = 0
    for number in range(100 + 10 * datagrams // SLICE):
        count = min(SLICE, max(datagrams - read, 1000))
        sent += int(siege.tool("hostile_sender", "--server", siege.server.udp, "--seed", siege.seed + number, "--noise", count // 2,
                               "--capture", capture, "--altered", count - count // 2))
        siege.server.must_be_healthy()
        read = int(packets_in(siege) - begun)
        if read >= datagrams:
            print(f"{sent} datagrams sent, {read} read", flush=True)
            return
    siege.fail(f"of {sent} datagrams {read} arrived")


def attack_an_upload(siege, capture):
    """While altered copies overtake its packets, both ways, and others come from elsewhere."""
    relay = Relay(siege.server.udp, siege.seed, alter=20, duplicate=5, reorder=5, delay_ms=1)
    noise = threading.Thread(target=siege.tool, args=("hostile_sender", "--server", siege.server.udp, "--seed", siege.seed, "--noise",
                                                      50_000, "--capture", capture, "--altered", 50_000))
    noise.start()
    siege.send_well(24 * MIB, address=relay.address)
    noise.join()
    print(relay.end(), end="", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--datagrams", type=int, default=200_000)
    parser.add_argument("--connections", type=int, default=400)
    options = parser.parse_args()
    in_small_packets(__file__, *sys.argv[1:])
    seed = seed_of_run() % 2**32
    with scratch("packets") as place:
        siege = Siege(place, seed)
        capture = os.path.join(place, "capture")
        with siege.of_server():
            relay = Relay(siege.server.udp, seed, capture=capture)
            siege.send_well(2 * MIB, address=relay.address)
            relay.end()
            attack_an_upload(siege, capture)
            ended = siege.tool("hostile_connections", "--server", siege.server.udp, "--token", siege.server.token,
                               "--connections", options.connections, "--seed", seed)
            print(f"{options.connections} connections that break the rules, {int(ended)} ended by the server", flush=True)
            if int(ended) == 0:
                siege.fail("no broken rule was noticed")
            flood(siege, options.datagrams, capture)


if __name__ == "__main__":
    main()
