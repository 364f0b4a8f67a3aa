# SPDX-License-Identifier: Apache-2.0
"""A program that takes part, as the commands it is run with."""
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Contestant:
    """Commands are written as one would type them, with {place}, a folder of the program's own, in memory; {out}, an empty
    folder to restore into, where every command is started; {tree}, {tar} and {random}, what there is to put; {penstock},
    the binary; {one} and {two}, lists of one and two CPUs."""

    name: str
    tool: str  # what it is started by, and looked for
    package: str  # Debian's, to be installed where the tool is missing
    operations: dict  # operation → command
    stored: tuple  # what it stores into
    prepare: str = ""  # run before the first put, not timed
    version: str = "--version"
    environment: dict = field(default_factory=dict)
    restored: str = ""  # where `get` leaves what is to equal {tree}
    source: str = "tree"  # which of {tree}, {tar} and {random} it takes in
    note: str = ""

    def command(self, text, places):
        return [word.format(**places) for word in shlex.split(text)]

    def is_there(self, places):
        return shutil.which(self.tool.format(**places)) is not None

    def version_text(self, places):
        """The first line that it says of itself."""
        command = self.command(f"{self.tool} {self.version}", places)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        lines = (done.stdout + done.stderr).strip().splitlines()
        return lines[0].strip("* ") if lines else "unknown"
