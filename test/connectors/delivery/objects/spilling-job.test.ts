import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folderStore, type Job, job, MillraceError, run } from 'millrace'
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { folder } from 'millrace/connectors/files'
import { eventTime, sinkTo } from 'millrace/operators'
import { listSource } from 'millrace/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { idsIn } from './lake.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-spilling-job-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const rows = 30_000
const text = 'x'.repeat(80)
const minute = 60_000

/** More rows than fit into the memory of its sink, in hours that end one after the other. */
function spilling(onFetch: () => Promise<void>): Job {
  const values = Array.from({ length: rows }, (_, id) => ({
    value: { id, text, time: Math.floor(id / 100) * minute },
    arrivalTime: id,
  }))
  const lake = deliverySink({
    to: folder(join(root, 'out')),
    format: parquet({ id: 'int32', text: 'string' }),
    prefix: '!{timestamp:yyyy/MM/dd/HH}/',
    completeAt: 'prefix-time',
    memory: '1MiB',
    roll: { size: '1GiB', age: '1d' },
  })
  return job(
    'spilling',
    ({ from }) =>
      from('values', listSource({ a: values }, { onFetch, perFetch: 1000 })).pipe(
        eventTime((value) => value.time, { outOfOrder: '4h' }),
        sinkTo('lake', lake),
      ),
    { checkpoint: { every: '1ms' } },
  )
}

const manifestTexts = () => {
  const folderOfManifests = join(root, 'checkpoints', 'manifests')
  return readdirSync(folderOfManifests).map((name) => readFileSync(join(folderOfManifests, name), 'utf8'))
}

describe('a job whose sink has little memory', () => {
  it('continues at a checkpoint with rows that were on disk, and publishes each once', async () => {
    let layered = false
    const store = folderStore(join(root, 'checkpoints'))
    for (const mostFetches of [20, 6, 7, Number.POSITIVE_INFINITY]) {
      let fetches = 0
      const waiting: (() => void)[] = []
      const onFetch = async () => {
        fetches += 1
        if (fetches > mostFetches) throw new MillraceError('JOB_FENCED', 'the process has died')
        // Every other fetch waits for a checkpoint, so that there is one between any two.
        if (fetches % 2 === 1) await new Promise<void>((resolve) => waiting.push(resolve))
      }
      const running = run(spilling(onFetch), { checkpoints: store })
      running.checkpoints$.subscribe({ next: () => waiting.splice(0).map((go) => go()), error: () => {} })
      if (mostFetches === Number.POSITIVE_INFINITY) await running
      else await expect(running).rejects.toThrow('the process has died')
      layered ||= manifestTexts().some((manifest) => /"layers":\[\[\{/.test(manifest))
    }
    expect(layered).toBe(true)
    expect((await idsIn(join(root, 'out'))).sort((a, b) => a - b)).toEqual(
      Array.from({ length: rows }, (_, id) => id),
    )
    const markers = readdirSync(join(root, 'out'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('_SUCCESS'))
      .sort()
    expect(markers).toEqual(['00', '01', '02', '03', '04'].map((hour) => `1970/01/01/${hour}/_SUCCESS`))
    const listed = markers.flatMap((name) => {
      const { files } = JSON.parse(readFileSync(join(root, 'out', name), 'utf8')) as {
        files: { rows: number }[]
      }
      return files.map((file) => file.rows)
    })
    expect(listed).toEqual([6000, 6000, 6000, 6000, 6000])
  })
})
