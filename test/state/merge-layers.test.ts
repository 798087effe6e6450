import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StoredFile } from '../../src/contract/snapshot.ts'
import type { StateEntry } from '../../src/state/files/state-entry.ts'
import { StateFile } from '../../src/state/files/state-file.ts'
import { type Layer, layerOf } from '../../src/state/layer.ts'
import { merged } from '../../src/state/merge-layers.ts'
import { Slices } from '../../src/state/slices.ts'
import { stateFileOf } from './files/state-file-of.ts'
import { keptFile } from './settled-snapshot.ts'

const shape = 'test'
const keys = ['a', 'b', '', 'long '.repeat(40), 0, 1, -1, 200, 70_000, 1.5, 1n, -300n, 'ü€𝄞']
const time = fc.integer({ min: 0, max: 9 })

/** What a layer says: of each group, namespace and key at most once, in any order within a group. */
const said = fc.uniqueArray(
  fc.record({
    group: fc.constantFrom(3, 4, 32_767),
    namespace: fc.constantFrom(0, 60_000, -60_000),
    key: fc.constantFrom(...keys),
    value: fc.option(fc.uint8Array({ maxLength: 5 }), { nil: undefined }),
    timers: fc.record({
      event: fc.array(time, { maxLength: 2 }),
      processing: fc.array(time, { maxLength: 2 }),
    }),
  }),
  { selector: placeOf, size: 'max', maxLength: 60 },
)
const layer = fc.record({ said, dropped: fc.subarray([0, 60_000]), fileAfter: fc.nat({ max: 60 }) })

type Said = StateEntry & { readonly group: number }

function placeOf({ group, namespace, key }: Pick<Said, 'group' | 'namespace' | 'key'>): string {
  return [group, namespace, typeof key, key].join()
}

/** Its entries in one file, or in two, wherever that parts them. */
async function layerFrom({
  said,
  dropped,
  fileAfter,
}: {
  said: Said[]
  dropped: number[]
  fileAfter: number
}) {
  const inOrder = [...said].sort((a, b) => a.group - b.group)
  const contents = [inOrder.slice(0, fileAfter), inOrder.slice(fileAfter)]
    .filter((entries, index) => entries.length > 0 || index === 0)
    .map((entries) =>
      stateFileOf(
        { codec: 'cbor', shape, dropped },
        entries.map((entry) => [entry.group, entry] as const),
      ),
    )
  const files = await Promise.all(contents.map(keptFile))
  return layerOf(
    files,
    contents.map((content) => new StateFile(content)),
  )
}

function modelOf(layers: readonly { said: Said[]; dropped: number[] }[]): Map<string, Said> {
  const model = new Map<string, Said>()
  for (const { said, dropped } of layers) {
    for (const [place, entry] of model) if (dropped.includes(entry.namespace)) model.delete(place)
    for (const entry of said) model.set(placeOf(entry), entry)
  }
  return model
}

async function openedOf(files: readonly StoredFile[]): Promise<StateFile[]> {
  return Promise.all(files.map(async (file) => new StateFile(await file.read())))
}

async function entriesOf(layer: Layer | undefined): Promise<Map<string, Said>> {
  const found = new Map<string, Said>()
  for (const file of await openedOf(layer?.files ?? [])) {
    for (const place of file.groups) {
      let [count, event, processing] = [0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
      for (const scan = file.scan(place); scan.next(); count += 1) {
        const { value, ...entry } = scan.decoded()
        const one = { group: place.group, ...entry, value: value && Uint8Array.from(value) }
        expect(found.has(placeOf(one))).toBe(false)
        found.set(placeOf(one), one)
        event = Math.min(event, ...entry.timers.event)
        processing = Math.min(processing, ...entry.timers.processing)
      }
      expect(place).toMatchObject({ entries: count, earliestEvent: event, earliestProcessing: processing })
    }
  }
  return found
}

describe('layers that are merged', () => {
  it('say what the last of them says of each key', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(layer, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (all, isWhole) => {
          const layers: Layer[] = []
          for (const one of all) layers.push(await layerFrom(one))
          const one = await merged(layers, { shape, isWhole }, keptFile, new Slices())
          const expected = modelOf(all)
          if (isWhole)
            for (const [place, { value }] of expected) if (value === undefined) expected.delete(place)
          expect(await entriesOf(one)).toEqual(expected)
          expect(one?.entries ?? 0).toBe(expected.size)
          expect(new Set(one?.namespaces)).toEqual(
            new Set([...expected.values()].map(({ namespace }) => namespace)),
          )
          expect(new Set(one?.dropped)).toEqual(new Set(isWhole ? [] : all.flatMap(({ dropped }) => dropped)))
        },
      ),
      { numRuns: 500 },
    ))

  it('are files of 4 MiB at the most, whatever the layers were', async () => {
    const value = new Uint8Array(5_000)
    const half = (odd: number) =>
      Array.from({ length: 2_000 }, (_, index) => {
        const group = 2 * index + odd
        return { group, namespace: 0, key: group, value, timers: { event: [], processing: [] } }
      })
    const layers = await Promise.all(
      [0, 1].map((odd) => layerFrom({ said: half(odd), dropped: [], fileAfter: 700 })),
    )
    const one = await merged(layers, { shape, isWhole: true }, keptFile, new Slices())
    expect(one!.files.map(({ sizeBytes }) => Math.ceil(sizeBytes / 2 ** 20))).toEqual([4, 4, 4, 4, 4, 1])
    expect((await entriesOf(one)).size).toBe(4_000)
  })
})
