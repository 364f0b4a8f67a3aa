// SPDX-License-Identifier: Apache-2.0
// Writes the inputs of the comparison under a directory: the same bytes on every machine.
import * as fs from 'node:fs'
import * as path from 'node:path'

const MIB = 1 << 20

// Words of xorshift32 (Marsaglia 2003, shifts 13, 17, 5), little-endian, from the given seed.
export function randomBytes (length, seed) {
  const words = new Uint32Array(Math.ceil(length / 4))
  let x = seed >>> 0
  for (let i = 0; i < words.length; i++) {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    words[i] = x
  }
  return new Uint8Array(words.buffer, 0, length)
}

function write (directory, name, bytes) {
  const file = path.join(directory, name)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, bytes)
}

function writeSmallTree (tree) {
  write(tree, 'readme.txt', 'a small tree\n')
  write(tree, 'data/one', randomBytes(1, 7))
  write(tree, 'data/same', randomBytes(70000, 11))
  write(tree, 'data/same again', randomBytes(70000, 11))
  write(tree, 'data/deep/er/two-leaves', randomBytes(MIB + 5, 13))
  write(tree, 'data/deep/no-bytes', '')
  write(tree, 'B', 'upper case sorts first\n')
  write(tree, 'names/\u00e9\u4e16\u{1f30a}', 'beyond ASCII\n')
}

// Makes `directory` anew; returns what is in it: files, trees, and what only the importer is asked about.
export function writeInputs (directory) {
  fs.rmSync(directory, { recursive: true, force: true })
  fs.mkdirSync(directory, { recursive: true })
  const files = []
  const sizes = [0, 1, MIB - 1, MIB, MIB + 1, 300 * MIB]
  for (const bytes of sizes) {
    files.push(`file-${bytes}`)
    write(directory, `file-${bytes}`, randomBytes(bytes, 2463534242 ^ bytes))
  }
  files.push('zeros')
  write(directory, 'zeros', new Uint8Array(3 * MIB + 17))

  writeSmallTree(path.join(directory, 'tree'))
  write(directory, 'single/only', 'one file in a directory\n')

  // The plain node would pass 262,144 bytes, so the directory is sharded.
  for (let i = 0; i < 8000; i++) write(directory, `many/entry number ${i}`, `${i}\n`)
  // As many entries as fit into a plain node to the byte, and one byte more.
  writeAtThreshold(path.join(directory, 'threshold'), 262144)
  writeAtThreshold(path.join(directory, 'over'), 262145)
  write(directory, 'links/target', 'pointed at\n')
  fs.symlinkSync('target', path.join(directory, 'links/to-target'))
  fs.symlinkSync('../nowhere', path.join(directory, 'links/dangling'))
  fs.mkdirSync(path.join(directory, 'links/empty'))
  return { files, trees: ['tree', 'single'], importerAlone: ['many', 'threshold', 'over', 'links'] }
}

// A directory whose plain node has exactly `bytes` bytes. An entry's link takes 45 bytes and its name's while that
// is short: tag, length, a hash of 38, a name's tag and length, a Tsize of 2. The directory's data takes 4.
function writeAtThreshold (directory, bytes) {
  const entryBytes = 1 + 1 + 38 + 2 + 2 + 16
  const count = Math.floor((bytes - 4) / entryBytes) - 1
  for (let i = 0; i < count; i++) write(directory, `e${String(i).padStart(15, '0')}`, 'x')
  const last = bytes - 4 - count * entryBytes
  write(directory, 'z'.repeat(last - (entryBytes - 16)), 'x')
}
