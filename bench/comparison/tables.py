# SPDX-License-Identifier: Apache-2.0
"""Results as tables of text, for a terminal or as Markdown."""

HEAD = ["", "seconds", "MB/s", "core-s/GB", "peak MiB", "stored MB", "speed ratio", "bytes ratio"]


def rows(results, measurement):
    """A row a program: what it took, and the first program's speed and stored bytes over its own."""
    series = results.samples[measurement]
    first = next(iter(series))
    for program, samples in series.items():
        row = [program,
               results.spread(measurement, program, lambda sample: sample.seconds).text(),
               f"{results.rate(measurement, program).median / 1e6:.0f}",
               f"{results.cores_per_gb(measurement, program).median:.2f}",
               f"{max(sample.peak_bytes for sample in samples) / 2**20:.0f}",
               f"{results.stored(measurement, program) / 1e6:.1f}"]
        if program == first:
            yield row + ["", ""]
        else:
            bytes_share = results.stored(measurement, first) / results.stored(measurement, program)
            yield row + [results.times_as_fast(measurement, first, program).text() + " ×", f"{100 * bytes_share:.1f} %"]


def aligned(head, body):
    """Columns of text: the first to the left, the others to the right."""
    lines = [head, *body]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) if column == 0 else cell.rjust(width)
                               for column, (cell, width) in enumerate(zip(line, widths))).rstrip() for line in lines)


def markdown(head, body):
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, rule, *body])


def measurement_tables(results, table):
    """Every measurement's heading and table, `table` being aligned or markdown."""
    for measurement, title in results.titles.items():
        if results.samples[measurement]:
            yield f"{measurement}: {title}", table(HEAD, list(rows(results, measurement)))


def verdict_table(judged, table):
    return table(["target", "reached", "held"], [[verdict.target, verdict.figure, "yes" if verdict.held else "NO"]
                                                 for verdict in judged])
