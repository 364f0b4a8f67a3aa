# SPDX-License-Identifier: Apache-2.0
"""What Vitis HLS synthesises and what it does not, held on hls/ (UG1399, "HLS Programmers Guide"; docs/hls.md).

The rules read sources as synthesis does, with __SYNTHESIS__ defined: what stands in the other branch is simulation.
They look for what the project's kernels do, not for all that C++ can do.
"""

import re

from sizes import cpp_functions, matching_brace

INCLUDES = {
    "ap_int.h",
    "hls_burst_maxi.h",
    "hls_stream.h",
    "stddef.h",
    "stdint.h",
}
FORBIDDEN = [
    (r"\b(?:new|delete)\b|\b(?:malloc|calloc|realloc|free|alloca)\s*\(", "the heap"),
    (r"\bstd\s*::", "the standard library"),
    (r"\b(?:throw|try|catch)\b", "exceptions"),
    (r"\b(?:virtual|dynamic_cast|typeid)\b", "dispatch at run time"),
    (r"\b(?:goto|setjmp|longjmp)\b", "jumps"),
    (r"\bdo\b", "a loop that is tested at its end"),
    (r"\b(?:reinterpret_cast|const_cast|union)\b", "memory of one type seen as another"),
    (r"\bstatic\b", "what outlives a launch"),
    (r"\b(?:float|double)\b", "arithmetic whose result depends on the tool"),
]
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'', re.S)
INCLUDE = re.compile(r"^\s*#\s*include\s*<([^>]+)>")
PRAGMA_LINE = re.compile(r"^[ \t]*#[^\n]*", re.M)
LABEL = re.compile(r"(?<![\w:?])(?!default\b)[A-Za-z_]\w*\s*:\s*$")
HEAD = re.compile(r"\s*(?:const\s+)?[\w:]+(?:<[^;]*?>)?\s+(\w+)\s*=\s*([^;]*);\s*(\w+)\s*(<=?|!=)\s*([^;]*);", re.S)
CONSTANT = re.compile(r"(?:k[A-Z]\w*|[A-Z][A-Z0-9_]*|\d\w*|sizeof\s*\([^)]*\)|\w+::k[A-Z]\w*|[\s+*/()-])+")
LOOP_PRAGMA = re.compile(r"#\s*pragma\s+HLS\s+(?:PIPELINE|UNROLL|LOOP_TRIPCOUNT)\b", re.I)
TRIPCOUNT = re.compile(r"#\s*pragma\s+HLS\s+LOOP_TRIPCOUNT\b", re.I)
DATAFLOW = re.compile(r"#\s*pragma\s+HLS\s+DATAFLOW\b", re.I)
CHANNEL = re.compile(r"(?:hls::stream\s*<.*>|ReadWords)\s*(\w+)\s*((?:\[[^\]]*\]\s*)*)(?:\(\s*\"\"\s*\))?", re.S)
PROCESS = re.compile(r"HLS_PROCESS\s*\(\s*\w+\s*,\s*([\w:]+(?:<[^()]*>)?)\s*\((.*)\)\s*\)", re.S)
TOP = re.compile(r'extern\s*""\s*void\s+(\w+)\s*\(([^)]*)\)\s*\{', re.S)


def synthesised(text):
    """The text without comments, literals and what __SYNTHESIS__ switches off; line breaks stay where they are."""
    text = TOKEN.sub(lambda match: ('""' if match.group()[0] in "\"'" else "") + "\n" * match.group().count("\n"), text)
    lines, stack = [], []
    for line in text.split("\n"):
        condition = re.match(r"\s*#\s*(ifdef|ifndef|if|else|elif|endif)\b\s*(.*)", line)
        if condition:
            word, rest = condition.groups()
            if word in ("ifdef", "ifndef", "if"):
                asked = rest.strip() == "__SYNTHESIS__"
                stack.append(None if not asked or word == "if" else word == "ifdef")
            elif word == "else" and stack and stack[-1] is not None:
                stack[-1] = not stack[-1]
            elif word == "endif" and stack:
                stack.pop()
        lines.append("" if condition or False in stack else line)
    return "\n".join(lines)


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def matching_parenthesis(text, start):
    depth = 0
    for match in re.compile(r"[()]").finditer(text, start):
        depth += 1 if match.group() == "(" else -1
        if depth == 0:
            return match.start()
    return len(text)


def check_words(path, text):
    code = PRAGMA_LINE.sub("", text)
    for number, line in enumerate(code.split("\n"), 1):
        for pattern, what in FORBIDDEN:
            match = re.search(pattern, line)
            if match:
                yield f"{path}:{number}: {match.group().strip()}: {what} has no place in a kernel"
    for number, line in enumerate(text.split("\n"), 1):
        match = INCLUDE.match(line)
        if match and match.group(1) not in INCLUDES:
            yield f"{path}:{number}: <{match.group(1)}> is no header of Vitis HLS that kernels use"


def check_recursion(path, text):
    lines = PRAGMA_LINE.sub("", text).split("\n")
    for name, first, last in cpp_functions(text):
        body = "\n".join(lines[first - 1 : last])
        body = body[body.find("{") + 1 :] if "{" in body else ""
        if re.search(rf"(?<![\w.>:]){re.escape(name.split('::')[-1])}\s*\(", body):
            yield f"{path}:{first}: {name} calls itself"


def check_loops(path, text):
    for match in re.finditer(r"\b(for|while)\s*\(", text):
        place = f"{path}:{line_of(text, match.start())}"
        before = text[: match.start()].rstrip()
        while before.rsplit("\n", 1)[-1].lstrip().startswith("#"):
            before = before[: before.rfind("\n") + 1].rstrip()
        if not LABEL.search(before):
            yield f"{place}: the loop has no label"
        end = matching_parenthesis(text, match.end() - 1)
        start = end + 1 + re.match(r"\s*", text[end + 1 :]).end()
        stop = matching_brace(text, start) if text[start : start + 1] == "{" else text.find(";", start)
        body = text[start : stop + 1]
        if not LOOP_PRAGMA.search(body):
            yield f"{place}: the loop has no PIPELINE, UNROLL or LOOP_TRIPCOUNT, nor has one inside it"
        own = re.split(r"\b(?:for|while)\s*\(", body)[0]
        yield from check_bounds(place, match.group(1), text[match.end() : end], bool(TRIPCOUNT.search(own)))


def check_bounds(place, kind, head, has_tripcount):
    if kind == "while":
        if not has_tripcount:
            yield f"{place}: no LOOP_TRIPCOUNT says how often the loop runs"
        return
    parts = HEAD.match(head)
    if not parts or parts.group(1) != parts.group(3):
        yield f"{place}: the loop's head is not 'from a constant; below a bound; step'"
        return
    first, bound = parts.group(2).strip(), parts.group(5).strip()
    if not CONSTANT.fullmatch(first):
        yield f"{place}: the loop begins at {first}, which is no constant"
    if not CONSTANT.fullmatch(bound) and not has_tripcount:
        yield f"{place}: the loop ends at {bound}: no constant, and no LOOP_TRIPCOUNT says how far that is"


def enclosing_brace(text, at):
    """Where the block around `at` opens."""
    depth = 0
    for place in range(at - 1, -1, -1):
        if text[place] == "}":
            depth += 1
        elif text[place] == "{":
            if depth == 0:
                return place
            depth -= 1
    return 0


def statements(body):
    """Splits a block at its own semicolons."""
    found, depth, start = [], 0, 0
    for at, letter in enumerate(body):
        depth += letter in "({["
        depth -= letter in ")}]"
        if letter == ";" and depth == 0:
            found.append((start, body[start:at]))
            start = at + 1
    found.append((start, body[start:]))
    return [(at + len(text) - len(text.lstrip()), text.strip()) for at, text in found if text.strip()]


def check_dataflow(path, text):
    for pragma in DATAFLOW.finditer(text):
        opened = enclosing_brace(text, pragma.start())
        body = PRAGMA_LINE.sub(lambda match: " " * len(match.group()), text[opened + 1 : matching_brace(text, opened)])
        channels, calls = {}, []
        for at, statement in statements(body):
            place = f"{path}:{line_of(text, opened + 1 + at)}"
            channel = CHANNEL.fullmatch(statement)
            process = PROCESS.fullmatch(statement)
            if process:
                calls.append(process.group(2))
            elif channel:
                channels[channel.group(1)] = (place, bool(channel.group(2)))
            elif not re.fullmatch(r"HLS_REGION\s*\(\s*\w+\s*\)", statement):
                yield f"{place}: a dataflow region has channels and HLS_PROCESS of one call alone: {statement.split()[0]}"
        for name, (place, is_array) in channels.items():
            yield from check_array_ends(place, name, calls) if is_array else check_ends(place, name, calls)


def check_ends(place, name, calls):
    users = sum(1 for call in calls if re.search(rf"\b{name}\b", call))
    if users != 2:
        yield f"{place}: channel {name} has {users} processes; it takes one to write and one to read"


def check_array_ends(place, name, calls):
    """One process has one end of all channels, and the other ends go to a process each."""
    whole = sum(1 for call in calls if re.search(rf"\b{name}\b(?!\s*\[)", call))
    elements = [element for call in calls for element in set(re.findall(rf"\b{name}\s*\[\s*(\w+)\s*\]", call))]
    if whole != 1:
        yield f"{place}: channels {name} go whole to {whole} processes; it takes one"
    if sorted(elements) != sorted(str(i) for i in range(len(elements))) or not elements:
        yield f"{place}: channels {name} have processes for {', '.join(sorted(elements)) or 'none'}; it takes one for each"


def check_tops(path, text):
    for top in TOP.finditer(text):
        body = text[top.end() : matching_brace(text, top.end() - 1)]
        pragmas = re.findall(r"#\s*pragma\s+HLS\s+INTERFACE\b([^\n]*)", body, re.I)
        for argument in top.group(2).split(","):
            if "*" not in argument and "burst_maxi" not in argument:
                continue
            name = re.findall(r"\w+", argument)[-1]
            own = [pragma for pragma in pragmas if "m_axi" in pragma and re.search(rf"\bport\s*=\s*{name}\b", pragma)]
            if not any(re.search(r"\bbundle\s*=\s*\w+", pragma) for pragma in own):
                yield f"{path}:{line_of(text, top.start())}: {top.group(1)}: {name} has no INTERFACE m_axi with a bundle"


def check(tree):
    for path in tree.cpp():
        if not path.startswith("hls/"):
            continue
        text = synthesised(tree.text(path))
        for rule in (check_words, check_recursion, check_loops, check_dataflow, check_tops):
            yield from rule(path, text)
