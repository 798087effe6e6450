import { createHash } from 'node:crypto'
import { MillraceError } from '../../errors.ts'
import type { Job } from '../../job.ts'
import type { Duration } from '../../units.ts'
import { assertSources } from '../replaced-ends.ts'
import { Chance } from './chance.ts'
import { type Fault, type FaultKind, faultsOf, faultText } from './fault.ts'
import { history } from './history.ts'
import type { HistoryParts, Outcome } from './history-parts.ts'
import { type Missable, retentionFaults, retentionOf, retentionsLong } from './retention.ts'
import { countsOf, rowText } from './row-text.ts'
import { shortestFailing } from './shortest-prefix.ts'
import type { SimulatedInput } from './simulated-input.ts'

/** Rows of each sink, by its name. */
export type RowsBySink = Readonly<Record<string, readonly unknown[]>>

/** What to simulate. */
export interface SimulationOptions {
  /** Decides everything that is left to chance. The same seed gives the same history. */
  readonly seed: number
  /** What each source is to read, by its name in the job. */
  readonly inputs: Readonly<Record<string, readonly SimulatedInput[]>>
  /** What may go wrong. Default: all kinds that make sense; `absence` only with a `retention`. */
  readonly faults?: readonly FaultKind[]
  /**
   * What the sinks must show in the end, in any order. Default: what a run of the same seed without faults shows. With
   * `onDataLoss: 'continue'` it must be a function, which is given what they do show and which inputs may be missing.
   */
  readonly expected?: RowsBySink | ((ending: Ending) => RowsBySink)
  /** Whether producers put several records in one, as the Kinesis Producer Library does. Default: `false`. */
  readonly aggregated?: boolean
  /**
   * How long the streams keep records; the faults are then spread over a longer time, and reading is slow in some histories.
   * Default: longer than a history takes.
   */
  readonly retention?: Duration
  /**
   * What the job does when records may have expired unread: `'fail'`: it may end with `DATA_LOST`, if they may have indeed;
   * nothing may be seen that is not a result, but results may be missing. `'continue'`: it goes on. Default: `'fail'`.
   */
  readonly onDataLoss?: 'fail' | 'continue'
  /** So many of its last steps the message of a history that fails has. Default: 25. */
  readonly stepsTold?: number
}

/** What `expected` is given. */
export interface Ending {
  readonly rows: RowsBySink
  /** By source, the places of the inputs that lie in gaps which the job has noted: they may be missing, no others. */
  readonly missable: Missable
}

/** A history in which nothing happened that must not. */
export interface Simulated {
  readonly seed: number
  /** What the sinks show in the end, in their order. */
  readonly rows: RowsBySink
  /** What went wrong, in words. */
  readonly faults: readonly string[]
  /** Everything that happened, a line for each deed. */
  readonly trace: readonly string[]
  /** A checksum of the trace. */
  readonly fingerprint: string
  /** How many calls the processes have made. */
  readonly steps: number
  /** Whether the job has ended with `DATA_LOST`. */
  readonly stopped: boolean
}

type Expected = NonNullable<SimulationOptions['expected']>

const usuallyTold = 25

/** What ails a job that does not repeat itself. */
const unrepeatable =
  'without any fault, where it had shown something else before: the job keeps something outside of its state, such as a ' +
  'variable of its module, or depends on the time or on chance'

/**
 * Runs a job through one history of faults, decided by a seed, and checks that they make no difference.
 *
 * The job's own sources read simulated Kinesis streams, its checkpoints are in a simulated storage and its sinks write
 * to simulated destinations, all on virtual time. Processes die between any two awaited operations, or are taken for
 * dead and go on; calls fail, are late, or happen though nobody hears of it; shards are split and merged. In the end the
 * sinks must show what they show without faults. On the way every checkpoint must leave no hash key to nobody, never go
 * back and follow the last one, every commit must be of a published checkpoint, no reader may see a row that is not a
 * result or is there too often, and no shard may be read before its parents.
 *
 * The job must give the same rows whatever happens: no processing time, nothing from outside. Give records whose order
 * counts the same `key`.
 *
 * @throws MillraceError `SIMULATION_FAILED` with the seed, the fewest faults that still fail and the end of the trace;
 *   `OPTION_INVALID` if the job has no such source.
 * @example
 * const words = job('words', ({ from }) =>
 *   from('words', listSource<string>({})).pipe(
 *     map((word) => word.length),
 *     sinkTo('lengths', collectSink()),
 *   ),
 * )
 * const { rows } = await simulate(words, { seed: 1, inputs: { words: [{ value: 'mill' }, { value: 'race' }] } })
 * rows['lengths'] // [4, 4]
 */
export async function simulate(job: Job, options: SimulationOptions): Promise<Simulated> {
  assertSources(job, Object.keys(options.inputs))
  const { kinesisSource } = await import('../../../connectors/kinesis/index.ts')
  const { seed, inputs, aggregated = false } = options
  const retention = retentionOf(options.retention, options.onDataLoss)
  const expected = options.expected ?? (await faultless(job, options, kinesisSource))
  const allowed = typeof expected === 'function' ? () => Number.POSITIVE_INFINITY : allowedBy(expected)
  const live = (faults: readonly Fault[]) =>
    history({ job, inputs, seed, faults, allowed, kinesisSource, aggregated, retention })
  const kinds = options.faults ?? (retention && retentionFaults(retention))
  const faults = faultsOf(new Chance(seed), kinds, retention && retentionsLong)
  const outcome = await live(faults)
  const wrong = failureOf(outcome, expected)
  if (wrong !== undefined) {
    const fewest = await shortestFailing(
      faults,
      async (some) => failureOf(await live(some), expected) !== undefined,
    )
    throw failed(job, options, fewest, await live(fewest), expected)
  }
  const { rows, trace, steps, stopped } = outcome
  const fingerprint = createHash('sha256').update(trace.join('\n')).digest('hex')
  return { seed, rows, faults: faults.map(faultText), trace, fingerprint, steps, stopped }
}

/** What the sinks show when nothing goes wrong. */
async function faultless(
  job: Job,
  options: SimulationOptions,
  kinesisSource: HistoryParts['kinesisSource'],
): Promise<RowsBySink> {
  const { seed, inputs, aggregated = false } = options
  const allowed = () => Number.POSITIVE_INFINITY
  const outcome = await history({ job, inputs, seed, faults: [], allowed, kinesisSource, aggregated })
  if (outcome.broken !== undefined) throw failed(job, options, [], outcome, outcome.rows)
  return outcome.rows
}

/** How often readers may see a row. */
function allowedBy(expected: RowsBySink): (sink: string, row: string) => number {
  const wanted = new Map(Object.entries(expected).map(([sink, rows]) => [sink, countsOf(rows.map(rowText))]))
  return (sink, row) => wanted.get(sink)?.get(row) ?? 0
}

/** What is wrong with a history; `undefined` if nothing is. */
function failureOf(outcome: Outcome, expected: Expected): string | undefined {
  const { broken, rows, stopped } = outcome
  if (broken !== undefined) return broken.message
  // What it has shown was looked at on the way.
  if (stopped) return undefined
  const all = typeof expected === 'function' ? expected(outcome) : expected
  for (const [sink, wanted] of Object.entries(all)) {
    const difference = differenceOf(rows[sink] ?? [], wanted)
    if (difference !== undefined) return `sink ${sink} ${difference}`
  }
  return undefined
}

function differenceOf(rows: readonly unknown[], expected: readonly unknown[]): string | undefined {
  const [shown, wanted] = [countsOf(rows.map(rowText)), countsOf(expected.map(rowText))]
  for (const row of new Set([...wanted.keys(), ...shown.keys()])) {
    const [times, right] = [shown.get(row) ?? 0, wanted.get(row) ?? 0]
    if (times !== right) return `shows ${row} ${times} times instead of ${right} times`
  }
  return undefined
}

function failed(
  job: Job,
  options: SimulationOptions,
  faults: readonly Fault[],
  outcome: Outcome,
  expected: Expected,
): MillraceError {
  const { seed, stepsTold = usuallyTold } = options
  const what = failureOf(outcome, expected) ?? 'it fails only with all faults'
  const repeats =
    options.expected !== undefined || options.retention !== undefined || expected === outcome.rows
  const none = repeats ? 'without any fault' : unrepeatable
  const list = faults.length === 0 ? none : `with ${faults.map(faultText).join('; ')}`
  const end = outcome.trace.slice(-stepsTold).join('\n')
  return new MillraceError('SIMULATION_FAILED', `seed ${seed}: ${what}; ${list}. Its last steps:\n${end}\n`, {
    where: { job: job.name },
  })
}
