# SPDX-License-Identifier: Apache-2.0
"""The median of some figures, and how far they lie apart."""
import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    median: float
    least: float
    most: float

    @classmethod
    def of(cls, figures):
        figures = list(figures)
        return cls(statistics.median(figures), min(figures), max(figures))

    def text(self, digits=2):
        """"2.30 (2.21-2.44)"."""
        return f"{self.median:.{digits}f} ({self.least:.{digits}f}-{self.most:.{digits}f})"

    def scaled(self, factor):
        return Spread(self.median * factor, self.least * factor, self.most * factor)
