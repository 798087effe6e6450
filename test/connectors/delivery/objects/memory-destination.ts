import { createHash } from 'node:crypto'
import type {
  ObjectDestination,
  ObjectStage,
  StagedObject,
} from '../../../../src/contract/object-destination.ts'

/** A destination without a disk, for tests that count what is published and not how. */
export function memoryDestination() {
  const published = new Map<string, Buffer>()
  const staged = new Map<number, Buffer>()
  const stage: ObjectStage = {
    lanes: 4,
    whereIs: (name) => name,
    names: async (wanted) => [...published.keys()].filter(wanted),
    sizes: async (wanted) => {
      const found = [...published].filter(([name]) => wanted(name))
      return new Map(found.map(([name, content]) => [name, content.length]))
    },
    read: async (name) => published.get(name),
    stage: async (file, content) => {
      const pieces: Uint8Array[] = []
      for await (const piece of content) pieces.push(piece)
      const whole = Buffer.concat(pieces)
      const number = staged.size
      staged.set(number, whole)
      const sha256 = createHash('sha256').update(whole).digest('hex')
      return { file, number, sizeBytes: whole.length, sha256 }
    },
    publish: async (objects) => {
      for (const { file, number } of objects as readonly (StagedObject & { readonly number: number })[]) {
        if (!published.has(file)) published.set(file, staged.get(number)!)
      }
    },
    stillStaged: async (objects) => new Set(objects.map(({ file }) => String(file))),
    holds: async (name) => (published.has(name) ? true : undefined),
    look: async () => {},
    discard: async () => {},
    close: async () => {},
  }
  const destination: ObjectDestination = {
    kind: 'objects',
    description: { kind: 'memory', place: 'memory', because: 'it forgets' },
    open: async () => stage,
  }
  return { destination, published }
}
