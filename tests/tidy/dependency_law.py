# SPDX-License-Identifier: Apache-2.0
"""Who may include whom: the table, and the rule that holds #includes and CMake link lines against it.

docs/layout.md explains the same table in words.
"""

import re

# Folder → the folders that it may use directly; what those may use, it may too.
LAW = {
    "host/base": [],
    "host/memory": ["host/base"],
    "host/hash": ["host/base"],
    "host/codec": ["host/memory"],
    "host/chunking": ["host/memory"],
    "host/offload": ["host/memory"],
    "host/verify": ["host/hash", "host/codec"],
    "host/dag": ["host/hash"],
    "host/store": ["host/verify", "host/dag"],
    "host/mount": ["host/store"],
    "host/ingest": ["host/memory"],
    "host/pipeline": ["host/chunking", "host/offload", "host/store", "host/ingest"],
    "host/benchmark": ["host/pipeline"],
    "host/intake": ["host/pipeline"],
    "host/port": ["host/memory"],
    "host/http": ["host/base"],
    "host/gateway": ["host/http", "host/intake"],
    "host/server": ["host/gateway", "host/http1", "host/quic"],
    "host/sender": ["host/pipeline", "host/quic"],
    "host/monitor": ["host/sender"],
    "host/http1": ["host/http", "host/port", "host/ingest"],
    "host/quic": ["host/http", "host/port"],
    "host/appliance": ["host/benchmark", "host/server", "host/sender", "host/monitor", "host/mount", "drivers/udp", "drivers/software", "drivers/xclbin", "emulation/card"],
    "drivers/software": ["host/offload", "host/hash", "host/codec"],
    "drivers/batch": ["host/offload", "kernels/abi"],
    "drivers/xclbin": ["host/hash", "kernels/abi"],
    "drivers/udp": ["host/port"],
    "drivers/ipstack": ["host/port"],
    "drivers/xrt": ["drivers/batch", "drivers/xclbin"],
    "drivers/eal": ["host/memory"],
    "drivers/nic": ["drivers/eal", "drivers/ipstack"],
    "kernels/abi": [],
    "emulation/hls_headers": [],
    "emulation/faults": ["host/offload", "host/codec"],
    "hls/datapath": ["emulation/hls_headers", "kernels/abi"],
    "hls/movers": ["hls/datapath"],
    "hls/sha256": ["hls/movers"],
    "hls/lz4_compress": ["hls/datapath"],
    "hls/lz4_decompress": ["hls/datapath"],
    "hls/describe": ["hls/sha256", "hls/lz4_compress", "hls/lz4_decompress"],
    "hls/digest_batch": ["hls/extents", "hls/sha256"],
    "hls/extents": ["hls/movers"],
    "hls/encode_batch": ["hls/extents", "hls/lz4_compress", "hls/sha256"],
    "hls/decode_batch": ["hls/extents", "hls/lz4_decompress"],
    "emulation/card": ["drivers/batch", "hls/describe", "hls/digest_batch", "hls/encode_batch", "hls/decode_batch"],
    "emulation/xrt_card": ["emulation/card", "host/hash"],
    "emulation/xrt_preload": [],
}

# Where these stand; other folders (tests/, bench/) may use what they like.
ROOTS = ("host", "drivers", "kernels", "emulation", "hls")
# Its headers are included in <>, as Vitis's own are, which they stand in for.
SIMULATED = "emulation/hls_headers"

# Third-party headers → the folders that adapt them to us, and the benchmark, which measures them without the adapter;
# nothing else in host/ and drivers/ sees them.
ADAPTERS = {
    r"rocksdb/": ["host/store"],
    r"toml\+\+/": ["host/store"],
    r"(lz4|lz4hc|zstd|igzip_lib|isa-l/igzip_lib)\.h": ["host/codec", "host/benchmark"],
    r"(isa-l/)?crc\.h": ["host/base"],
    r"openssl/": ["host/hash", "host/benchmark"],
    r"microhttpd\.h": ["host/http1"],
    r"CLI/": ["host/appliance"],
    r"nlohmann/": ["host/appliance", "host/gateway", "host/sender", "drivers/xclbin", "drivers/xrt"],
    r"(ngtcp2|nghttp3)/": ["host/quic"],
    r"gnutls/": ["host/http1", "host/quic"],
    r"(xrt|experimental)/": ["drivers/xrt", "emulation/xrt_card"],
    r"fuse": ["host/mount"],
    r"rte_": ["drivers/eal", "drivers/nic"],
    r"(google/protobuf/|shim_messages\.pb\.h)": ["emulation/xrt_card"],
}

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
TARGET_PREFIX = "penstock_"


def folder_of(path):
    """"host/base/error.h" → "host/base"; None outside the folders that the law holds."""
    parts = path.split("/")
    return "/".join(parts[:2]) if len(parts) > 2 and parts[0] in ROOTS else None


def target_of(folder):
    """"host/base" → "base", "hls/sha256" → "hls_sha256": what stands behind TARGET_PREFIX."""
    root, name = folder.split("/")
    return f"hls_{name}" if root == "hls" else name


def header_path(tree, folder, quote, name):
    """The header of ours that a line of the folder includes, by its path; None for any other."""
    candidates = [f"{SIMULATED}/{name}"]
    if quote == '"':
        candidates = [f"host/{name}", name] + (candidates if folder == SIMULATED else [])
    return next((path for path in candidates if path in tree.paths), None)


def closure(law, folder):
    """The folder and all that it may use."""
    seen, todo = set(), [folder]
    while todo:
        at = todo.pop()
        if at not in seen:
            seen.add(at)
            todo += law.get(at, [])
    return seen


def check_table(law):
    """The table itself: every folder known, no cycles, drivers used in host/ by the appliance alone."""
    for folder, uses in sorted(law.items()):
        for used in uses:
            if used not in law:
                yield f"dependency law: {folder} uses {used}, which the table lacks"
            elif folder in closure(law, used):
                yield f"dependency law: {folder} and {used} use each other"
            if used.startswith("drivers/") and folder.startswith("host/") and folder != "host/appliance":
                yield f"dependency law: {folder} uses {used}; of host/ only the appliance may know drivers"


def check_includes(tree, law):
    """#include lines against the table."""
    for path in tree.cpp():
        folder = folder_of(path)
        if folder is None:
            continue
        if folder not in law:
            yield f"{path}: the dependency law has no row for {folder} (tests/tidy/dependency_law.py)"
            continue
        allowed = closure(law, folder)
        for number, line in enumerate(tree.lines(path), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            yield from check_include(tree, f"{path}:{number}", folder, allowed, *match.groups())


def check_include(tree, place, folder, allowed, quote, name):
    path = header_path(tree, folder, quote, name)
    if path is not None:
        used = folder_of(path)
        if used is None:
            yield f'{place}: "{name}" is outside {", ".join(ROOTS[:-1])} and {ROOTS[-1]}'
        elif used not in allowed:
            yield f'{place}: {folder} may not use {used} ("{name}")'
        return
    if quote == '"':
        yield f'{place}: "{name}" is no header under host/ or the project root (third-party ones take <>)'
        return
    for pattern, folders in ADAPTERS.items():
        if re.match(pattern, name) and folder not in folders:
            yield f"{place}: <{name}> belongs in {' or '.join(folders)} alone"


def link_lines(tree):
    """Folder → the folders its CMake target links, as far as they are ours."""
    links = {}
    for path in tree.with_suffix("CMakeLists.txt"):
        folder = folder_of(path)
        if folder is None:
            continue
        text = re.sub(r"#.*", "", tree.text(path))
        named = set(links.get(folder, ()))
        for call in re.findall(r"\b(?:penstock_folder|target_link_libraries)\s*\(([^)]*)\)", text):
            words = call.split()
            named |= {word[len(TARGET_PREFIX) :] for word in words[1:] if word.startswith(TARGET_PREFIX)}
        links[folder] = named
    by_target = {target_of(folder): folder for folder in links}
    return {folder: {by_target.get(name, f"?{name}") for name in names} for folder, names in links.items()}


def check_links(tree, law):
    """CMake link lines against the table, and #includes against the link lines."""
    links = link_lines(tree)
    for folder, used_folders in sorted(links.items()):
        place = f"{folder}/CMakeLists.txt"
        for used in sorted(used_folders):
            if used.startswith("?"):
                yield f"{place}: links {TARGET_PREFIX}{used[1:]}, which no folder makes"
            elif folder in law and used not in closure(law, folder):
                yield f"{place}: {folder} may not link {used}"
    for path in tree.cpp():
        folder = folder_of(path)
        if folder not in links:
            continue
        linked = closure(links, folder)
        for number, line in enumerate(tree.lines(path), 1):
            match = INCLUDE.match(line)
            header = match and header_path(tree, folder, *match.groups())
            used = folder_of(header) if header else None
            if used in law and used not in linked:
                yield f'{path}:{number}: "{match.group(2)}", but {folder}/CMakeLists.txt does not link {used}'


def check(tree):
    yield from check_table(LAW)
    yield from check_includes(tree, LAW)
    yield from check_links(tree, LAW)
