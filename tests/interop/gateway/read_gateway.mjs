// SPDX-License-Identifier: Apache-2.0
// node read_gateway.mjs <ASKED
// ASKED is JSON: {"gateway": "http://…", "token": "pst_…", "root": CID of a directory, "files": {PATH: SHA-256 in hexadecimal}}.
// Reads the directory through @ipld/car and ipfs-unixfs-exporter, block by block, and through @helia/verified-fetch, which
// has no other source than the gateway. Exits with 1 if anything differs.
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { trustlessGateway } from '@helia/block-brokers'
import { createHeliaHTTP } from '@helia/http'
import { httpGatewayRouting } from '@helia/routers'
import { createVerifiedFetch } from '@helia/verified-fetch'
import { CarReader } from '@ipld/car'
import { exporter } from 'ipfs-unixfs-exporter'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'

// Node has these from versions 19, 20 and 22 on, Debian 12 has Node 18, and packages below those above rely on them.
globalThis.CustomEvent ??= class extends Event {
  constructor (type, options) {
    super(type, options)
    this.detail = options?.detail
  }
}
Array.prototype.toSorted ??= function (order) { return [...this].sort(order) }
Promise.withResolvers ??= function () {
  const made = {}
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }))
  return made
}

const { gateway, token, root, files } = JSON.parse(fs.readFileSync(0, 'utf8'))
const headers = { Authorization: 'Bearer ' + token }
let differences = 0

function check (what, ours, theirs) {
  const equal = ours === theirs
  if (!equal) differences++
  console.log(equal ? `equal    ${what}` : `DIFFERS  ${what}: ${ours}, and not ${theirs}`)
}

async function get (path, more = {}) {
  const answer = await fetch(gateway + path, { headers: { ...headers, ...more } })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return new Uint8Array(await answer.arrayBuffer())
}

const encoded = path => path.split('/').map(encodeURIComponent).join('/')
const hex = bytes => createHash('sha256').update(bytes).digest('hex')

// The blocks of a CAR by their CIDs, each of them hashed.
async function blocksOf (bytes) {
  const reader = await CarReader.fromBytes(bytes)
  check('roots of the CAR', (await reader.getRoots()).join(), root)
  const blocks = new Map()
  let wrong = 0
  for await (const { cid, bytes } of reader.blocks()) {
    if (cid.multihash.code !== sha256.code || hex(bytes) !== Buffer.from(cid.multihash.digest).toString('hex')) wrong++
    blocks.set(cid.toString(), bytes)
  }
  check(`hashes of the CAR's ${blocks.size} blocks`, wrong, 0)
  return blocks
}

async function readCar () {
  const blocks = await blocksOf(await get(`/ipfs/${root}`, { Accept: 'application/vnd.ipld.car; version=1; order=dfs; dups=n' }))
  const blockstore = { get: cid => blocks.get(cid.toString()) ?? Promise.reject(new Error(`${cid} is not in the CAR`)) }
  for (const [path, expected] of Object.entries(files)) {
    const entry = await exporter(`${root}/${path}`, blockstore)
    const hash = createHash('sha256')
    for await (const part of entry.content()) hash.update(part)
    check(`the CAR's ${path}`, hash.digest('hex'), expected)
  }
  let wrong = 0
  const some = [...blocks].filter((_, i) => i % Math.ceil(blocks.size / 50) === 0)
  for (const [cid, bytes] of some) {
    if (hex(await get(`/ipfs/${cid}?format=raw`)) !== hex(bytes)) wrong++
  }
  check(`${some.length} blocks by format=raw`, wrong, 0)
}

async function verifiedFetchOf () {
  const transformRequestInit = init => ({ ...init, headers: { ...init.headers, ...headers } })
  const helia = await createHeliaHTTP({
    blockBrokers: [trustlessGateway({ allowInsecure: true, allowLocal: true, transformRequestInit })],
    routers: [httpGatewayRouting({ gateways: [gateway] })]
  })
  return createVerifiedFetch(helia)
}

async function readVerified () {
  const verifiedFetch = await verifiedFetchOf()
  for (const [path, expected] of Object.entries(files)) {
    const answer = await verifiedFetch(`ipfs://${root}/${encoded(path)}`)
    check(`verified-fetch of ${path}: status`, answer.status, 200)
    check(`verified-fetch of ${path}`, hex(new Uint8Array(await answer.arrayBuffer())), expected)
    const head = await fetch(`${gateway}/ipfs/${root}/${encoded(path)}`, { method: 'HEAD', headers })
    const alone = await verifiedFetch(CID.parse(head.headers.get('x-ipfs-roots').split(',').pop()))
    check(`verified-fetch of ${path} by its own CID`, hex(new Uint8Array(await alone.arrayBuffer())), expected)
  }
  check('verified-fetch of what is not there', (await verifiedFetch(`ipfs://${root}/nothing`)).status, 404)
  await verifiedFetch.stop()
}

await readCar()
await readVerified()
process.exit(differences === 0 ? 0 : 1)
