import { setImmediate } from 'node:timers/promises'
import type { BodyStream } from '../http/exchange.ts'
import { exceptionFrame } from '../operations/pushed-events.ts'
import type { Wire } from '../protocol/wire.ts'
import { lifetimeMs } from '../streams/subscription-step.ts'
import type { Wait } from './broken-answers.ts'
import type { EventFault } from './fault.ts'

/** What the events of a subscription need in order to break. */
export interface EventBreaking {
  /** The fault that strikes the next event. */
  next(): EventFault | undefined
  readonly wire: Wire
  readonly wait: Wait
}

/** The same subscription, whose events may be struck by faults. The first frame only confirms it; it is no event. */
export function brokenEvents(body: BodyStream, breaking: EventBreaking): BodyStream {
  return async function* events(gone) {
    let confirmed = false
    for await (const frame of body(gone)) {
      const fault = confirmed ? breaking.next() : undefined
      confirmed = true
      if (fault === undefined) yield frame
      else yield* struckBy(fault, frame, breaking, gone)
      if (fault !== undefined && endings.has(fault.kind)) return
    }
  }
}

const endings: ReadonlySet<EventFault['kind']> = new Set(['drop', 'silence', 'error-event'])

async function* struckBy(fault: EventFault, frame: Buffer, { wire, wait }: EventBreaking, gone: AbortSignal) {
  switch (fault.kind) {
    case 'repeat':
      yield* [frame, frame]
      break
    case 'bad-crc':
      yield withFlippedBit(frame)
      break
    case 'truncated-frame':
      yield frame.subarray(0, frame.length >>> 1)
      // What has been written leaves at the end of this turn.
      await setImmediate()
      throw new Error('a fault: the event is cut off')
    case 'error-event':
      yield exceptionFrame(fault.error ?? 'InternalFailureException', 'Internal Service Failure.', wire)
      break
    case 'silence':
      await wait(lifetimeMs, gone)
      break
    case 'drop':
  }
}

/** In the middle, which mostly is in a record: whoever does not check will believe it. */
function withFlippedBit(frame: Buffer): Buffer {
  const flipped = Buffer.from(frame)
  const middle = flipped.length >>> 1
  flipped.writeUInt8(flipped.readUInt8(middle) ^ 1, middle)
  return flipped
}
