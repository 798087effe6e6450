import type { AggregatedRecord } from './aggregated-record.ts'

/**
 * Names a record for good, so that a reader knows it again when it is put again. Within a lane of a producer the
 * ordinals count up from 0.
 */
export interface RecordId {
  /** 12 characters of base64url: one run of one sink. */
  readonly producer: string
  readonly lane: number
  readonly ordinal: number
}

/** More lanes than a producer has, and more records than it puts. */
export const mostLanes = 2 ** 16
export const mostOrdinals = 10 ** 15

/*
 * The id travels in a tag of a user record:
 *
 *     Tag { key = "millrace", value = <producer> "." <lane> "." <ordinal> }        lane and ordinal in decimal
 *
 * User records after it in the same aggregated record that have no such tag continue it: same producer, same lane, the
 * next ordinals. The tag is the first field after the data.
 */
const tagKey = 'millrace'
const grammar = /^([A-Za-z0-9_-]{12})\.(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,14})$/

/** The tag that gives a record its id; `undefined` if it continues the record before it. */
export function tagFor(
  id: RecordId,
  before: RecordId | undefined,
): { key: string; value: string } | undefined {
  const { producer, lane, ordinal } = id
  const continues = before?.producer === producer && before.lane === lane && before.ordinal + 1 === ordinal
  return continues ? undefined : { key: tagKey, value: `${producer}.${lane}.${ordinal}` }
}

/** The id that the value of a tag gives; `undefined` if it is none. */
export function parseRecordId(text: string): RecordId | undefined {
  const [, producer, lane, ordinal] = grammar.exec(text) ?? []
  if (producer === undefined || Number(lane) >= mostLanes) return undefined
  return { producer, lane: Number(lane), ordinal: Number(ordinal) }
}

/** The ids of the user records of an aggregated record, asked for in their order. */
export class RecordIds {
  readonly #aggregate: AggregatedRecord
  #next = 0
  #last: RecordId | undefined

  constructor(aggregate: AggregatedRecord) {
    this.#aggregate = aggregate
  }

  at(index: number): RecordId | undefined {
    for (; this.#next <= index; this.#next++) {
      const value = this.#aggregate.tag(this.#next, tagKey)
      this.#last = value === undefined ? following(this.#last) : parseRecordId(value)
    }
    return this.#last
  }
}

function following(id: RecordId | undefined): RecordId | undefined {
  return id && { producer: id.producer, lane: id.lane, ordinal: id.ordinal + 1 }
}
