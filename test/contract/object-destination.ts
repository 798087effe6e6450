import { describe, expect, test } from 'vitest'
import { deliverySink } from '../../connectors/delivery/delivery-sink.ts'
import { parquet } from '../../connectors/delivery/objects/parquet.ts'
import type { Clock } from '../../src/contract/clock.ts'
import type { ObjectDestination } from '../../src/contract/object-destination.ts'
import type { CommitPermit, Committable, Staged } from '../../src/contract/sink.ts'
import { type Moment, mortal } from './mortal-destination.ts'
import { sinkContext } from './sink-context.ts'

/** An empty destination for one test, and what lies there. */
export interface DestinationUnderTest {
  readonly destination: ObjectDestination
  readonly clock: Clock
  /** What a reader sees, by name. */
  visible(): Map<string, Buffer>
  /** How much is staged and not published. */
  stagedCount(): number
  /** Ends everything that is staged, as somebody who does not know better. */
  endStaged(): void
  /** The ids in objects that a reader sees. */
  idsOf(contents: readonly Buffer[]): Promise<number[]>
}

const lastPart = (name: string) => name.slice(name.lastIndexOf('/') + 1)
const permit = { epoch: 1, generation: 1 } as CommitPermit
const large = Buffer.alloc(2 ** 23 + 5, 'large')

async function* pieces(content: string | Buffer): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content)
  for (let at = 0; at < bytes.length; at += 3 * 2 ** 20) yield bytes.subarray(at, at + 3 * 2 ** 20)
}

/** What a reader sees who passes over folders that begin with `_`. */
export function dataIn(at: Pick<DestinationUnderTest, 'visible'>): Buffer[] {
  return [...at.visible()].filter(([name]) => !name.startsWith('_')).map(([, content]) => content)
}

/** What every destination promises to a sink, so that the sink can promise exactly once. */
export function objectDestinationContract(name: string, make: () => DestinationUnderTest): void {
  describe(`${name} as a destination of objects`, () => {
    const openAt = ({ destination, clock }: DestinationUnderTest, writer = 'lake-l1') =>
      destination.open({
        writer,
        owns: (name) => lastPart(name).startsWith(`${writer}-`),
        format: 'parquet',
        count() {},
        clock,
        random: () => 0.5,
      })
    const thawed = (objects: readonly Committable[]) => JSON.parse(JSON.stringify(objects)) as Committable[]
    const texts = (at: DestinationUnderTest) =>
      Object.fromEntries([...at.visible()].map(([key, content]) => [key, content.toString()]))

    test('what is staged is seen when it is published, and not before', async () => {
      const at = make()
      const stage = await openAt(at)
      const small = await stage.stage('day=1/lake-l1-0-1.txt', pieces('small'))
      const big = await stage.stage('lake-l1-0-2.txt', pieces(large))
      expect([small.sizeBytes, big.sizeBytes]).toEqual([5, large.length])
      expect(at.visible().size).toBe(0)
      expect(await stage.names(() => true)).toEqual([])
      await stage.publish([small, big])
      expect(at.visible().get('day=1/lake-l1-0-1.txt')?.toString()).toBe('small')
      expect(at.visible().get('lake-l1-0-2.txt')?.equals(large)).toBe(true)
      expect(at.stagedCount()).toBe(0)
      expect([...(await stage.names((found) => found.startsWith('day')))]).toEqual(['day=1/lake-l1-0-1.txt'])
    })

    test('what is published has its size and its bytes, and is staged no longer', async () => {
      const at = make()
      const stage = await openAt(at)
      const staged = thawed([
        await stage.stage('lake-l1-0-1', pieces('small')),
        await stage.stage('b', pieces('big')),
      ])
      expect(await stage.stillStaged(staged)).toEqual(new Set(['lake-l1-0-1', 'b']))
      expect(await stage.sizes(() => true)).toEqual(new Map())
      await stage.publish(staged.slice(0, 1))
      const reader = await at.destination.open({
        writer: 'x',
        owns: () => false,
        readOnly: true,
        format: 'parquet',
        count() {},
        clock: at.clock,
        random: () => 0,
      })
      expect(await reader.stillStaged(staged)).toEqual(new Set(['b']))
      expect(await reader.sizes((found) => found !== 'b')).toEqual(new Map([['lake-l1-0-1', 5]]))
      expect(Buffer.from((await reader.read('lake-l1-0-1'))!).toString()).toBe('small')
      expect(await reader.read('b')).toBeUndefined()
    })

    test('publishing is idempotent, also for others at the same time, after a way through JSON', async () => {
      const at = make()
      const stage = await openAt(at)
      const staged = thawed([await stage.stage('lake-l1-0-1', pieces('content'))])
      const others = await Promise.all([openAt(at), openAt(at), openAt(at)])
      await Promise.all([stage, ...others].map((each) => each.publish(staged)))
      await stage.publish(staged)
      expect(texts(at)).toEqual({ 'lake-l1-0-1': 'content' })
    })

    test('the same content that was staged twice is published once, and nothing stays staged', async () => {
      const at = make()
      const [one, other] = [await openAt(at), await openAt(at)]
      const first = await one.stage('lake-l1-0-1', pieces('content'))
      const second = await other.stage('lake-l1-0-1', pieces('content'))
      await one.publish([first])
      await other.publish([second])
      expect(texts(at)).toEqual({ 'lake-l1-0-1': 'content' })
      expect(at.stagedCount()).toBe(0)
    })

    test('other content is never replaced', async () => {
      const at = make()
      const stage = await openAt(at)
      await stage.publish([await stage.stage('lake-l1-0-1', pieces('first'))])
      const other = await stage.stage('lake-l1-0-1', pieces('other'))
      await expect(stage.publish([other])).rejects.toMatchObject({
        code: 'SINK_FOREIGN_FILES',
        where: { file: stage.whereIs('lake-l1-0-1') },
      })
      expect(texts(at)).toEqual({ 'lake-l1-0-1': 'first' })
    })

    test('what is neither staged nor published any more is an error', async () => {
      const at = make()
      const stage = await openAt(at)
      const staged = await stage.stage('lake-l1-0-1', pieces('content'))
      at.endStaged()
      await expect(stage.publish([staged])).rejects.toMatchObject({ code: 'SINK_COMMITTABLE_LOST' })
    })

    test('what another kind of destination staged is an error', async () => {
      const stage = await openAt(make())
      await expect(stage.publish([{ file: 'a' }])).rejects.toMatchObject({ code: 'CHECKPOINT_CORRUPT' })
    })

    test('it tells whether an object has a content', async () => {
      const stage = await openAt(make())
      const staged = await stage.stage('lake-l1-0-1', pieces(large))
      expect(await stage.holds('lake-l1-0-1', staged)).toBeUndefined()
      await stage.publish([staged])
      expect(await stage.holds('lake-l1-0-1', staged)).toBe(true)
      expect(await stage.holds('lake-l1-0-1', { ...staged, sizeBytes: 1 })).toBe(false)
      expect(await stage.holds('lake-l1-0-1', { ...staged, sha256: 'other' })).toBe(false)
    })

    test('it clears away what earlier runs of the writer staged, and nothing else', async () => {
      const at = make()
      await (await openAt(at)).stage('a/lake-l1-0-1', pieces('left'))
      const foreign = await openAt(at, 'lake-l12')
      const kept = await foreign.stage('a/lake-l12-0-1', pieces('of another'))
      const stage = await openAt(at)
      await stage.look()
      const own = await stage.stage('lake-l1-0-1', pieces('own'))
      expect(at.stagedCount()).toBe(3)
      await stage.discard()
      expect(at.stagedCount()).toBe(2)
      await stage.publish([own])
      await foreign.publish([kept])
      expect(texts(at)).toEqual({ 'lake-l1-0-1': 'own', 'a/lake-l12-0-1': 'of another' })
    })

    test('an encoding that fails leaves nothing behind', async () => {
      const at = make()
      const stage = await openAt(at)
      const broken = async function* () {
        yield large
        throw new Error('no encoder')
      }
      await expect(stage.stage('lake-l1-0-1', broken())).rejects.toThrow('no encoder')
      expect(at.stagedCount()).toBe(0)
    })

    test('a sink that is killed at any step, before or after it has its effect, shows each row once', async () => {
      for (const moment of ['before', 'after'] as const) {
        for (let step = 1; ; step++) {
          const at = make()
          const died = await livesOfASink(at, step, moment)
          expect(await idsSeen(at)).toEqual(Array.from({ length: 300 }, (_, id) => id))
          expect(at.stagedCount()).toBe(0)
          if (!died) break
        }
      }
    })
  })

  const idsSeen = async (at: DestinationUnderTest) => (await at.idsOf(dataIn(at))).sort((a, b) => a - b)

  /** Three checkpoints of a sink, which dies at a step of its destination and lives again. */
  async function livesOfASink(at: DestinationUnderTest, step: number, moment: Moment): Promise<boolean> {
    let stored: { checkpoint: number; staged: Staged | undefined } = { checkpoint: 0, staged: undefined }
    const life = async (destination: ObjectDestination) => {
      const sink = deliverySink({
        to: destination,
        format: parquet({ id: 'int32' }),
        partitionBy: ({ id }) => ({ part: `${id % 2}` }),
        roll: { size: '200B' },
      })
      const context = sinkContext({ name: 'lake', lineage: 'l1', clock: at.clock })
      const writer = await sink.open(context, stored.staged?.state)
      await writer.commit(stored.staged?.committables ?? [], permit)
      for (let checkpoint = stored.checkpoint; checkpoint < 3; checkpoint++) {
        for (let id = checkpoint * 100; id < (checkpoint + 1) * 100; id++) writer.write([{ id }], [id])
        const staged = await writer.stage(checkpoint === 2)
        stored = { checkpoint: checkpoint + 1, staged: copied(staged) }
        await writer.commit(staged.committables, permit)
        const seen = await idsSeen(at)
        expect(new Set(seen).size).toBe(seen.length)
      }
      await writer.close()
    }
    try {
      await life(mortal(at.destination, step, moment))
      return false
    } catch (error) {
      expect(String(error)).toContain('killed')
    }
    await life(at.destination)
    return true
  }
}

function copied({ committables, state }: Staged): Staged {
  const parts = state.parts.map((part) => Uint8Array.from(part))
  return { committables: JSON.parse(JSON.stringify(committables)), state: { ...state, parts } }
}
