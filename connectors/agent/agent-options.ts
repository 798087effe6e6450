import type { Clock, Random } from '../../src/contract/clock.ts'
import type { Log } from '../../src/contract/log.ts'
import type { Duration, Size } from '../../src/units.ts'
import type { AgentProgress } from './agent-progress.ts'

/** A record that an agent has read. */
export interface AgentRecord {
  readonly data: Uint8Array
  readonly partitionKey: string
}

/**
 * What the partition key of a record is. `'random'` spreads records over all shards; `'content'` is the MD5 of the
 * record; `'file'` is the path of its file, so that the records of a file stay in order; a path such as
 * `{ field: ['customer', 'id'] }` is that field of a record of JSON.
 */
export type PartitionKey = 'random' | 'content' | 'file' | { readonly field: readonly string[] }

/** Options of {@link runAgent}. */
export interface AgentOptions {
  /** Patterns of paths, such as `logs/*.log`. */
  readonly files: readonly string[]
  /** What the records are for, such as the name of a stream. The offsets belong to it. */
  readonly destination: string
  /**
   * Sends records, and resolves when all of them have arrived. It is called again with the same ones after an error
   * that may pass. It may take its time: nothing is read meanwhile. Aborted when there is no more time to wait.
   */
  readonly put: (records: readonly AgentRecord[], signal: AbortSignal) => Promise<unknown>
  /** The folder for the offsets, which no other agent may use. */
  readonly state: string
  /**
   * Where to begin in files that are there at the very first start: at their beginning, or behind the last line that
   * they have then. Files that come later are always read from their beginning. Default `'start'`.
   */
  readonly from?: 'start' | 'end'
  /** Whether to end when all is sent that was there at the start. Default: go on for ever. */
  readonly until?: 'caught-up'
  /** `'json'` requires each record to be a value of JSON. Default `'lines'`: any bytes. */
  readonly format?: 'lines' | 'json'
  /** A record begins at a line that this matches at its beginning, and has all lines up to the next one. */
  readonly multiline?: RegExp
  /** How long the last record of several lines waits for more of them. Default `'5s'`. */
  readonly multilineWait?: Duration
  /** How many lines at the beginning of each file are left out. Default 0. */
  readonly skipHeader?: number
  /** Default `'random'`. */
  readonly partitionKey?: PartitionKey
  /** The most data that a record may have. Default `'1023KiB'`, which leaves 1 KiB of a stream's 1 MiB for the key. */
  readonly maxRecord?: Size
  /** What becomes of longer lines: pieces, or their beginning with a line feed. Default `'split'`. */
  readonly longLines?: 'split' | 'shorten'
  /** Whether records keep their line ends. Default `false`. */
  readonly keepLineEnds?: boolean
  /**
   * Sends a last line without a line end once its file has been quiet for so long; what is written to it later is a
   * record of its own. Default: wait for the line end, and with `until` `'1s'`.
   */
  readonly flushPartialAfter?: Duration
  /** Where records go that are no JSON, or have no key: a file that is appended to. Default: they end the agent. */
  readonly badRecords?: string
  /** How long records wait for more to be sent with. Default `'1s'`. */
  readonly batchAge?: Duration
  /** How often to look for new files and new bytes. Default `'500ms'`. */
  readonly poll?: Duration
  /** Ends the agent: what is read is still sent, for at most 20 s. */
  readonly signal?: AbortSignal
  /** Hears what happens to files, and of failures that are waited out. Default: nobody. */
  readonly log?: Log
  /** Called after everything that was sent, after every look at the files, and at the end. */
  readonly onProgress?: (progress: AgentProgress) => void
  /** Default: the clock of this machine. */
  readonly clock?: Clock
  /** For random keys. Default: the chance of this machine. */
  readonly random?: Random
}
