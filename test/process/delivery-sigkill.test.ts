import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createStream, putRecords } from 'millrace/connectors/kinesis'
import { type LocalKinesis, startLocalKinesis } from 'millrace/connectors/kinesis-local'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SearchCluster } from '../connectors/opensearch/search-cluster.ts'
import { endProcesses, MillraceProcess } from '../millrace-process.ts'
import type { Article } from './delivery-job.ts'
import { recordsIn } from './rows-in.ts'

const jobFile = fileURLToPath(new URL('./delivery-job.ts', import.meta.url))
const runs = Math.ceil(Number(process.env['MILLRACE_SIGKILL_RUNS'] ?? 20) / 4)
const articles = Array.from({ length: 4000 }, (_, n): Article => {
  return { id: n % 97 === 0 ? `bad ${n}` : n, text: `text of ${n}` }
})

let kinesis: LocalKinesis
let root: string
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'millrace-delivery-'))
  kinesis = await startLocalKinesis()
  const stream = { stream: 'articles', endpoint: kinesis.endpoint, inFlight: 1 }
  await createStream({ ...stream, shards: 2 })
  await putRecords(
    articles.map((article) => ({
      data: Buffer.from(JSON.stringify(article)),
      partitionKey: String(article.id),
    })),
    stream,
  )
})
afterAll(async () => {
  endProcesses()
  await kinesis.close()
  rmSync(root, { recursive: true, force: true })
})

function start(cwd: string, searchUrl: string): MillraceProcess {
  const place = ['--endpoint', kinesis.endpoint, '--checkpoints', 'checkpoints']
  return new MillraceProcess(['run', jobFile, '--until', 'caught-up', ...place], {
    cwd,
    env: { SEARCH_URL: searchUrl },
  })
}

/** The texts of the articles in the files of refused ones. */
async function refusedIn(folder: string): Promise<unknown[]> {
  const rows = await recordsIn(folder)
  return rows.map(({ rawData }) => JSON.parse(Buffer.from(String(rawData), 'base64').toString()).text)
}

const texts = (kind: 'number' | 'string') =>
  articles.filter(({ id }) => typeof id === kind).map(({ text }) => text)

describe('a job that delivers to a service with troubles, and is killed with SIGKILL at random moments', () => {
  let straightMs = 2000
  for (let run = 0; run <= runs; run += 1) {
    const title = run === 0 ? 'straight' : `run ${run} of ${runs}`
    it(`${title}: every document and every refused record is there once`, async () => {
      const folder = mkdtempSync(join(root, 'run-'))
      const cluster = await SearchCluster.start()
      const { server } = cluster
      server.onRequest = () => {
        const { length } = server.requests
        server.troubles = [length % 11 === 0 ? 'lost-answer' : length % 13 === 0 ? 'reset' : undefined]
      }
      // Two deaths, so that a run that recovers is killed as well. The moment is random by intent.
      for (let death = 0; death < (run === 0 ? 0 : 2); death += 1) {
        const killed = start(folder, server.url)
        await Promise.race([after(Math.random() * straightMs), killed.ended])
        killed.kill('SIGKILL')
        await killed.ended
      }
      const startedAt = performance.now()
      const last = start(folder, server.url)
      expect(await last.ended, last.err).toBe(0)
      if (run === 0) straightMs = performance.now() - startedAt
      await server.close()
      expect(
        cluster
          .documents()
          .map(({ text }) => text)
          .sort(),
      ).toEqual(texts('number').sort())
      expect((await refusedIn(join(folder, 'refused'))).sort()).toEqual(texts('string').sort())
    })
  }
})
