# SPDX-License-Identifier: Apache-2.0
"""Who takes part, and with which commands: defaults, but where a note says otherwise."""
from dataclasses import dataclass, replace

from comparison.contestant import Contestant

OPERATIONS = {
    "put": "the data into an empty store",
    "again": "the same data again, every byte read",
    "unchanged": "the same data again, by default (penstock, restic and borg skip files that look unchanged)",
    "get": "everything back into an empty folder",
    "verify": "every stored byte read and checked",
}


def penstock(name, put, operations=None, source="tree"):
    return Contestant(
        name=name, tool="{penstock}", package="", source=source,
        prepare="{penstock} init -s {place}/store",
        operations={"put": put} | (operations or {}),
        stored=("{place}/store",), restored="{out}/data",
        note="fsync on, --verify full (both default); keeps metadata as restic and borg do")


PENSTOCK = penstock("penstock", "{penstock} put -q -s {place}/store {tree}", {
    "again": "{penstock} put -q --reread -s {place}/store {tree}",
    "unchanged": "{penstock} put -q -s {place}/store {tree}",
    "get": "{penstock} get -q -s {place}/store HEAD -o {out}/data",
    "verify": "{penstock} verify -q --json -s {place}/store",
})

RESTIC = Contestant(
    name="restic", tool="restic", package="restic", version="version",
    environment={"RESTIC_PASSWORD": "peers", "RESTIC_CACHE_DIR": "{place}/cache"},
    prepare="restic -q init -r {place}/store",
    operations={
        "put": "restic -q backup -r {place}/store {tree}",
        "again": "restic -q backup --force -r {place}/store {tree}",
        "unchanged": "restic -q backup -r {place}/store {tree}",
        "get": "restic -q restore latest -r {place}/store --target {out}",
        "verify": "restic -q check --read-data -r {place}/store",
    },
    stored=("{place}/store",), restored="{out}{tree}",
    note="its defaults: fsync, cache, encryption (it has no way without)")

BORG = Contestant(
    name="borg -C zstd,1", tool="borg", package="borgbackup",
    environment={"BORG_BASE_DIR": "{place}", "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes"},
    prepare="borg init -e none {place}/store",
    operations={
        "put": "borg create -C zstd,1 {place}/store::first {tree}",
        "again": "borg create -C zstd,1 --files-cache disabled {place}/store::second {tree}",
        "unchanged": "borg create -C zstd,1 {place}/store::third {tree}",
        "get": "borg extract {place}/store::first",
        "verify": "borg check --verify-data {place}/store",
    },
    stored=("{place}/store",), restored="{out}{tree}",
    note="not encrypted (-e none); fsync and caches as by default")

CASYNC = Contestant(
    name="casync", tool="casync", package="casync",
    operations={
        "put": "casync make --store={place}/store.castr {place}/first.caidx {tree}",
        "again": "casync make --store={place}/store.castr {place}/second.caidx {tree}",
        "unchanged": "casync make --store={place}/store.castr {place}/third.caidx {tree}",
        "get": "casync extract --store={place}/store.castr {place}/first.caidx {out}/data",
        "verify": "casync digest --store={place}/store.castr {place}/first.caidx",
    },
    stored=("{place}/store.castr", "{place}/first.caidx", "{place}/second.caidx", "{place}/third.caidx"),
    restored="{out}/data",
    note="its defaults; it calls no fsync and has no check: `digest` reads and checks the chunks of the first archive")

ZSTD = Contestant(
    name="zstd -1 -T2", tool="zstd", package="zstd", source="tar",
    operations={"put": "zstd -1 -T2 -q {tar} -o {place}/data.tar.zst"}, stored=("{place}/data.tar.zst",),
    note="compresses one tar file, made beforehand; no deduplication, no verification, no fsync")

LZ4 = Contestant(
    name="lz4 -1", tool="lz4", package="lz4", source="tar",
    operations={"put": "lz4 -1 -q {tar} {place}/data.tar.lz4"}, stored=("{place}/data.tar.lz4",),
    note=ZSTD.note)

PROGRAMS = [PENSTOCK, RESTIC, BORG, CASYNC, ZSTD, LZ4]


@dataclass(frozen=True)
class Row:
    """A further comparison: its measurements (name → (operation, title)) and its programs, with the first of which the others
    are compared."""

    measurements: dict
    programs: list


def put_row(name, title, programs):
    return Row({name: ("put", title)}, programs)


def taking(source, *programs):
    """The programs as they are, but with the files of `source` instead of the tree."""
    def renamed(text):
        return text.replace("{tree}", f"{{{source}}}")
    return [replace(program, source=source, restored=renamed(program.restored),
                    operations={name: renamed(command) for name, command in program.operations.items()})
            for program in programs]


# Further rows of the targets, by the name that asks for them.
ROWS = {
    "lz4": put_row("lz4", "penstock put --codec lz4 and the lz4 command, on the same tar file and on the tree it was made of", [
        penstock("penstock lz4, tar", "{penstock} put -q --codec lz4 -s {place}/store {tar}", source="tar"),
        penstock("penstock lz4, tree", "{penstock} put -q --codec lz4 -s {place}/store {tree}"),
        LZ4,
    ]),
    "urandom": put_row("urandom", "a put of one file from /dev/urandom", [
        penstock("penstock", "{penstock} put -q -s {place}/store {random}", source="random"),
    ]),
    "cores": put_row("cores", "the put on two CPUs and on one", [
        penstock("penstock, two CPUs", "taskset -c {two} {penstock} put -q -s {place}/store {tree}"),
        penstock("penstock, one CPU", "taskset -c {one} {penstock} put -q -s {place}/store {tree}"),
    ]),
    "small": Row({"small-put": ("put", "a first put of small files"),
                  "small-get": ("get", "everything of it back into an empty folder")},
                 taking("small", PENSTOCK, RESTIC, BORG)),
    "many": Row({"many-unchanged": ("unchanged", "twice as many small files put again, by default, none being changed")},
                taking("many", PENSTOCK, RESTIC, BORG)),
}
