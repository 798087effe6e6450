import { MillraceError } from '../../src/errors.ts'
import { bytes, milliseconds } from '../../src/units.ts'
import type { AgentOptions } from './agent-options.ts'
import { type FilePattern, filePattern } from './file-pattern.ts'
import type { RecordRules } from './split-records.ts'

/** The options of an agent, checked. */
export interface AgentRules {
  readonly patterns: readonly FilePattern[]
  readonly records: RecordRules
  readonly headerLines: number
  readonly multilineWaitMs: number
  readonly flushPartialAfterMs: number
  readonly batchAgeMs: number
  readonly pollMs: number
}

/** A record of a stream may have no more. */
const mostRecordBytes = 10 * 2 ** 20

/** @throws MillraceError `OPTION_INVALID` */
export function agentRules(options: AgentOptions): AgentRules {
  const { files, until, partitionKey = 'random', format = 'lines', skipHeader = 0 } = options
  if (files.length === 0) throw invalid('no files are named')
  if (typeof partitionKey === 'object' && format !== 'json') {
    throw invalid('only records of JSON have fields for a partition key')
  }
  if (!Number.isSafeInteger(skipHeader) || skipHeader < 0) throw invalid('the header is no number of lines')
  const { multilineWait = '5s', flushPartialAfter, batchAge = '1s', poll = '500ms' } = options
  return known(() => ({
    patterns: files.map(filePattern),
    records: recordRules(options),
    headerLines: skipHeader,
    multilineWaitMs: Math.min(milliseconds(multilineWait), until ? 1000 : Infinity),
    flushPartialAfterMs: flushPartialAfter ? milliseconds(flushPartialAfter) : until ? 1000 : Infinity,
    batchAgeMs: milliseconds(batchAge),
    pollMs: Math.max(1, milliseconds(poll)),
  }))
}

function recordRules({
  maxRecord = '1023KiB',
  multiline,
  keepLineEnds = false,
  longLines = 'split',
}: AgentOptions): RecordRules {
  const maxBytes = Math.floor(bytes(maxRecord))
  if (maxBytes < 16 || maxBytes > mostRecordBytes) throw invalid('the largest record has 16 B to 10 MiB')
  return {
    maxBytes,
    keepLineEnds,
    multiline: multiline && sticky(multiline),
    longLines,
    terminator: Buffer.from('\n'),
  }
}

/** Matches at the beginning of a line only. */
function sticky({ source, flags }: RegExp): RegExp {
  return new RegExp(source, `${flags.replace(/[gy]/g, '')}y`)
}

/** What is wrong with a duration or a size, as an error of the catalogue. */
function known<T>(make: () => T): T {
  try {
    return make()
  } catch (cause) {
    throw cause instanceof RangeError ? invalid(cause.message, cause) : cause
  }
}

function invalid(complaint: string, cause?: unknown): MillraceError {
  return new MillraceError('OPTION_INVALID', complaint, { cause })
}
