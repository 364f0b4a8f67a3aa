# SPDX-License-Identifier: Apache-2.0
"""Where a server under test listens for HTTP/3: a kernel socket, or the DPDK port that on_veth has made for it."""

import os
import sys

NIC = os.environ.get("PENSTOCK_TEST_NIC")
PORT = 4433  # the namespace is the test's own


def listen_arguments(address, nic=NIC):
    """For `penstock serve`: `address` where there are sockets."""
    return ["--nic", nic, "--listen", f":{PORT}"] if nic else ["--listen", address]


if __name__ == "__main__":
    sys.exit("a module of the tests beside it")
