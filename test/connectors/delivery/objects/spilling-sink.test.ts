import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { deliverySink, parquet } from '../../../../connectors/delivery/index.ts'
import { folder as folderAt } from '../../../../connectors/files/index.ts'
import type { ObjectDestination } from '../../../../src/contract/object-destination.ts'
import { Chance } from '../../../../src/testing/simulation/chance.ts'
import type { Size } from '../../../../src/units.ts'
import { contextOf, fingerprint, idsOfContent, ManualClock, permit } from './lake.ts'
import { type Kept, kept } from './layered-store.ts'
import { memoryDestination } from './memory-destination.ts'

const scratch = mkdtempSync(join(tmpdir(), 'millrace-spill-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
let folders = 0
const newFolder = () => join(scratch, `${++folders}`)

interface Row {
  readonly id: number
  readonly part: string
  readonly text: string
}

const text = 'x'.repeat(90)

function sinkIn(to: ObjectDestination, roll: Size = '1GiB', memory: Size = '1MiB') {
  return deliverySink({
    to,
    format: parquet({ id: 'int32', part: 'string', text: 'string' }),
    partitionBy: ({ part }) => ({ part }),
    memory,
    roll: { size: roll },
  })
}

function counting() {
  const counts = new Map<string, number>()
  const count = (name: string, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by)
  return { counts, context: contextOf(new ManualClock(), { count }) }
}

describe('a sink with little memory', () => {
  it('gives each of 5,000 partitions exactly one file, with its rows in order', async () => {
    const { destination, published } = memoryDestination()
    const { counts, context } = counting()
    const writer = await sinkIn(destination).open(context, undefined)
    const [partitions, rounds] = [5000, 8]
    for (let round = 0; round < rounds; round++) {
      const rows = Array.from({ length: partitions }, (_, part) => {
        return { id: round * partitions + part, part: `${part}`, text }
      })
      writer.write(rows, [])
    }
    expect(counts.get('spills')).toBeGreaterThan(5)
    await writer.commit((await writer.stage(true)).committables, permit)
    await writer.close()
    expect([...published.keys()].filter((name) => name.startsWith('part='))).toHaveLength(partitions)
    for (const part of [0, 1, 777, 4999]) {
      const name = [...published.keys()].find((each) => each.startsWith(`part=${part}/`))!
      expect(await idsOfContent(published.get(name)!)).toEqual(
        Array.from({ length: rounds }, (_, round) => round * partitions + part),
      )
    }
  })

  it('leaves nothing in the folder for temporary files', async () => {
    const left = () => readdirSync(tmpdir()).filter((name) => /^millrace-[0-9a-f]{8}-/.test(name))
    const before = left()
    const { counts, context } = counting()
    const writer = await sinkIn(folderAt(newFolder())).open(context, undefined)
    for (let id = 0; id < 20_000; id++) writer.write([{ id, part: 'a', text }], [])
    expect(counts.get('spills')).toBeGreaterThan(0)
    expect(left()).toEqual(before)
    await writer.close()
  })

  it('writes rows on disk into a checkpoint again only to join small files, and keeps none of them in its parts', async () => {
    const writer = await sinkIn(folderAt(newFolder())).open(contextOf(new ManualClock()), undefined)
    const fill = (from: number) => {
      for (let id = from; id < from + 30_000; id++) writer.write([{ id, part: `${id % 10}`, text }], [])
    }
    fill(0)
    const first = await kept(await writer.stage(false))
    await writer.commit([], permit)
    const second = await kept(await writer.stage(false))
    await writer.commit([], permit)
    fill(30_000)
    const third = await kept(await writer.stage(false))
    await writer.close()
    const bytesOf = ({ staged }: Kept) => staged.state.parts.reduce((sum, { length }) => sum + length, 0)
    expect(first.writtenBytes).toBeGreaterThan(1.8e6)
    expect(second.writtenBytes).toBe(0)
    expect(third.writtenBytes).toBeLessThan(6e6)
    for (const checkpoint of [first, second, third]) expect(bytesOf(checkpoint)).toBeLessThan(2.2e6)
  })

  it('gives the same bytes as one with much memory, wherever it is killed and started again', async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const straight = await livesOf(seed, { mortal: false })
      expect(fingerprint(await livesOf(seed, { mortal: true }))).toEqual(fingerprint(straight))
    }
  })

  async function livesOf(seed: number, { mortal }: { mortal: boolean }): Promise<string> {
    const folder = newFolder()
    const [chance, deaths] = [new Chance(seed), new Chance(seed + 100)]
    const steps = Array.from({ length: 8 }, () => rowsOfStep(chance))
    let stored: { step: number; kept: Kept | undefined } = { step: 0, kept: undefined }
    const open = async () => {
      const writer = await sinkIn(folderAt(folder), '400KiB', mortal ? '1MiB' : '256MiB').open(
        contextOf(new ManualClock()),
        stored.kept?.staged.state,
      )
      await writer.commit(stored.kept?.staged.committables ?? [], permit)
      return writer
    }
    let writer = await open()
    while (stored.step < steps.length) {
      const { step } = stored
      writer.write(steps[step]!, [])
      const dies = mortal && deaths.in(0.4)
      const staged = await writer.stage(step === steps.length - 1)
      if (!dies || deaths.in(0.5)) stored = { step: step + 1, kept: await kept(staged) }
      if (!dies) await writer.commit(staged.committables, permit)
      if (!dies) continue
      await writer.close()
      writer = await open()
    }
    await writer.close()
    return folder
  }

  function rowsOfStep(chance: Chance): Row[] {
    const partitions = chance.between(1, 12)
    return Array.from({ length: chance.between(1000, 8000) }, (_, id) => {
      return { id, part: `${chance.between(0, partitions)}`, text: text.slice(0, chance.between(0, 90)) }
    })
  }

  it('refuses so little that nothing can be held', () => {
    const options = { to: folderAt('lake'), format: parquet({ id: 'int32' }), memory: '64KiB' } as const
    expect(() => deliverySink(options)).toThrow('OPTION_INVALID: memory 64KiB is too little')
  })
})
