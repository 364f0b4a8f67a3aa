# SPDX-License-Identifier: Apache-2.0
"""The machine that the figures are of, and which of its CPUs are used."""
import os
import platform
import re
import subprocess


def thread_siblings(cpu):
    """The CPUs that share a core with `cpu`, itself included, as the kernel lists them; itself where it does not."""
    try:
        with open(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list", encoding="ascii") as handle:
            return handle.read().strip()
    except OSError:
        return str(cpu)


def choose_cpus(allowed, count, core_of=thread_siblings):
    """`count` of the CPUs in `allowed`, or all: one of each core first, then the cores' other threads."""
    seen, firsts, others = set(), [], []
    for cpu in sorted(allowed):
        (others if core_of(cpu) in seen else firsts).append(cpu)
        seen.add(core_of(cpu))
    return sorted((firsts + others)[:count])


def cpu_model():
    with open("/proc/cpuinfo", encoding="utf-8") as handle:
        match = re.search(r"^model name\s*:\s*(.+)$", handle.read(), re.M)
    return match.group(1) if match else platform.machine()


def file_system(path):
    return subprocess.run(["stat", "-f", "-c", "%T", path], capture_output=True, text=True, check=True).stdout.strip()


def describe(cpus, folder):
    return {"cpu": cpu_model(), "cpus_present": os.cpu_count(), "cpus_used": cpus,
            "cores_used": len({thread_siblings(cpu) for cpu in cpus}),
            "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), "kernel": platform.release(),
            "folder": folder, "file_system": file_system(folder), "load_before": os.getloadavg()[0]}
