import type { RequestDestination } from '../../../src/contract/request-destination.ts'
import type { Guarantee, Sink, SinkContext, SinkDescription, SinkWriter } from '../../../src/contract/sink.ts'
import type { Snapshot } from '../../../src/contract/snapshot.ts'
import { MillraceError, reasons } from '../../../src/errors.ts'
import { bytes, type Duration, milliseconds, type Size } from '../../../src/units.ts'
import { BatchQueue } from './batch-queue.ts'
import { besidesIn, misfitBeside, openBeside } from './beside.ts'
import { ByteRoom } from './byte-room.ts'
import { DeliveryReport } from './delivery-report.ts'
import type { ErrorRecord } from './error-record.ts'
import { separateParts, separateState } from './joined-state.ts'
import { nodeHttp } from './node-http.ts'
import { type BufferPolicy, RequestWriter } from './request-writer.ts'
import { within } from './time-limit.ts'

/** How records go to a destination by requests. */
export interface RequestSinkOptions<T> {
  /** Such as `httpEndpoint({ url })`. It fixes the type of the rows. */
  readonly to: RequestDestination<T>
  /** When records are sent: what comes first of the two. Both are hints; default: what is usual for the destination. */
  readonly buffer?: {
    /** When they weigh so much, before compression. */
    readonly size?: Size
    /** When the first of them has waited so long; `'0s'` sends at the next checkpoint, which is asked for at once. */
    readonly interval?: Duration
  }
  /** How long records are sent again that did not arrive, not counting the time in which answers were waited for. Default `'5m'`. */
  readonly retry?: { readonly for?: Duration }
  /**
   * What happens after that: `'stop'` (default) fails with `DESTINATION_UNAVAILABLE`, which restarts the job; `'errors'`
   * gives up these records, to the output `errors`.
   */
  readonly whenDown?: 'stop' | 'errors'
  /**
   * Takes the records that the destination refuses for good, in the checkpoints of this sink. Without it such a record
   * fails with `RECORD_REFUSED`, which ends the job.
   */
  readonly errors?: Sink<ErrorRecord>
  /** Takes all rows besides, in the checkpoints of this sink. */
  readonly backup?: Sink<NoInfer<T>>
  /** How many requests are under way at once; with 1 they go out in the order of the rows. Default: what suits the destination. */
  readonly atOnce?: number
}

/** Records that wait, of all batches together: so many times the buffer, and never less than the second figure. */
const buffersHeld = 4
const leastRoomBytes = 32 * 2 ** 20

/** The sink that sends records to a destination by requests. */
export function requestSink<T>(options: RequestSinkOptions<T>): Sink<T> {
  const plan = planned(options)
  const beside = { errors: options.errors, backup: options.backup }
  return {
    description: describe(options),
    open: (context, restored) => openWriter(options, plan, context, restored),
    misfit: (state) => misfitBeside(beside, separateParts(state).beside),
    besides: (context) => besidesIn(beside, context),
  }
}

interface RequestPlan {
  readonly buffer: BufferPolicy
  readonly retryForMs: number
  readonly atOnce: number
}

function planned<T>(options: RequestSinkOptions<T>): RequestPlan {
  const { to, buffer = {}, retry = {}, atOnce = to.atOnce, whenDown = 'stop', errors } = options
  const plan = {
    buffer: {
      sizeBytes: measured('buffer.size', () => bytes(buffer.size ?? to.buffer.size)),
      intervalMs: measured('buffer.interval', () => milliseconds(buffer.interval ?? to.buffer.interval)),
    },
    retryForMs: measured('retry.for', () => milliseconds(retry.for ?? '5m')),
    atOnce,
  }
  if (plan.buffer.sizeBytes < 1) throw invalid('buffer.size is 0; it must be at least a byte')
  if (!Number.isInteger(atOnce) || atOnce < 1) throw invalid(`atOnce is ${atOnce}, not a whole number from 1`)
  if (whenDown !== 'stop' && whenDown !== 'errors')
    throw invalid(`whenDown is ${JSON.stringify(whenDown)}, neither "stop" nor "errors"`)
  if (whenDown === 'errors' && errors === undefined)
    throw invalid('whenDown is "errors", which needs the sink `errors`')
  return plan
}

async function openWriter<T>(
  options: RequestSinkOptions<T>,
  { buffer, retryForMs, atOnce }: RequestPlan,
  context: SinkContext,
  restored: Snapshot | undefined,
): Promise<SinkWriter<T>> {
  const { to, errors, backup, whenDown } = options
  const { limits, description } = to
  const before = restored && (await separateState(restored))
  const most = { records: limits.records, bytes: Math.min(limits.bytes, buffer.sizeBytes) }
  const queue = new BatchQueue(most, before?.own)
  const http = nodeHttp(context.clock)
  const session = await to.open({
    ...context,
    http: http.send,
    within: (timeoutMs, call, signal) => within(context.clock, timeoutMs, call, signal),
  })
  const close = async () => {
    await session.close()
    http.close()
  }
  try {
    const { clock, random } = context
    const report = new DeliveryReport(context, description.detail)
    const destination = `${description.kind} ${description.detail}`
    return new RequestWriter({
      ...{ destination: to, context, buffer, atOnce, queue },
      room: new ByteRoom(Math.max(leastRoomBytes, buffersHeld * buffer.sizeBytes)),
      beside: await openBeside({ errors, backup }, context, before?.beside ?? new Map()),
      manner: {
        ...{ destination, retryForMs, clock, random, report },
        session: {
          // Asked for anew: they may be others with each request.
          get secrets() {
            return session.secrets
          },
          send: (batch, signal) => session.send(batch, signal),
          close,
        },
        givesUp: whenDown === 'errors',
      },
    })
  } catch (error) {
    await close()
    throw error
  }
}

const weakestFirst: readonly Guarantee[] = ['at-most-once', 'at-least-once', 'exactly-once']

/** With sinks beside it a destination promises no more than they do. */
function describe<T>({ to, errors, backup }: RequestSinkOptions<T>): SinkDescription {
  const besides = Object.entries({ errors, backup }).flatMap(([option, sink]) =>
    sink === undefined ? [] : [{ option, ...sink.description }],
  )
  const { guarantee, because } = to.description
  const weakest = weakestFirst.find((one) =>
    [to.description, ...besides].some((each) => each.guarantee === one),
  )!
  const weaker = besides.filter((each) => each.guarantee === weakest && weakest !== guarantee)
  const reasonsBeside = weaker.map((each) => `its ${each.option} are ${each.guarantee}: ${each.because}`)
  return { ...to.description, guarantee: weakest, because: [because, ...reasonsBeside].join('; ') }
}

function measured(option: string, measure: () => number): number {
  try {
    return measure()
  } catch (cause) {
    throw invalid(`${option}: ${reasons(cause)[0]}`)
  }
}

function invalid(message: string): MillraceError {
  return new MillraceError('JOB_INVALID', `deliverySink(…): ${message}`)
}
