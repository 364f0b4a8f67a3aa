# SPDX-License-Identifier: Apache-2.0
"""What was measured: for each measurement and program one Sample a round."""
from dataclasses import asdict, dataclass

from comparison.spread import Spread


@dataclass(frozen=True)
class Sample:
    """One run of one command."""

    round: int
    seconds: float
    core_seconds: float
    peak_bytes: int
    content_bytes: int  # what it read, restored or checked, counted as files
    stored_bytes: int  # what its store holds afterwards
    grown_bytes: int  # of these, what this run added
    raw_bytes: int = 0  # verify: distinct bytes that were decoded, where the program says so


class Results:
    """Samples by measurement and program; measurements and programs in the order in which they were added."""

    def __init__(self):
        self.samples = {}  # measurement → program → [Sample]
        self.titles = {}

    def add(self, measurement, title, program, sample):
        self.titles[measurement] = title
        self.samples.setdefault(measurement, {}).setdefault(program, []).append(sample)

    def drop(self, program):
        """Forgets a program that failed: half a row would compare different rounds."""
        for series in self.samples.values():
            series.pop(program, None)

    def has(self, measurement, *programs):
        return all(self.samples.get(measurement, {}).get(program) for program in programs)

    def series(self, measurement, program):
        return self.samples[measurement][program]

    def spread(self, measurement, program, figure):
        """The Spread of what `figure` makes of each Sample."""
        return Spread.of(figure(sample) for sample in self.series(measurement, program))

    def rate(self, measurement, program):
        """Bytes of content a second."""
        return self.spread(measurement, program, lambda sample: sample.content_bytes / sample.seconds)

    def cores_per_gb(self, measurement, program):
        """Core-seconds for 10⁹ bytes of content."""
        return self.spread(measurement, program, lambda sample: sample.core_seconds * 1e9 / sample.content_bytes)

    def stored(self, measurement, program):
        return self.spread(measurement, program, lambda sample: sample.stored_bytes).median

    def times_as_fast(self, measurement, program, other):
        """Of each round the other's seconds over the program's: above 1 the program is faster."""
        pairs = zip(self.series(measurement, program), self.series(measurement, other), strict=True)
        return Spread.of(theirs.seconds / ours.seconds for ours, theirs in pairs)

    def as_json(self):
        return [{"measurement": measurement, "title": self.titles[measurement], "program": program,
                 "seconds": asdict(self.spread(measurement, program, lambda sample: sample.seconds)),
                 "bytes_per_second": asdict(self.rate(measurement, program)),
                 "core_seconds_per_gb": asdict(self.cores_per_gb(measurement, program)),
                 "peak_bytes": max(sample.peak_bytes for sample in samples),
                 "stored_bytes": self.stored(measurement, program),
                 "first_program_times_as_fast": asdict(self.times_as_fast(measurement, next(iter(series)), program)),
                 "rounds": [asdict(sample) for sample in samples]}
                for measurement, series in self.samples.items() for program, samples in series.items()]
