# SPDX-License-Identifier: Apache-2.0
"""Runs one command and writes what it took, as JSON, to a descriptor: launcher.py DESCRIPTOR COMMAND...

A process of its own because Linux counts the memory of the process that a program was started from as that program's
own peak: this one is small, and the clock starts when it is up. The peak is that of the largest process among the
command and those that it waited for, not their sum.
"""
import json
import os
import sys
import time


def main():
    descriptor = int(sys.argv[1])
    os.set_inheritable(descriptor, False)
    start = time.monotonic()
    child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
    _, status, usage = os.wait4(child, 0)
    seconds = time.monotonic() - start
    took = {"exit": os.waitstatus_to_exitcode(status), "seconds": seconds,
            "core_seconds": usage.ru_utime + usage.ru_stime, "peak_bytes": usage.ru_maxrss * 1024}
    os.write(descriptor, json.dumps(took).encode())


main()
