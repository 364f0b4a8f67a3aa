# SPDX-License-Identifier: Apache-2.0
"""flip_program_test.py [--flips N]: flips single bits in the files of a store, and asks the real program: get gives
the right bytes or ends with 3, verify ends with 3 where a segment was hit, nothing crashes or hangs."""

import argparse
import os
import random
import shutil
import sys

from program import CORRUPT, DONE, Store, content, scratch, seed_of_run, write_file


def flip(path, offset, bit):
    with open(path, "r+b", buffering=0) as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ (1 << bit)]))


def wrong_with(store, path, roots):
    """What is wrong with how the program takes damage in `path`; nothing if all is right."""
    in_segment = "/segments/" in path
    for cid, data in roots:
        got = store.run("get", cid, "-o", "-")
        if got.code == DONE and got.out != data:
            return f"wrong bytes: {got}"
        if got.code == CORRUPT and not data.startswith(got.out):
            return f"wrong bytes before the error: {got}"
        if got.code not in (DONE, CORRUPT) or (got.code != DONE and "/index/" in path):
            return str(got)
    verified = store.run("verify")
    if verified.code not in (DONE, CORRUPT):
        return str(verified)
    if in_segment and (verified.code != CORRUPT or os.path.basename(path) not in verified.err.decode()):
        return f"verify does not name the segment: {verified}"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--flips", type=int, default=200)
    options = parser.parse_args()
    rng = random.Random(seed_of_run())
    with scratch("flip") as folder:
        store = Store(os.path.join(folder, "store"))
        store.must("init")
        roots = []
        for i in range(3):
            path = os.path.join(folder, f"file{i}")
            data = content(rng, rng.randint(50_000, 250_000))
            write_file(path, data)
            roots.append((store.must("put", path).out.decode().split()[0], data))
        files = [path for path in store.files() if os.path.getsize(path) > 0]
        # verify notes damage in the store: each flip gets a store that knows of none.
        whole = os.path.join(folder, "whole")
        shutil.copytree(store.directory, whole)
        for i in range(options.flips):
            path = rng.choice(files)
            offset, bit = rng.randrange(os.path.getsize(path)), rng.randrange(8)
            flip(path, offset, bit)
            wrong = wrong_with(store, path, roots)
            shutil.rmtree(store.directory)
            shutil.copytree(whole, store.directory)
            if wrong:
                sys.exit(f"flip_program_test: flip {i}, {path} byte {offset} bit {bit}: {wrong}")
        for cid, data in roots:
            if store.must("get", cid, "-o", "-").out != data:
                sys.exit("flip_program_test: the store did not survive its examination")
        store.must("verify")
        print(f"{options.flips} flips over {len(files)} files: nothing wrong was handed out")


if __name__ == "__main__":
    main()
