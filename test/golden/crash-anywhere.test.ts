import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folderStore, type Job, job, run } from 'millrace'
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { folder as folderAt } from 'millrace/connectors/files'
import {
  aggregate,
  average,
  count,
  eventTime,
  filter,
  keyBy,
  map,
  max,
  sinkTo,
  tumbling,
  window,
} from 'millrace/operators'
import { listSource, manualClock } from 'millrace/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Fuse, mortalSink, mortalStore } from './fuse.ts'
import { parquetContent } from './parquet-content.ts'

interface Reading {
  readonly sensor: string
  readonly time: number
  readonly value: number
}

const hour = 3_600_000
const start = Date.UTC(2001, 0, 31, 22)

/** A small input with everything in it: two splits, disorder, several keys, windows and months. */
function readings(split: number): { value: Reading; arrivalTime: number }[] {
  return Array.from({ length: 12 }, (_, index) => ({
    value: {
      sensor: `s${(index * 7 + split) % 3}`,
      time: start + index * (hour / 3) - (index % 4 === 3 ? hour / 2 : 0),
      value: index * 1.5 - split,
    },
    arrivalTime: start + index,
  }))
}

function hourly(folder: string, fuse: Fuse, onFetch: () => Promise<void>): Job {
  const source = listSource({ a: readings(0), b: readings(1) }, { onFetch, perFetch: 2 })
  const sink = deliverySink({
    to: folderAt(folder),
    format: parquet({ sensor: 'string', hour: 'timestamp', n: 'int64', mean: 'double', top: 'double' }),
    partitionBy: (row) => ({ month: new Date(row.hour).toISOString().slice(0, 7) }),
    completeAt: ({ month = '' }) => Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5))),
    roll: { size: '64B' },
  })
  return job(
    'hourly',
    ({ from }) =>
      from('readings', source).pipe(
        filter((reading) => reading.value !== 3),
        eventTime((reading) => reading.time, { outOfOrder: '1h' }),
        keyBy((reading) => reading.sensor),
        window(tumbling('1h')),
        aggregate('per-hour', { n: count(), mean: average((r) => r.value), top: max((r) => r.value) }),
        map(({ key, window, n, mean, top }) => ({ sensor: key, hour: window.start, n, mean, top })),
        sinkTo('lake', mortalSink(sink, fuse)),
      ),
    { checkpoint: { every: '1ms' } },
  )
}

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-golden-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** One process. Every other fetch waits until a checkpoint has been taken, so that there is one between any two. */
async function live(name: string, fuse: Fuse): Promise<void> {
  const clock = manualClock()
  const store = mortalStore(folderStore(join(root, name, 'checkpoints')), fuse)
  let fetches = 0
  let waiting: (() => void)[] = []
  const onFetch = async () => {
    fuse.burn()
    fetches += 1
    if (fetches % 2 === 0) return
    clock.advance(1)
    await new Promise<void>((resolve) => waiting.push(resolve))
  }
  const running = run(hourly(join(root, name, 'out'), fuse, onFetch), {
    clock,
    checkpoints: store,
    random: () => 0,
  })
  running.checkpoints$.subscribe(() => {
    for (const go of waiting) go()
    waiting = []
    clock.advance(1)
  })
  await running
}

interface Marker {
  readonly lineage: string
  readonly files: { readonly file: string; readonly bytes: number; readonly sha256: string }[]
  readonly totals: { readonly bytes: number }
}

/** What a reader of the folder sees: every file and manifest, without the lineage and what names the records of a run. */
function visible(name: string): Record<string, string> {
  const folder = join(root, name, 'out')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.parquet$|^month=.*_SUCCESS/.test(file),
  )
  const content = (file: string) => {
    const bytes = readFileSync(join(folder, file))
    if (file.endsWith('.parquet')) return parquetContent(bytes)
    const { lineage, totals: _, ...marker } = JSON.parse(bytes.toString()) as Marker
    for (const { file, sha256 } of marker.files) {
      expect(
        createHash('sha256')
          .update(readFileSync(join(folder, file)))
          .digest('hex'),
      ).toBe(sha256)
    }
    const listed = marker.files.map(({ bytes: _, sha256: __, ...of }) => of)
    return JSON.stringify({ ...marker, files: listed }).replaceAll(lineage, 'lineage')
  }
  return Object.fromEntries(
    files
      .map((file): [string, string] => [
        file.replace(/-[0-9a-f]{10}-/, '-'),
        createHash('sha256').update(content(file)).digest('hex'),
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

describe('the same job', () => {
  it('gives the same rows in the same files straight, and after a crash at any of its deeds', async () => {
    const straight = new Fuse()
    await live('straight', straight)
    const golden = visible('straight')
    expect(Object.keys(golden).length).toBeGreaterThan(3)
    const manifests = Object.keys(golden).filter((name) => name.includes('_SUCCESS'))
    expect(manifests).toEqual(['month=2001-01/_SUCCESS', 'month=2001-02/_SUCCESS'])
    expect(straight.burnt).toBeGreaterThan(100)
    for (let deed = 1; deed <= straight.burnt; deed += 1) {
      const name = `crash-${deed}`
      await expect(live(name, new Fuse(deed)), name).rejects.toThrow()
      await live(name, new Fuse())
      expect(visible(name), name).toEqual(golden)
      rmSync(join(root, name), { recursive: true })
    }
  }, 600_000)
})
