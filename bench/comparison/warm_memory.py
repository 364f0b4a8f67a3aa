# SPDX-License-Identifier: Apache-2.0
"""Memory that the machine has at hand. A virtual machine's host takes back what lies free, and gives a page again only
when it is used: several microseconds each, which would be charged to whoever comes first."""
import mmap


def warm_memory(wanted_bytes):
    """Uses and frees so much memory, or half of what is available where that is less. It stays with the machine for
    some seconds. Without so much it does less: the figures are then what they are."""
    bytes_now = min(wanted_bytes, available_bytes() // 2)
    if bytes_now <= 0:
        return
    try:
        mmap.mmap(-1, bytes_now, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE).close()
    except OSError:
        pass


def available_bytes():
    """What this process could have without others' memory being swapped out, or its control group's limit passed."""
    available = 0
    with open("/proc/meminfo", encoding="ascii") as lines:
        for line in lines:
            if line.startswith("MemAvailable:"):
                available = int(line.split()[1]) * 1024
    try:
        limit, used = (_first_word(f"/sys/fs/cgroup/memory.{name}") for name in ("max", "current"))
    except OSError:
        return available
    return min(available, int(limit) - int(used)) if limit.isdigit() else available


def _first_word(path):
    with open(path, encoding="ascii") as lines:
        return lines.read().split()[0]
