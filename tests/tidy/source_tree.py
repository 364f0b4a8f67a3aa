# SPDX-License-Identifier: Apache-2.0
"""The files of a checkout, as the rules see them."""

import os
import subprocess
from pathlib import Path

CPP = (".cc", ".h")
SOURCES = CPP + (".py", ".mjs", ".js", ".cmake", ".sh", ".sv", ".cl", ".c")
NOT_OURS = {"build", "node_modules", ".git", "__pycache__"}


class SourceTree:
    """All files under a root that belong to the project, by their paths relative to it, sorted.

    In a git checkout those are the tracked files and the new ones that git does not ignore; elsewhere all but
    build outputs. Contents are read once.
    """

    def __init__(self, root):
        self.root = Path(root)
        self._text = {}
        self.paths = sorted(self._from_git() or self._from_disk())

    def _from_git(self):
        if not (self.root / ".git").exists():
            return None
        command = ["git", "-C", str(self.root), "ls-files", "-z", "-co", "--exclude-standard"]
        listed = subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8", "surrogateescape")
        return [path for path in set(listed.split("\0")) if path and (self.root / path).is_file()]

    def _from_disk(self):
        found = []
        for folder, folders, files in os.walk(self.root):
            folders[:] = [name for name in folders if name not in NOT_OURS]
            found += [os.path.relpath(os.path.join(folder, name), self.root) for name in files]
        return found

    def text(self, path):
        """The file's text; bytes that are no UTF-8 come as surrogates."""
        if path not in self._text:
            self._text[path] = (self.root / path).read_bytes().decode("utf-8", "surrogateescape")
        return self._text[path]

    def lines(self, path):
        return self.text(path).splitlines()

    def with_suffix(self, *suffixes):
        return [path for path in self.paths if path.endswith(suffixes)]

    def cpp(self):
        return self.with_suffix(*CPP)

    def is_script(self, path):
        """An executable text file without a suffix, such as ./test."""
        return "." not in os.path.basename(path) and self.text(path).startswith("#!")

    def sources(self):
        """Everything that is written in a programming language, CMake's and the shell's included."""
        return [
            path
            for path in self.paths
            if path.endswith(SOURCES) or os.path.basename(path) == "CMakeLists.txt" or self.is_script(path)
        ]
