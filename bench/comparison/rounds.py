# SPDX-License-Identifier: Apache-2.0
"""Runs programs against each other, in turn, and adds what they took to Results."""
import json
import os
import shutil
import subprocess

from comparison.measured_run import CommandFailed, measured_run
from comparison.real_files import stored_bytes
from comparison.results import Sample
from comparison.warm_memory import warm_memory

# What a program takes beside the data: stores, caches, its own memory.
MEMORY_BESIDE_BYTES = 768 << 20


class RestoredDiffers(CommandFailed):
    """A program that gave back something else than it was given."""


class Rounds:
    """A comparison of `programs` in some measurements, each of them an operation. `places` says what stands for {tree}
    and the like; each program gets a folder below `base` for a round."""

    def __init__(self, programs, measurements, places, base, results):
        self.programs = list(programs)
        self.measurements = measurements  # name → (operation, title); "put" is run first whether it is named or not
        self.places = places
        self.base = base
        self.results = results
        self.failed = {}  # program → why
        self.sizes = {name: stored_bytes(places[name]) for name in ("tree", "tar", "random", "small", "many")
                      if name in places}

    def run(self, number):
        """One round. Programs take turns operation by operation, in an order that turns round from round to round."""
        order = self.programs if number % 2 == 0 else self.programs[::-1]
        measurements = dict(self.measurements)
        if "put" not in (operation for operation, _ in measurements.values()):
            measurements = {"": ("put", "")} | measurements
        try:
            for program in order:
                self._attempt(program, self._prepare)
            for name, (operation, title) in measurements.items():
                for program in order:
                    if operation in program.operations and program in self.programs:
                        self._attempt(program, self._measure, number, name, operation, title)
        finally:
            for program in order:
                shutil.rmtree(self._folder(program), ignore_errors=True)

    def _attempt(self, program, step, *arguments):
        """Takes a program that fails out of this round and all others; the first one has to work."""
        try:
            step(program, *arguments)
        except CommandFailed as failure:
            if program is self.programs[0]:
                raise
            self.programs = [other for other in self.programs if other is not program]
            self.failed[program.name] = str(failure)
            self.results.drop(program.name)

    def _folder(self, program):
        return os.path.join(self.base, "".join(c if c.isalnum() else "-" for c in program.name))

    def _places(self, program):
        folder = self._folder(program)
        return self.places | {"place": folder, "out": os.path.join(folder, "out")}

    def _environment(self, program, places):
        return os.environ | {name: value.format(**places) for name, value in program.environment.items()}

    def _prepare(self, program):
        places = self._places(program)
        os.makedirs(places["out"])
        if program.prepare:
            measured_run(program.command(program.prepare, places), places["out"], self._environment(program, places))

    def _measure(self, program, number, name, operation, title):
        places = self._places(program)
        stores = [path.format(**places) for path in program.stored]
        before = stored_bytes(*stores)
        warm_memory(self.sizes[program.source] + MEMORY_BESIDE_BYTES)
        ran = measured_run(program.command(program.operations[operation], places), places["out"],
                           self._environment(program, places))
        after = stored_bytes(*stores)
        if operation == "get":
            if number == 0:
                self._compare(program, places)
            shutil.rmtree(places["out"])
            os.mkdir(places["out"])
        raw = json.loads(ran.output)["bytes_raw"] if operation == "verify" and ran.output.startswith(b"{") else 0
        if name:
            self.results.add(name, title, program.name, Sample(
                number, ran.seconds, ran.core_seconds, ran.peak_bytes, self.sizes[program.source], after,
                after - before, raw))

    def _compare(self, program, places):
        """What came back has to be what went in."""
        restored = program.restored.format(**places)
        done = subprocess.run(["diff", "-r", "--no-dereference", places[program.source], restored], capture_output=True,
                              text=True, errors="replace", check=False)
        if done.returncode != 0:
            raise RestoredDiffers(f"{program.name}: {(done.stdout + done.stderr)[:1000]}")
