# SPDX-License-Identifier: Apache-2.0
"""Runs a command and says what it took."""
import json
import os
import subprocess
import sys
from dataclasses import dataclass

LAUNCHER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "launcher.py")


class CommandFailed(Exception):
    """A command that did not exit with 0; the text names it and has the end of its errors."""


@dataclass(frozen=True)
class MeasuredRun:
    """A finished command: wall seconds, user and system seconds of all its processes, peak resident bytes of the
    largest of them, standard output."""

    seconds: float
    core_seconds: float
    peak_bytes: int
    output: bytes


def measured_run(command, cwd=None, environment=None):
    """Raises CommandFailed where the command cannot be started or does not exit with 0."""
    read_end, write_end = os.pipe()
    with open(read_end, "rb") as report:
        process = subprocess.Popen([sys.executable, "-I", "-S", LAUNCHER, str(write_end), *command], cwd=cwd,
                                   env=environment, pass_fds=[write_end], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        os.close(write_end)
        output, errors = process.communicate()
        took = json.loads(report.read() or b'{"exit": null}')
    if took["exit"] != 0:
        why = errors.decode(errors="replace").strip()[-1000:]
        raise CommandFailed(f"{' '.join(command)}: exit {took['exit']}: {why}")
    return MeasuredRun(took["seconds"], took["core_seconds"], took["peak_bytes"], output)


def peak_floor_bytes():
    """What the smallest program is measured to need: peaks below this are not told apart."""
    return measured_run(["true"]).peak_bytes
