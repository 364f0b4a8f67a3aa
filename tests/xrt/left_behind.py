# SPDX-License-Identifier: Apache-2.0
"""What there is of a run of emulation/with-card: while it runs, and what should not be when it has ended."""

import glob
import time
from pathlib import Path

PATIENCE_S = 60


def left_behind(starter):
    """Of the with-card that had this process number and a session of its own: (folders, processes, sockets).

    Its processes are those of its session, and its cards and their hosts, by their environment, wherever they went."""
    name = f"/tmp/penstock-cards-{starter}-"
    sockets = [line for line in Path("/proc/net/unix").read_text(encoding="utf-8").splitlines() if name in line]
    return glob.glob(name + "*"), sorted(processes(starter, f"SDACCEL_EM_RUN_DIR={name}".encode())), sockets


def processes(session, mark):
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, of = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[:4]
            if state != "Z" and (int(of) == session or mark in (folder / "environ").read_bytes()):
                yield folder.name
        except OSError:
            pass


def wait_until_nothing_is_left(starter):
    """What is left of it all the same."""
    end = time.monotonic() + PATIENCE_S
    while any(left_behind(starter)) and time.monotonic() < end:
        time.sleep(0.05)
    return left_behind(starter)
