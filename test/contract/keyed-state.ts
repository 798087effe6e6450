import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Layers, StateChanges } from '../../src/contract/snapshot.ts'
import { compareKeys, type Key } from '../../src/state/key.ts'
import type { KeyedState } from '../../src/state/keyed-state.ts'
import { plainContent, type StateContent } from '../../src/state/state-content.ts'
import { keptFile, publishedLayers } from '../state/settled-snapshot.ts'

/** A backend under test. */
export interface TestedState {
  readonly name: string
  readonly create: <V>(content: StateContent<V>) => KeyedState<V>
  readonly runs?: number
}

type Value = { n: number; text: string }
/** What a model has of a state: by namespace, and then by key. */
type Model = Map<number, Map<Key, Value>>

const keys: readonly Key[] = [
  'a',
  'b',
  '',
  '1',
  1,
  0,
  -7,
  1.5,
  2 ** 53,
  1n,
  -(10n ** 30n),
  'ü€𝄞',
  'c',
  'd',
  'e',
  'f',
]
const namespace = fc.nat({ max: 1 })
/** Few keys meet each other often, and many have to be told apart. */
const key = fc.oneof(fc.constantFrom('a', 1), fc.constantFrom(...keys))

const step = fc.oneof(
  fc.record({ do: fc.constant('set' as const), namespace, key, n: fc.nat({ max: 99 }) }),
  fc.record({ do: fc.constant('change' as const), namespace, key }),
  fc.record({ do: fc.constant('change' as const), namespace, key }),
  fc.record({ do: fc.constant('delete' as const), namespace, key }),
  fc.record({ do: fc.constant('drop' as const), namespace }),
  fc.record({ do: fc.constant('look' as const), namespace }),
  fc.record({ do: fc.constant('cut' as const) }),
  fc.record({ do: fc.constant('write' as const), publish: fc.constantFrom(true, true, false) }),
  fc.record({ do: fc.constant('restart' as const) }),
)

const steps = fc.array(step, { size: 'max', maxLength: 60 })

const around = { signal: new AbortController().signal, resume: (act: () => void) => act() }

/** A state beside a model of it: what one gives the other gives, also after a restart at any checkpoint. */
class Trial {
  readonly #create: () => KeyedState<Value>
  #state: KeyedState<Value>
  #model: Model = new Map()
  #layers: Layers = []
  #published: Model = new Map()
  #cut: { readonly changes: StateChanges; readonly model: Model } | undefined

  constructor({ create }: TestedState) {
    this.#create = () => create(plainContent<Value>('values'))
    this.#state = this.#create()
  }

  set(namespace: number, key: Key, n: number): void {
    const value = () => ({ n, text: 'x'.repeat(n) })
    this.#state.within(namespace).set(key, value())
    const ofNamespace = this.#model.get(namespace) ?? new Map<Key, Value>()
    this.#model.set(namespace, ofNamespace.set(key, value()))
  }

  /** In place. */
  change(namespace: number, key: Key): void {
    const value = this.#state.within(namespace).get(key)
    const expected = this.#model.get(namespace)?.get(key)
    expect(value).toEqual(expected)
    if (value !== undefined) value.n += 1
    if (expected !== undefined) expected.n += 1
  }

  delete(namespace: number, key: Key): void {
    this.#state.within(namespace).delete(key)
    this.#model.get(namespace)?.delete(key)
  }

  drop(namespace: number): void {
    this.#state.drop(namespace)
    this.#model.delete(namespace)
  }

  look(namespace: number): void {
    const found = [...this.#state.within(namespace).entries()]
    expect(sorted(found)).toEqual(sorted(this.#model.get(namespace) ?? []))
    expect(this.#state.within(namespace).size).toBe(found.length)
  }

  cut(): void {
    this.#cut = { changes: this.#state.snapshot(), model: structuredClone(this.#model) }
  }

  async write(publish: boolean): Promise<void> {
    const cut = this.#cut
    if (cut === undefined) return
    this.#cut = undefined
    const layers = await cut.changes.written(keptFile)
    if (!publish) return
    cut.changes.published()
    this.#layers = layers
    this.#published = cut.model
  }

  async restart(): Promise<void> {
    this.#cut = undefined
    this.#state = this.#create()
    this.#model = structuredClone(this.#published)
    await this.#state.open(this.#layers, around)
  }

  lookAtAll(): void {
    for (const namespace of new Set([...this.#model.keys(), ...this.#state.namespaces()]))
      this.look(namespace)
  }

  get layers(): Layers {
    return this.#layers
  }
}

function sorted(entries: Iterable<[Key, Value]>): [Key, Value][] {
  return [...entries].sort(([a], [b]) => compareKeys(a, b))
}

async function play(trial: Trial, one: typeof step extends fc.Arbitrary<infer S> ? S : never): Promise<void> {
  if (one.do === 'set') trial.set(one.namespace, one.key, one.n)
  else if (one.do === 'change') trial.change(one.namespace, one.key)
  else if (one.do === 'delete') trial.delete(one.namespace, one.key)
  else if (one.do === 'drop') trial.drop(one.namespace)
  else if (one.do === 'look') trial.look(one.namespace)
  else if (one.do === 'cut') trial.cut()
  else if (one.do === 'write') await trial.write(one.publish)
  else await trial.restart()
}

/** What every keyed state promises. */
export function describeKeyedState(tested: TestedState): void {
  describe(`keyed state ${tested.name}`, () => {
    it('is what a plain map would be, whatever is cut, lost and restored in between', () =>
      fc.assert(
        fc.asyncProperty(steps, async (steps) => {
          const trial = new Trial(tested)
          for (const one of steps) await play(trial, one)
          trial.lookAtAll()
          trial.cut()
          await trial.write(true)
          await trial.restart()
          trial.lookAtAll()
        }),
        { numRuns: tested.runs ?? 500 },
      ))

    it('goes on while a cut is written, which does not see it', () =>
      fc.assert(
        fc.asyncProperty(steps, steps, async (before, after) => {
          const trial = new Trial(tested)
          for (const one of before) await play(trial, one)
          trial.cut()
          const writing = trial.write(true)
          for (const one of after) if (!['cut', 'write', 'restart'].includes(one.do)) await play(trial, one)
          trial.lookAtAll()
          await writing
          trial.lookAtAll()
          await trial.restart()
          trial.lookAtAll()
        }),
        { numRuns: tested.runs ?? 500 },
      ))

    it('writes only what has changed', async () => {
      const state = tested.create(plainContent<number>('numbers'))
      const sizes: number[] = []
      const checkpoint = async () => {
        let sizeBytes = 0
        const changes = state.snapshot()
        await changes.written((content) => {
          sizeBytes += content.length
          return keptFile(content)
        })
        changes.published()
        sizes.push(sizeBytes)
      }
      for (let key = 0; key < 50_000; key += 1) state.within(0).set(key, key)
      await checkpoint()
      await checkpoint()
      for (let key = 0; key < 50; key += 1) state.within(0).set(key, -1)
      await checkpoint()
      expect(sizes[0]).toBeGreaterThan(200_000)
      expect(sizes[1]).toBe(0)
      expect(sizes[2]).toBeLessThan(5_000)
    })

    it('keeps no more files and bytes than the state is worth', async () => {
      const state = tested.create(plainContent<string>('texts'))
      let layers: Layers = []
      for (let round = 0; round < 40; round += 1) {
        for (let key = 0; key < 2_000; key += 1)
          state.within(0).set((round * 500 + key) % 10_000, `value ${round} of it`)
        const changes = state.snapshot()
        layers = await changes.written(keptFile)
        changes.published()
      }
      const sizeBytes = layers.flat().reduce((sum, file) => sum + file.sizeBytes, 0)
      const again = tested.create(plainContent<string>('texts'))
      await again.open(layers, around)
      expect(again.within(0).size).toBe(10_000)
      expect(layers.length).toBeLessThanOrEqual(10)
      expect(sizeBytes).toBeLessThan(2 * 10_000 * 30)
    })

    it('forgets the files of namespaces that are gone', async () => {
      const state = tested.create(plainContent<number>('numbers'))
      let layers: Layers = []
      for (let window = 0; window < 20; window += 1) {
        for (let key = 0; key < 1_000; key += 1) state.within(window).set(key, key)
        state.drop(window - 1)
        const changes = state.snapshot()
        layers = await changes.written(keptFile)
        changes.published()
      }
      expect(layers.flat().reduce((sum, file) => sum + file.sizeBytes, 0)).toBeLessThan(30_000)
    })

    it('takes values of a megabyte and keys that change all the time', async () => {
      const state = tested.create(plainContent<{ bytes: Uint8Array; n: number }>('bytes'))
      for (let key = 0; key < 40; key += 1) {
        state.within(0).set(key, { bytes: new Uint8Array(2 ** 20).fill(key), n: 0 })
      }
      for (let time = 0; time < 10_000; time += 1) state.within(0).get(7)!.n += 1
      const changes = state.snapshot()
      state.within(0).get(7)!.n += 1
      const layers = await changes.written(keptFile)
      expect(Math.max(...layers.flat().map(({ sizeBytes }) => sizeBytes))).toBeLessThan(18 * 2 ** 20)
      const again = tested.create(plainContent<{ bytes: Uint8Array; n: number }>('bytes'))
      await again.open(layers, around)
      expect(again.within(0).get(7)).toMatchObject({ n: 10_000 })
      expect(again.within(0).get(39)!.bytes[5]).toBe(39)
    })

    it('writes more than there should be in memory as several layers', async () => {
      const content = plainContent<{ bytes: Uint8Array; n: number }>('bytes')
      const state = tested.create(content)
      state.within(5).set('gone', { bytes: new Uint8Array(1), n: 0 })
      await publishedLayers(state.snapshot())
      state.drop(5)
      const bytes = new Uint8Array(2 ** 20)
      for (let n = 0; n < 150; n += 1) state.within(5).set(n, { bytes, n })
      const layers = await publishedLayers(state.snapshot())
      expect(layers.length).toBe(2)
      const again = tested.create(content)
      await again.open(layers, around)
      expect([again.within(5).get('gone'), again.within(5).get(0)?.n, again.within(5).get(149)?.n]).toEqual([
        undefined,
        0,
        149,
      ])
    })

    it('has what failed to be encoded fail the checkpoint, also when it changes before its turn', async () => {
      const content: StateContent<{ ok: boolean }> = {
        ...plainContent<{ ok: boolean }>('moody'),
        pack: (key, value) => {
          if (!value.ok) throw new RangeError(`not ${key}`)
          return plainContent<{ ok: boolean }>('moody').pack(key, value)
        },
      }
      const state = tested.create(content)
      state.within(0).set('a', { ok: true })
      state.within(0).set('b', { ok: false })
      const changes = state.snapshot()
      state.within(0).get('b')!.ok = true
      await expect(changes.written(keptFile)).rejects.toThrow('not b')
      const next = state.snapshot()
      const again = tested.create(content)
      await again.open(await next.written(keptFile), around)
      expect([...again.within(0).entries()].length).toBe(2)
    })
  })
}
