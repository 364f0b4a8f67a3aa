# SPDX-License-Identifier: Apache-2.0
"""Memory that the machine has at hand. A virtual machine's host takes back what lies free, and gives a page again only
when it is used: several microseconds each, which would be charged to whoever comes first."""
import mmap


def warm_memory(wanted_bytes):
    """Uses and frees so much memory, or half of what is available where that is less. It stays with the machine for
    some seconds."""
    bytes_now = min(wanted_bytes, available_bytes() // 2)
    if bytes_now > 0:
        mmap.mmap(-1, bytes_now, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE).close()


def available_bytes():
    """What programs could have without others' memory being swapped out."""
    with open("/proc/meminfo", encoding="ascii") as lines:
        for line in lines:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return 0
