# SPDX-License-Identifier: Apache-2.0
"""What the put, get and verify of two cores have to reach, and whether these results do. Medians are judged."""
from dataclasses import dataclass

from comparison.contestant_table import BORG, LZ4, PENSTOCK, RESTIC

OURS = PENSTOCK.name
LZ4_OURS = "penstock lz4, tar"
TWO_CPUS, ONE_CPU = "penstock, two CPUs", "penstock, one CPU"


@dataclass(frozen=True)
class Verdict:
    """A target that could be judged."""

    target: str
    figure: str
    held: bool


def faster(results, measurement, other, times, ours=OURS):
    """A Verdict on `ours` being `times` as fast as `other`."""
    ratio = results.times_as_fast(measurement, ours, other)
    return Verdict(f"{measurement}: at least {times} × {other}", f"{ratio.text()} ×", ratio.median >= times)


def rate(results, measurement, gigabytes, ours=OURS):
    reached = results.spread(measurement, ours, lambda sample: sample.content_bytes / sample.seconds / 1e9)
    return Verdict(f"{measurement}: at least {gigabytes} GB/s", f"{reached.text()} GB/s", reached.median >= gigabytes)


def smaller(results, other, may_equal):
    """A Verdict on the bytes that a put stores."""
    part = results.stored("put", OURS) / results.stored("put", other)
    words = "no more stored bytes than" if may_equal else "fewer stored bytes than"
    return Verdict(f"put: {words} {other}", f"{100 * part:.1f} % of them", part <= 1 if may_equal else part < 1)


def little_growth(results):
    growth = results.spread("again", OURS, lambda sample: 100 * sample.grown_bytes / (sample.stored_bytes - sample.grown_bytes))
    return Verdict("again: the store grows by less than 1 %", f"{growth.median:.3f} %", growth.median < 1)


def raw_rate(results):
    """Verify is judged by the distinct bytes that it decodes, which are fewer than the files' where there are
    duplicates."""
    reached = results.spread("verify", OURS, lambda sample: sample.raw_bytes / sample.seconds / 1e9)
    return Verdict("verify: at least 2 GB/s of raw bytes", f"{reached.text()} GB/s", reached.median >= 2)


def little_overhead(results):
    larger = results.spread("urandom", OURS, lambda sample: 100 * (sample.stored_bytes - sample.content_bytes) / sample.content_bytes)
    return Verdict("urandom: stored at most 0.2 % larger", f"{larger.median:.3f} %", larger.median <= 0.2)


def verdicts(results):
    """A Verdict for each target whose measurements are there."""
    judged = []
    for other, times, may_equal in ((RESTIC.name, 3, True), (BORG.name, 2.2, False)):
        if results.has("put", OURS, other):
            judged += [faster(results, "put", other, times), smaller(results, other, may_equal)]
    if results.has("lz4", LZ4_OURS, LZ4.name):
        judged.append(faster(results, "lz4", LZ4.name, 1.75, LZ4_OURS))
    if results.has("again", OURS):
        judged += [rate(results, "again", 2), little_growth(results)]
    judged += [faster(results, "get", other, 3) for other in (RESTIC.name, BORG.name) if results.has("get", OURS, other)]
    if results.has("get", OURS):
        judged.append(rate(results, "get", 1.2))
    if results.has("verify", OURS):
        judged.append(raw_rate(results))
    if results.has("verify", OURS, RESTIC.name):
        judged.append(faster(results, "verify", RESTIC.name, 3))
    if results.has("urandom", OURS):
        judged += [little_overhead(results), rate(results, "urandom", 1.2)]
    judged += [faster(results, measurement, RESTIC.name, times) for measurement, times in
               (("many-unchanged", 2), ("small-put", 2), ("small-get", 1.5)) if results.has(measurement, OURS, RESTIC.name)]
    if results.has("cores", TWO_CPUS, ONE_CPU):
        judged.append(faster(results, "cores", ONE_CPU, 1.85, TWO_CPUS))
    return judged
