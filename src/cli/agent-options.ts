import { join } from 'node:path'
import { MillraceError } from '../errors.ts'
import type { Duration, Size } from '../units.ts'
import type { ConnectionFlags } from './connection-options.ts'
import type { Services } from './services.ts'

/** The options of `millrace agent` as they were given. */
export interface AgentFlags extends ConnectionFlags {
  readonly file: readonly string[]
  readonly stream: string
  readonly state?: string
  readonly from: 'start' | 'end'
  readonly until?: 'caught-up'
  readonly format: 'lines' | 'json'
  readonly multiline?: RegExp
  readonly multilineWait?: Duration
  readonly skipHeader?: number
  readonly partitionKey: 'random' | 'deterministic' | 'file'
  readonly partitionKeyField?: string
  readonly maxRecord?: Size
  readonly longLines: 'split' | 'shorten'
  readonly keepLineEnds?: true
  readonly flushPartialAfter?: Duration
  readonly badRecords?: string
  readonly batchAge?: Duration
  readonly poll?: Duration
  readonly create?: number
  readonly json?: true
}

type RunAgent = Awaited<ReturnType<Services['agent']>>['runAgent']
type AgentOptions = Parameters<RunAgent>[0]

/**
 * What the agent makes of them.
 *
 * @throws MillraceError `OPTION_INVALID`
 */
export function agentOptions(flags: AgentFlags): Omit<AgentOptions, 'put'> {
  const {
    stream,
    file,
    state = stateOf(stream),
    from,
    until,
    format,
    longLines,
    keepLineEnds = false,
  } = flags
  const { multiline, multilineWait, skipHeader, maxRecord, flushPartialAfter, badRecords, batchAge, poll } =
    flags
  return {
    files: file,
    destination: stream,
    state,
    from,
    format,
    longLines,
    keepLineEnds,
    partitionKey: partitionKeyOf(flags),
    ...(until && { until }),
    ...(multiline && { multiline }),
    ...(multilineWait && { multilineWait }),
    ...(skipHeader && { skipHeader }),
    ...(maxRecord && { maxRecord }),
    ...(flushPartialAfter && { flushPartialAfter }),
    ...(badRecords && { badRecords }),
    ...(batchAge && { batchAge }),
    ...(poll && { poll }),
  }
}

/** Whether the order of records means something, so that only one call may be under way. */
export function isOrdered({ partitionKey, partitionKeyField }: AgentFlags): boolean {
  return partitionKeyField !== undefined || partitionKey === 'file'
}

function partitionKeyOf({ partitionKey, partitionKeyField, format }: AgentFlags) {
  if (partitionKeyField === undefined) return partitionKey === 'deterministic' ? 'content' : partitionKey
  if (format !== 'json') {
    throw new MillraceError(
      'OPTION_INVALID',
      '--partition-key-field needs --format json: lines have no fields',
    )
  }
  return { field: partitionKeyField.split('.') }
}

function stateOf(stream: string): string {
  return join('.millrace', 'agent', stream.replace(/^arn:.*\//, ''))
}
