# SPDX-License-Identifier: Apache-2.0
"""Sizes of files and functions."""

import ast
import re

FILE_LINES_MAX = 600
FILE_LINES_AIM = 400
FUNCTION_LINES_MAX = 70

# What starts a scope that holds declarations, rather than a function's body.
SCOPE = re.compile(r"^(?:inline\s+)?(?:namespace|extern\s*\"|(?:template\s*<.*>\s*)?(?:typedef\s+)?(?:class|struct|union|enum)\b)", re.S)
ACCESS = re.compile(r"\s*(?:(?:public|protected|private)\s*:\s*)+")
TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/
    |R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)"
    |"(?:\\.|[^"\\\n])*"
    |(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'
    |^[ \t]*\#(?:\\\n|[^\n])*""",
    re.S | re.M | re.X,
)


def blank(text):
    """C++ with comments, literals and preprocessor lines blanked out; line breaks stay where they are."""

    def keep_lines(match):
        found = match.group(0)
        filler = '""' if found[0] in "\"'R" else ""
        return filler + "\n" * found.count("\n")

    return TOKEN.sub(keep_lines, text)


def matching_brace(text, start):
    """Where the brace opened at `start` closes; the end of the text if it does not."""
    depth = 0
    for match in re.compile(r"[{}]").finditer(text, start):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.start()
    return len(text)


def is_function(header):
    """Whether what stands before a brace, outside functions, makes it a function's body."""
    header = header.strip()
    if not header or SCOPE.match(header) or header.endswith("="):
        return False
    return ")" in header


def cpp_functions(text):
    """Yields (name, first line, last line) of each function definition; lambdas count to what they stand in."""
    text = blank(text)
    at = header_start = 0
    while True:
        match = re.compile(r"[{};]").search(text, at)
        if not match:
            return
        at = match.end()
        if match.group() != "{":
            header_start = at
            continue
        header = text[header_start : match.start()]
        label = ACCESS.match(header)
        if label:
            header_start += label.end()
            header = header[label.end() :]
        if not is_function(header):
            if SCOPE.match(header.strip()):
                header_start = at
            else:  # an initialiser: step over it
                at = matching_brace(text, match.start()) + 1
            continue
        end = matching_brace(text, match.start())
        following = text[end + 1 : end + 200].lstrip()[:1]
        if following in (",", "{"):  # a member's initialiser in a constructor: the body comes later
            at = end + 1
            continue
        first = header_start + len(header) - len(header.lstrip())
        name = re.search(r"([\w:~]+)\s*\(", header)
        yield name.group(1) if name else "?", text.count("\n", 0, first) + 1, text.count("\n", 0, end) + 1
        at = header_start = end + 1


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno


def check_files(tree):
    for path in tree.sources():
        count = len(tree.lines(path))
        if count > FILE_LINES_MAX:
            yield f"{path}: {count} lines; at most {FILE_LINES_MAX}"


def warn_files(tree):
    """Files that are allowed, but past the size we aim at."""
    for path in tree.sources():
        count = len(tree.lines(path))
        if FILE_LINES_AIM < count <= FILE_LINES_MAX:
            yield f"{path}: {count} lines; aim under {FILE_LINES_AIM}"


def check_functions(tree):
    for path in tree.paths:
        if path.endswith((".cc", ".h")):
            functions = cpp_functions(tree.text(path))
        elif path.endswith(".py"):
            functions = python_functions(tree.text(path))
        else:
            continue
        for name, first, last in functions:
            if last - first + 1 > FUNCTION_LINES_MAX:
                yield f"{path}:{first}: {name} has {last - first + 1} lines; at most {FUNCTION_LINES_MAX}"


def check(tree):
    yield from check_files(tree)
    yield from check_functions(tree)
