#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs clang-tidy with the checks of .clang-tidy over sources that build/release has compiled.

clang_tidy.py --all | --changed [--jobs N] [--build FOLDER]. --changed takes the sources that differ from a git
commit: PENSTOCK_LINT_BASE, or the main branch, or where that is this very commit, the one before it. Headers are
checked through the sources that include them.
"""

import argparse
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def git(*arguments):
    """What git prints, or None where it fails."""
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def base_commit():
    """The commit that changes are counted from, or None."""
    asked = os.environ.get("PENSTOCK_LINT_BASE")
    if asked:
        return git("rev-parse", "--verify", f"{asked}^{{commit}}")
    head = git("rev-parse", "HEAD")
    for name in ("main", "origin/main"):
        base = git("merge-base", "HEAD", name)
        if base and base != head:
            return base
    return git("rev-parse", "--verify", "HEAD~1")


def changed_sources():
    """Paths of .cc files that differ from the base; all that git knows of where there is no base: None."""
    base = base_commit()
    if base is None:
        return None
    listed = git("diff", "--name-only", "--diff-filter=d", base) or ""
    new = git("ls-files", "--others", "--exclude-standard") or ""
    return {path for path in (listed + "\n" + new).splitlines() if path.endswith(".cc")}


def compiled_sources(build):
    """Our own sources in the compile database, by paths relative to the root."""
    with open(build / "compile_commands.json", encoding="utf-8") as database:
        files = {Path(entry["file"]) for entry in json.load(database)}
    inside = {path.relative_to(ROOT).as_posix() for path in files if path.is_relative_to(ROOT)}
    return {path for path in inside if not path.startswith("build/")}


def run_one(build, path):
    command = ["clang-tidy", "--quiet", "-p", str(build), str(ROOT / path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return path, done.returncode, done.stdout + ("" if done.returncode == 0 else done.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    scope = parser.add_mutually_exclusive_group(required=True)
    scope.add_argument("--all", action="store_true")
    scope.add_argument("--changed", action="store_true")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    options = parser.parse_args()

    sources = compiled_sources(options.build)
    if options.changed:
        changed = changed_sources()
        if changed is None:
            print("no commit to compare with: nothing checked (--all checks everything)")
            return 0
        sources &= changed
    failed = 0
    with ThreadPoolExecutor(options.jobs) as pool:
        for path, code, output in pool.map(lambda path: run_one(options.build, path), sorted(sources)):
            if code != 0:
                failed += 1
                print(f"{path}:\n{output}")
    print(f"clang-tidy: {len(sources) - failed} of {len(sources)} sources clean")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
