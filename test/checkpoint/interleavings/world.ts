import { decodeManifest, epochOf, type Manifest } from '../../../src/checkpoint/manifest.ts'
import type { Rows } from './program.ts'
import type { Call } from './run-table.ts'

/** A manifest as it was published. */
export interface Publication {
  readonly manifest: Manifest
  readonly content: string
  /** A later epoch had been published before: whoever wrote it had lost the job without knowing. */
  readonly stale: boolean
}

/** What is stored, and all that was ever published and committed. Never changes: a call leads to another world. */
export interface World {
  readonly blobs: ReadonlyMap<string, string>
  readonly published: readonly Publication[]
  /** What the sink shows, by the record that the rows begin with and the one after them. */
  readonly committed: ReadonlyMap<string, Rows>
}

export const emptyWorld: World = { blobs: new Map(), published: [], committed: new Map() }

/** What a call answers, and the world after it. */
export function afterCall(world: World, call: Call): { readonly world: World; readonly value: unknown } {
  const { blobs } = world
  switch (call.kind) {
    case 'read':
      return { world, value: blobs.get(call.name) }
    case 'list':
      return { world, value: [...blobs.keys()].filter((name) => name.startsWith(call.prefix)).sort() }
    case 'delete':
      return { world: { ...world, blobs: without(blobs, call.name) }, value: undefined }
    case 'commit':
      return { world: { ...world, committed: committing(world, call.rows) }, value: undefined }
    case 'write':
      return blobs.has(call.name)
        ? { world, value: 'taken' }
        : { world: writing(world, call.name, call.content), value: 'written' }
  }
}

/** The same for two worlds that nothing tells apart. */
export function keyOf({ blobs, published, committed }: World): string {
  const stored = [...blobs].map(([name, content]) => (epochOf(name) === undefined ? name : numberOf(content)))
  return `${stored.sort()}|${published.map(({ content }) => numberOf(content))}|${[...committed.keys()].sort()}`
}

const numbers = new Map<string, number>()

/** A short name for a long text. */
function numberOf(content: string): number {
  const known = numbers.get(content) ?? numbers.size
  numbers.set(content, known)
  return known
}

function without(blobs: World['blobs'], name: string): World['blobs'] {
  const left = new Map(blobs)
  left.delete(name)
  return left
}

function committing({ committed }: World, rows: Rows): World['committed'] {
  const name = `${rows.from}-${rows.end}`
  return committed.has(name) ? committed : new Map(committed).set(name, rows)
}

function writing(world: World, name: string, content: string): World {
  const blobs = new Map(world.blobs).set(name, content)
  const epoch = epochOf(name)
  if (epoch === undefined) return { ...world, blobs }
  const stale = world.published.some(({ manifest }) => manifest.epoch > epoch)
  const manifest = decodeManifest(Buffer.from(content)) as Manifest
  return { ...world, blobs, published: [...world.published, { manifest, content, stale }] }
}
