import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { startLocalKinesis } from '../../connectors/kinesis-local/index.ts'
import { ResidentSegments } from '../../connectors/kinesis-local/log/resident-segments.ts'
import { SegmentFolder } from '../../connectors/kinesis-local/log/segment-folder.ts'
import { ShardLog } from '../../connectors/kinesis-local/log/shard-log.ts'
import { cborWire } from '../../connectors/kinesis-local/protocol/cbor-wire.ts'
import { forkKinesis } from './fork-kinesis.ts'

const shards = 4
const recordsPerPut = 500
const dataSize = 200
const storedBytes = 2 ** 30

/** How long a server takes from its process being forked to its port being open. */
export interface StartFigure {
  readonly name: string
  readonly ms: number
  readonly cpuMs: number
}

/** Starts on an empty data folder, and on one with 1 GB of records, which the system has in its cache. */
export async function benchKinesisStart(): Promise<StartFigure[]> {
  const [empty, full] = ['empty', 'full'].map((name) =>
    mkdtempSync(join(tmpdir(), `millrace-bench-${name}-`)),
  )
  try {
    await fill(full!)
    return [await start('an empty data folder', empty!), await start('1 GB of records of 200 bytes', full!)]
  } finally {
    for (const folder of [empty, full]) rmSync(folder!, { recursive: true })
  }
}

async function start(name: string, folder: string): Promise<StartFigure> {
  const before = performance.now()
  const server = await forkKinesis(folder)
  const ms = performance.now() - before
  const cpuMs = (await server.cpuMicros()) / 1000
  await server.stop()
  return { name, ms, cpuMs }
}

async function fill(folder: string): Promise<void> {
  const { endpoint, close } = await startLocalKinesis({ data: folder })
  await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'Kinesis_20131202.CreateStream',
      authorization: 'none',
    },
    body: JSON.stringify({ StreamName: 'bench', ShardCount: shards }),
  })
  await close()
  for (let shard = 0; shard < shards; shard++) fillShard(join(folder, 'stream-1', `shard-${shard}`))
}

function fillShard(folder: string): void {
  const log = new ShardLog(0, new SegmentFolder(folder, new ResidentSegments(2)))
  const record = { partitionKey: 'customer-1234', blob: Buffer.alloc(dataSize, 'record'), encrypted: false }
  for (let bytes = 0; bytes < storedBytes / shards; bytes += recordsPerPut * (dataSize + 25)) {
    for (let index = 0; index < recordsPerPut; index++) {
      log.stage({ ...record, blobSize: dataSize }, Date.now(), cborWire)
    }
    log.commit()
  }
  log.close()
}
