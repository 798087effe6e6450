import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type AsyncBuffer, parquetReadObjects } from 'hyparquet'
import { deliverySink, parquet } from '../../../../connectors/delivery/index.ts'
import { folder as folderAt } from '../../../../connectors/files/index.ts'
import type { Clock } from '../../../../src/contract/clock.ts'
import type { CommitPermit, SinkContext, Staged } from '../../../../src/contract/sink.ts'
import type { Snapshot } from '../../../../src/contract/snapshot.ts'
import type { Size } from '../../../../src/units.ts'
import { sinkContext } from '../../../contract/sink-context.ts'

/** What the tests of the sink share: rows by month, a clock that is moved by hand, and eyes for the folder. */

export interface Delay {
  readonly id: number
  readonly month: string
  readonly minutes: number
}

export const permit = { epoch: 1, generation: 1 } as CommitPermit

export class ManualClock implements Clock {
  time = 1_000_000

  now(): number {
    return this.time
  }

  async sleep(): Promise<void> {}
}

/** `count` rows over three months, the same at every call. */
export function delays(count: number, from = 0): Delay[] {
  return Array.from({ length: count }, (_, index) => {
    const id = from + index
    return { id, month: `2001-0${1 + ((id * id) % 3)}`, minutes: ((id * 37) % 400) / 3 - 60 }
  })
}

export function lakeSink(folder: string, size: Size = '2KiB') {
  return deliverySink({
    to: folderAt(folder),
    format: parquet({ id: 'int32', month: 'string', minutes: 'double' }),
    partitionBy: (row) => ({ month: row.month }),
    roll: { size, age: '5m' },
  })
}

export function contextOf(clock: Clock, changes: Partial<SinkContext> = {}): SinkContext {
  return sinkContext({ job: 'delays', name: 'lake', clock, ...changes })
}

/** A copy, as a checkpoint would give it back: other arrays with the same bytes. */
export function stored(snapshot: Snapshot): Snapshot {
  return { schema: snapshot.schema, parts: snapshot.parts.map((part) => Uint8Array.from(part)) }
}

/** What a checkpoint keeps of a staging. */
export function storedStaged(staged: Staged): Staged {
  return { committables: JSON.parse(JSON.stringify(staged.committables)), state: stored(staged.state) }
}

export function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return files.map((entry) => relative(folder, join(entry.parentPath, entry.name))).sort()
}

/** What a reader of `**` + `/*.parquet` sees. */
export function parquetIn(folder: string): string[] {
  return filesIn(folder).filter((file) => file.endsWith('.parquet'))
}

/** The name of every visible file and the hash of its bytes. */
export function fingerprint(folder: string): Record<string, string> {
  const hash = (file: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, file)))
      .digest('hex')
  return Object.fromEntries(parquetIn(folder).map((file) => [file, hash(file)]))
}

export async function rowsOf(path: string): Promise<Record<string, unknown>[]> {
  return rowsOfContent(readFileSync(path))
}

export async function rowsOfContent(bytes: Buffer): Promise<Record<string, unknown>[]> {
  const content = Uint8Array.from(bytes).buffer
  const file: AsyncBuffer = {
    byteLength: content.byteLength,
    slice: (start, end) => content.slice(start, end),
  }
  return parquetReadObjects({ file })
}

/** The ids of all rows that a reader sees, in order of their files. */
export async function idsIn(folder: string): Promise<number[]> {
  const rows = await Promise.all(parquetIn(folder).map((file) => rowsOf(join(folder, file))))
  return rows.flat().map(({ id }) => Number(id))
}

export async function idsOfContent(bytes: Buffer): Promise<number[]> {
  return (await rowsOfContent(bytes)).map(({ id }) => Number(id))
}
