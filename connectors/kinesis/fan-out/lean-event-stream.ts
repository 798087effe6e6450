import type { Readable } from 'node:stream'
import type { SubscribeToShardEvent, SubscribeToShardEventStream } from '@aws-sdk/client-kinesis'
import { CborReader } from '../cbor/cbor-reader.ts'
import { RecordsCbor } from '../cbor/records-cbor.ts'
import { type JsonRecord, readRecords } from '../get-records-json.ts'
import { DamagedFrame, type EventFrame, EventFrames } from './event-frames.ts'
import { roundTripOf } from './round-trip.ts'

/** Throws the SDK's error for an exception, from its name and its JSON. */
export type Refusal = (name: string, payload: Uint8Array) => Promise<never>

/**
 * The events of a subscription, as the SDK gives them, in a fraction of its time. Reads from the connection only what is
 * asked for: what is not, waits there.
 */
export class LeanEventStream implements AsyncIterable<SubscribeToShardEventStream> {
  readonly #body: Readable
  readonly #refusal: Refusal
  readonly #frames = new EventFrames()
  /** Nothing is held, and more is waited for. */
  #waiting = false
  #sentAfter: number | undefined

  constructor(body: Readable, refusal: Refusal) {
    this.#body = body
    this.#refusal = refusal
  }

  /** By our clock: what came last cannot have been sent earlier. `undefined` if nothing shows that. */
  get sentAfter(): number | undefined {
    return this.#sentAfter
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SubscribeToShardEventStream, void, undefined> {
    const chunks = this.#body[Symbol.asyncIterator]()
    try {
      for (;;) {
        const { value, done } = await this.#next(chunks)
        if (done) break
        for (const frame of this.#frames.push(value)) {
          const event = await this.#event(frame)
          if (event !== undefined) yield { SubscribeToShardEvent: event }
        }
      }
      if (this.#frames.heldBytes > 0) throw new DamagedFrame('the event stream ends within an event')
    } finally {
      this.#body.destroy()
    }
  }

  async #next(chunks: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
    const coming = chunks.next()
    this.#waiting = this.#frames.heldBytes === 0
    if (this.#waiting) this.#askTime()
    try {
      return await coming
    } finally {
      this.#waiting = false
    }
  }

  /** All that the service had sent when it answered is here; so if nothing is here, the next event is younger. */
  #askTime(): void {
    roundTripOf(this.#body)?.then((sentAt) => {
      const nothingCame = this.#waiting && this.#body.readableLength === 0
      if (nothingCame && sentAt !== undefined) this.#sentAfter = sentAt
    })
  }

  async #event({ headers, payload }: EventFrame): Promise<SubscribeToShardEvent | undefined> {
    switch (headers.get(':message-type')) {
      case 'event':
        return headers.get(':event-type') === 'SubscribeToShardEvent' ? eventOf(payload) : undefined
      case 'exception':
        return this.#refusal(headers.get(':exception-type') ?? 'UnknownError', inJson(payload))
      default:
        throw Object.assign(new Error(headers.get(':error-message') ?? 'an error without a message'), {
          name: headers.get(':error-code') ?? 'UnknownError',
        })
    }
  }
}

/** As much of a frame as whoever keeps a record of it keeps. */
const sliceBytes = 64 * 2 ** 10

/** The payload tells by its first byte in which encoding it is. */
function eventOf(payload: Buffer): SubscribeToShardEvent {
  return isJson(payload) ? eventInJson(payload) : eventInCbor(payload)
}

function isJson(payload: Buffer): boolean {
  return payload[0] === 0x7b
}

function inJson(payload: Buffer): Uint8Array {
  return isJson(payload) ? payload : Buffer.from(JSON.stringify(new CborReader(payload).value()))
}

function eventInCbor(payload: Buffer): SubscribeToShardEvent {
  const event = new RecordsCbor()
  for (let at = 0; at < payload.length; at += sliceBytes) {
    event.push(Buffer.from(payload.subarray(at, at + sliceBytes)))
  }
  return event.end() as unknown as SubscribeToShardEvent
}

function eventInJson(payload: Buffer): SubscribeToShardEvent {
  const event = JSON.parse(payload.toString('utf8')) as {
    Records?: JsonRecord[]
    ContinuationSequenceNumber?: string | null
    MillisBehindLatest: number
  }
  const { Records, ContinuationSequenceNumber, ...rest } = event
  return {
    ...rest,
    Records: readRecords(Records),
    ContinuationSequenceNumber: ContinuationSequenceNumber ?? undefined,
  }
}
