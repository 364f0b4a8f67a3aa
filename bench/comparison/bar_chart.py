# SPDX-License-Identifier: Apache-2.0
"""Panels of horizontal bars as SVG. Written by hand: the plotting library that Debian has brings 45 packages, and these
are rectangles and text."""
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, MARGIN, GAP = 820, 24, 14
NAME_WIDTH, VALUE_WIDTH = 170, 150
BAR, STEP = 16, 24
HEAD = 26
INK, QUIET, OURS, THEIRS = "#1b1f24", "#5b6470", "#0b7285", "#adb5bd"


@dataclass(frozen=True)
class Panel:
    """A title and a Spread for each name; the first name is set off by its colour."""

    title: str
    bars: list  # (name, Spread)
    unit: str
    digits: int = 0

    @property
    def height(self):
        return HEAD + STEP * len(self.bars)


def text(x, y, content, size=12, fill=INK, anchor="start", weight="normal"):
    return (f'<text x="{x:g}" y="{y:g}" font-size="{size}" fill="{fill}" text-anchor="{anchor}" '
            f'font-weight="{weight}">{escape(content)}</text>')


def bar(panel, row, top, longest):
    """The lines of one bar: its name, length, the range of its figures, and the median in digits."""
    name, spread = panel.bars[row]
    room = WIDTH - 2 * MARGIN - NAME_WIDTH - VALUE_WIDTH
    left = MARGIN + NAME_WIDTH
    y = top + HEAD + row * STEP
    middle, baseline = y + BAR / 2, y + BAR - 4

    def at(value):
        return left + room * value / longest

    yield text(left - 8, baseline, name, anchor="end", weight="bold" if row == 0 else "normal")
    yield (f'<rect x="{left:g}" y="{y:g}" width="{at(spread.median) - left:.1f}" height="{BAR}" '
           f'fill="{OURS if row == 0 else THEIRS}"/>')
    if spread.most > spread.least:
        yield (f'<path d="M{at(spread.least):.1f} {middle:g}H{at(spread.most):.1f}M{at(spread.least):.1f} {middle - 4:g}v8'
               f'M{at(spread.most):.1f} {middle - 4:g}v8" stroke="{INK}" fill="none"/>')
    yield text(at(spread.most) + 8, baseline, f"{spread.median:,.{panel.digits}f} {panel.unit}", fill=QUIET)


def bar_chart(title, subtitle, panels):
    """The SVG document. Each panel has its own scale, which begins at 0."""
    height = 2 * MARGIN + 44 + sum(panel.height for panel in panels) + GAP * max(0, len(panels) - 1)
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
             'font-family="sans-serif">',
             f'<title>{escape(title)}</title>',
             f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
             text(MARGIN, MARGIN + 14, title, size=17, weight="bold"),
             text(MARGIN, MARGIN + 34, subtitle, fill=QUIET)]
    top = MARGIN + 44
    for panel in panels:
        longest = max(spread.most for _, spread in panel.bars) or 1
        lines.append(text(MARGIN, top + 16, panel.title, size=13, weight="bold"))
        for row in range(len(panel.bars)):
            lines += bar(panel, row, top, longest)
        top += panel.height + GAP
    return "\n".join([*lines, "</svg>", ""])


def result_panels(results, measurements):
    """A panel of rates for each of `measurements` that was made, and one of the bytes that a put stores."""
    panels = [Panel(f"{measurement}: {results.titles[measurement]}",
                    [(program, results.rate(measurement, program).scaled(1e-6)) for program in series], "MB/s")
              for measurement, series in results.samples.items() if measurement in measurements and series]
    if results.samples.get("put"):
        panels.append(Panel("bytes stored by a put (shorter is better)",
                            [(program, results.spread("put", program, lambda sample: sample.stored_bytes / 1e6))
                             for program in results.samples["put"]], "MB", 1))
    return panels
