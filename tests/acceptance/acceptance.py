#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What Penstock promises, shown on the binary, with the figures.

usage: acceptance.py [--scale small|full] [--only NAME] [--list]

`small` runs in a minute or so; `full` takes the sizes that are promised. Prints a line a check with today's figure;
exits with 1 if one does not hold.
"""
import argparse
import hashlib
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from appliance import make_store, put, raise_descriptor_limit, run, stored_bytes  # noqa: E402
from whole_root import check_whole_root  # noqa: E402

MIB = 1 << 20
CANDIDATES = ["/usr/include", "/usr/lib/python3", "/usr/lib/gcc", "/usr/share", "/usr/lib/x86_64-linux-gnu", "/usr/bin",
              "/usr/lib/llvm-14", "/usr/lib/jvm"]


def pseudo_random(size, seed):
    """`size` bytes that do not compress, the same for a seed."""
    return random.Random(seed).randbytes(size)


def real_trees(limit):
    """Directories of this machine with about `limit` bytes of files."""
    chosen, total = [], 0
    for path in CANDIDATES:
        if total >= limit or not os.path.isdir(path):
            continue
        chosen.append(path)
        for folder, _, names in os.walk(path):
            for name in names:
                total += os.lstat(os.path.join(folder, name)).st_size
    return chosen, total


def check_real_files(base, full):
    """put and get of real files: diff -r clean"""
    wanted = 2000 * MIB if full else 150 * MIB
    trees, total = real_trees(wanted)
    if full and total < wanted:
        raise AssertionError(f"only {total / 1e9:.2f} GB of real files here")
    store = make_store(os.path.join(base, "store"))
    stored = put(store, *trees, expect=None)
    left_out = stored["left_out_count"]
    target = os.path.join(base, "back")
    restored = run("get", stored["root"], "-o", target, store=store)
    for tree in trees:
        copy = os.path.join(target, os.path.basename(tree)) if len(trees) > 1 else target
        result = subprocess.run(["diff", "-r", "--no-dereference", tree, copy], capture_output=True, text=True)
        if result.returncode != 0:
            raise AssertionError(result.stdout[:2000] + result.stderr[:2000])
    run("verify", store=store)
    return (f"{stored['sizes']['content'] / 1e6:.0f} MB in {stored['entries']['files']} files equal, {left_out} left out; "
            f"peak put {stored['peak'] / MIB:.0f} MiB, get {restored.peak / MIB:.0f} MiB")


def check_same_root(base, full):
    """the same bytes dense, sparse, piped, at any read size: the same root"""
    size = (200 if full else 24) * MIB
    parts = [pseudo_random(size // 8, 1), bytes(size // 4), pseudo_random(size // 8, 2), bytes(5000),
             pseudo_random(777, 3), bytes(size // 8 + 4097), pseudo_random(size // 8, 4), bytes(size // 4)]
    dense, sparse = os.path.join(base, "dense"), os.path.join(base, "sparse")
    with open(dense, "wb") as handle:
        handle.write(b"".join(parts))
    with open(sparse, "wb") as handle:
        for part in parts:
            if part.count(0) == len(part):
                handle.seek(len(part), os.SEEK_CUR)
            else:
                handle.write(part)
        handle.truncate()
    seen = set()
    for threads in (1, 2):
        for path in (dense, sparse):
            store = make_store(os.path.join(base, f"store-{len(os.listdir(base))}"))
            seen.add(put(store, path, "--threads", threads)["root"])
    for block in (1, 4096, 65537, MIB):
        if block == 1 and full:
            continue
        store = make_store(os.path.join(base, f"store-{len(os.listdir(base))}"))
        feeder = subprocess.Popen([sys.executable, "-c", FEED, dense, str(block)], stdout=subprocess.PIPE)
        seen.add(put(store, "-", stdin=feeder.stdout)["root"])
        feeder.stdout.close()
        if feeder.wait() != 0:
            raise AssertionError("the feeder failed")
    if len(seen) != 1:
        raise AssertionError(f"different roots: {seen}")
    return f"{size // MIB} MiB eight ways: {seen.pop()}"


FEED = """
import os, sys
step = int(sys.argv[2])
with open(sys.argv[1], 'rb') as handle:
    data = memoryview(handle.read())
end = len(data) if step > 1 else 300000
at = 0
while at < end:
    at += os.write(1, data[at:at + step])
while at < len(data):
    at += os.write(1, data[at:at + 1048576])
"""


def sparse_file(path, size, data, at):
    with open(path, "wb") as handle:
        handle.truncate(size)
        handle.seek(at)
        handle.write(data)


def check_huge_sparse(base, full):
    """1 TiB and 4 EiB sparse files with 1 MiB of data: stored small, read near the end, restored sparse"""
    del full
    shown = []
    for size, text in ((1 << 40, "1 TiB"), (1 << 62, "4 EiB")):
        folder = tempfile.mkdtemp(dir="/dev/shm")
        try:
            path = os.path.join(folder, "sparse")
            data = pseudo_random(MIB, 5)
            at = size - 3 * MIB - 17
            sparse_file(path, size, data, at)
            store = make_store(os.path.join(folder, "store"))
            before = stored_bytes(store)
            report = put(store, path)
            stored = stored_bytes(store) - before
            ranged = run("get", report["root"], "--range", f"{at - 5}:{MIB // 2}", store=store)
            if ranged.out != (bytes(5) + data)[:MIB // 2]:
                raise AssertionError(f"{text}: a range near the end is wrong")
            back = os.path.join(folder, "back")
            got = run("get", report["root"], "-o", back, store=store)
            status = os.stat(back)
            with open(back, "rb") as handle:
                handle.seek(at - 100)
                if handle.read(MIB + 200) != bytes(100) + data + bytes(100):
                    raise AssertionError(f"{text}: the restored data is wrong")
            if status.st_size != size or status.st_blocks * 512 > 4 * MIB:
                raise AssertionError(f"{text}: restored with {status.st_size} bytes, {status.st_blocks * 512} on disk")
            if stored > 2 * MIB:
                raise AssertionError(f"{text}: {stored} bytes stored")
            shown.append(f"{text}: put {report['wall']:.2f} s, get {got.seconds:.2f} s, {stored / MIB:.2f} MiB stored")
        finally:
            shutil.rmtree(folder)
    return "; ".join(shown)


def check_edit_locality(base, full):
    """one byte inserted into a file at seeded positions: median at most 2 new chunks, never over 4"""
    size, positions = (200 * MIB, 100) if full else (40 * MIB, 12)
    seed = int(os.environ.get("PENSTOCK_SEED", "20240229"))
    generator = random.Random(seed)
    data = pseudo_random(size, 6)
    store = make_store(os.path.join(base, "store"))
    path = os.path.join(base, "file")
    with open(path, "wb") as handle:
        handle.write(data)
    put(store, path)
    chunks, nodes = [], []
    for _ in range(positions):
        at = generator.randrange(size)
        with open(path, "wb") as handle:
            handle.write(data[:at])
            handle.write(b"\x5a")
            handle.write(memoryview(data)[at:])
        report = put(store, path)
        chunks.append(report["blocks"]["chunks"] - report["blocks"]["chunks_duplicate"])
        nodes.append(report["blocks"]["nodes"])
    if statistics.median(chunks) > 2 or max(chunks) > 4:
        raise AssertionError(f"seed {seed}: new chunks {chunks}")
    return (f"{positions} positions in {size // MIB} MiB (seed {seed}): new chunks median {statistics.median(chunks):g}, "
            f"most {max(chunks)}; new nodes median {statistics.median(nodes):g}, most {max(nodes)}")


def check_append(base, full):
    """data appended: only the last chunk and the rightmost nodes change"""
    size = (200 if full else 40) * MIB
    data, more = pseudo_random(size, 7), pseudo_random(size, 8)
    path = os.path.join(base, "file")
    store = make_store(os.path.join(base, "store"))
    with open(path, "wb") as handle:
        handle.write(data)
    first = put(store, path)
    with open(path, "ab") as handle:
        handle.write(more)
    second = put(store, path)
    kept = second["blocks"]["chunks_duplicate"]
    if kept < first["blocks"]["chunks"] - 1:
        raise AssertionError(f"{kept} of {first['blocks']['chunks']} chunks kept")
    alone = put(make_store(os.path.join(base, "alone")), path)
    if alone["root"] != second["root"]:
        raise AssertionError("another root than the same bytes put at once")
    return f"{size // MIB} MiB appended to {size // MIB} MiB: {kept} of {first['blocks']['chunks']} chunks kept, {second['blocks']['nodes']} new nodes"


def check_memory(base, full):
    """peak resident memory of any put or get: 512 MiB"""
    size = (3000 if full else 300) * MIB
    path = os.path.join(base, "file")
    with open(path, "wb") as handle:
        for i in range(size // (10 * MIB)):
            handle.write(pseudo_random(5 * MIB, i))
            handle.write(b"text %d " % i * (5 * MIB // (6 + len(str(i)))))
    peaks = {}
    for codec in ("auto", "lz4", "zstd:3", "zstd:19", "deflate", "stored"):
        if codec == "zstd:19":
            with open(path, "r+b") as handle:
                handle.truncate(60 * MIB)
        store = make_store(os.path.join(base, codec.replace(":", "-")))
        threads = ["--threads", 64] if codec in ("lz4", "zstd:19") else []
        report = put(store, path, "--codec", codec, *threads)
        got = run("get", report["root"], "-o", os.path.join(base, "back"), "--threads", 64, store=store)
        with open(path, "rb") as one, open(os.path.join(base, "back"), "rb") as two:
            if hashlib.file_digest(one, "sha256").digest() != hashlib.file_digest(two, "sha256").digest():
                raise AssertionError(f"{codec}: not equal")
        os.unlink(os.path.join(base, "back"))
        shutil.rmtree(store)
        peaks[codec] = max(report["peak"], got.peak)
    if max(peaks.values()) > 512 * MIB:
        raise AssertionError(f"peaks in MiB: { {k: v // MIB for k, v in peaks.items()} }")
    return "peak MiB by codec: " + ", ".join(f"{k} {v / MIB:.0f}" for k, v in peaks.items())


CHECKS = [check_same_root, check_huge_sparse, check_edit_locality, check_append, check_memory, check_real_files,
          check_whole_root]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", choices=["small", "full"], default="small")
    parser.add_argument("--only")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--work-dir", default=None, help="where the data goes (default: a temporary folder)")
    args = parser.parse_args()
    raise_descriptor_limit()
    failed = 0
    for check in CHECKS:
        name = check.__name__.removeprefix("check_")
        if args.list:
            print(name, "-", check.__doc__)
        elif not args.only or args.only == name:
            with tempfile.TemporaryDirectory(dir=args.work_dir) as base:
                try:
                    print(f"holds  {name}: {check(base, args.scale == 'full')}", flush=True)
                except AssertionError as error:
                    failed += 1
                    print(f"BREAKS {name} ({check.__doc__}): {error}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
