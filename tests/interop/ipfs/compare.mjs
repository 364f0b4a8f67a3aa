// SPDX-License-Identifier: Apache-2.0
// node compare.mjs UNIXFS_TOOL WORK_DIRECTORY PENSTOCK
// Holds the CIDs that UNIXFS_TOOL and PENSTOCK (put --profile ipfs) compute against ipfs-unixfs-importer, set to the unixfs-v1-2025 profile, and
// ipfs-car; reads one of our content-cut files through ipfs-unixfs-exporter; takes our commits through
// @ipld/dag-cbor and back. Exits with 1 if anything differs.
import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { createRequire } from 'node:module'
import * as path from 'node:path'
import * as dagCbor from '@ipld/dag-cbor'
import { BaseBlockstore } from 'blockstore-core/base'
import { BlackHoleBlockstore } from 'blockstore-core/black-hole'
import { exporter } from 'ipfs-unixfs-exporter'
import { importer } from 'ipfs-unixfs-importer'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { randomBytes, writeInputs } from './inputs.mjs'

const [tool, work, penstock] = process.argv.slice(2)
const ipfsCar = createRequire(import.meta.url).resolve('ipfs-car/bin.js')
let differences = 0

function check (what, ours, theirs) {
  const equal = ours === theirs
  if (!equal) differences++
  console.log(equal ? `equal    ${what}: ${ours}` : `DIFFERS  ${what}: ours ${ours}, theirs ${theirs}`)
}

// The importer's candidates for one path and all below it, each relative to `base`.
function * candidates (base, name) {
  const full = path.join(base, name)
  const stat = fs.lstatSync(full)
  if (stat.isSymbolicLink()) {
    yield { path: name, link: fs.readlinkSync(full) }
  } else if (stat.isDirectory()) {
    const entries = fs.readdirSync(full)
    if (entries.length === 0) yield { path: name }
    for (const entry of entries) yield * candidates(base, path.join(name, entry))
  } else {
    yield { path: name, content: stat.size > 1 << 20 ? fs.createReadStream(full) : fs.readFileSync(full) }
  }
}

async function importedRoot (base, name) {
  let root
  for await (const entry of importer(candidates(base, name), new BlackHoleBlockstore(), { profile: 'unixfs-v1-2025' })) {
    root = entry
  }
  return { cid: root.cid.toString(), size: root.size.toString() }
}

function packedRoot (file, isTree) {
  const car = path.join(work, 'packed.car')
  const wrap = isTree ? [] : ['--no-wrap']
  return execFileSync(process.execPath, [ipfsCar, 'pack', file, ...wrap, '--output', car], { encoding: 'utf8' }).trim()
}

// Blocks that lie in a directory, a file each, named by CID.
class BlockDirectory extends BaseBlockstore {
  constructor (directory) {
    super()
    this.directory = directory
  }

  * get (cid) {
    yield fs.readFileSync(path.join(this.directory, cid.toString()))
  }
}

function emptyDirectory (name) {
  const directory = path.join(work, name)
  fs.rmSync(directory, { recursive: true, force: true })
  fs.mkdirSync(directory, { recursive: true })
  return directory
}

// What `penstock put --profile ipfs` prints for each path.
function putRoots (paths) {
  const store = emptyDirectory('store')
  execFileSync(penstock, ['init', '-s', store])
  const printed = execFileSync(penstock, ['put', '-s', store, '--profile', 'ipfs', ...paths], { encoding: 'utf8' })
  fs.rmSync(store, { recursive: true })
  return new Map(printed.trim().split('\n').map(line => line.split('  ').reverse()))
}

async function compareRoots () {
  const inputs = path.join(work, 'inputs')
  const { files, trees, importerAlone } = writeInputs(inputs)
  const names = [...files, ...trees, ...importerAlone]
  const printed = execFileSync(tool, ['roots', ...names.map(name => path.join(inputs, name))], { encoding: 'utf8' })
  const ours = printed.trim().split('\n').map(line => line.split('  '))
  const put = putRoots(names.map(name => path.join(inputs, name)))
  for (const [i, name] of names.entries()) {
    const theirs = await importedRoot(inputs, name)
    check(`${name}, importer`, ours[i][0], theirs.cid)
    check(`${name}, penstock put`, put.get(name), theirs.cid)
    check(`${name}, importer's dag size`, ours[i][1], theirs.size)
    if (!importerAlone.includes(name)) {
      check(`${name}, ipfs-car`, ours[i][0], packedRoot(path.join(inputs, name), trees.includes(name)))
    }
  }
  fs.rmSync(inputs, { recursive: true })
}

async function readThroughExporter () {
  const file = path.join(work, 'to-cut')
  const content = new Uint8Array(24 << 20)
  content.set(randomBytes(12 << 20, 3), 0)
  content.set(randomBytes(5000001, 5), 18 << 20)
  fs.writeFileSync(file, content)
  const blocks = emptyDirectory('cut-blocks')
  const root = execFileSync(tool, ['cut', file, blocks], { encoding: 'utf8' }).trim()
  const entry = await exporter(CID.parse(root), new BlockDirectory(blocks))
  const parts = []
  for await (const part of entry.content()) parts.push(part)
  check('content-cut file, size through the exporter', String(content.length), entry.size.toString())
  check('content-cut file, bytes through the exporter', true, Buffer.concat(parts).equals(content))
  fs.rmSync(blocks, { recursive: true })
  fs.rmSync(file)
}

async function recodeCommits () {
  const blocks = emptyDirectory('commit-blocks')
  const cids = execFileSync(tool, ['commits', blocks], { encoding: 'utf8' }).trim().split('\n')
  for (const cid of cids) {
    const block = fs.readFileSync(path.join(blocks, cid))
    const value = dagCbor.decode(block)
    const recoded = dagCbor.encode(value)
    check(`commit ${value.name}, kind`, 'penstock-commit-v1', value.kind)
    check(`commit ${value.name}, bytes coded anew`, true, Buffer.from(recoded).equals(block))
    check(`commit ${value.name}, CID`, cid, CID.createV1(dagCbor.code, await sha256.digest(recoded)).toString())
  }
}

await compareRoots()
await readThroughExporter()
await recodeCommits()
console.log(differences === 0 ? 'all equal' : `${differences} differ`)
process.exitCode = differences === 0 ? 0 : 1
