import type { KeyedCall, KeyedLogic } from '../keyed/keyed-logic.ts'
import { emitLater } from './emit-later.ts'
import { refuseLate } from './late-record.ts'
import {
  firstRow,
  hasRows,
  insertRow,
  noRows,
  type OrderedRows,
  removeFirst,
  secondRow,
} from './ordered-rows.ts'
import type { Combine, LookupKind } from './pairing.ts'

/** What valid versions are, and what comes of a row and one. */
export interface Versioning {
  readonly kind: LookupKind
  /** What a record of the other side says is valid from its time on; `undefined` for nothing. */
  readonly versionOf: (record: unknown) => unknown
  readonly combine: Combine
}

interface TimedRow {
  readonly at: number
  readonly value: unknown
}

export interface VersionState {
  /** Rows whose version may still come. */
  readonly waiting: OrderedRows<TimedRow>
  readonly versions: OrderedRows<TimedRow>
}

/** Joins each row, once its time is complete, with the version that was valid then. */
export class VersionLogic implements KeyedLogic<VersionState> {
  readonly shape: string
  readonly allOrNothing = true
  readonly #versioning: Versioning

  constructor(versioning: Versioning) {
    this.#versioning = versioning
    this.shape = `${versioning.kind} join with versions`
  }

  create(): VersionState {
    return { waiting: noRows(), versions: noRows() }
  }

  isEmpty({ waiting, versions }: VersionState): boolean {
    return !hasRows(waiting) && !hasRows(versions)
  }

  onRecord(call: KeyedCall<VersionState>, value: unknown, input: number): void {
    const { timestamp, watermark, state } = call
    if (timestamp <= watermark) {
      refuseLate(call, value, timestamp, watermark)
      return
    }
    if (input === 0) insertRow(state.waiting, { at: timestamp, value })
    else insertRow(state.versions, { at: timestamp, value: this.#versioning.versionOf(value) })
    call.setTimer(timestamp)
  }

  onTimer(call: KeyedCall<VersionState>, time: number): void {
    const { waiting, versions } = call.state
    dropReplaced(versions, time)
    const begun = hasRows(versions) && firstRow(versions).at <= time
    const version = begun ? firstRow(versions).value : undefined
    while (hasRows(waiting) && firstRow(waiting).at <= time) this.#join(call, removeFirst(waiting), version)
    if (begun && version === undefined) removeFirst(versions)
  }

  #join(call: KeyedCall<VersionState>, { at, value }: TimedRow, version: unknown): void {
    const { kind, combine } = this.#versioning
    if (version !== undefined || kind === 'left') emitLater(call, combine, value, version, at)
  }
}

/** Leaves, of the versions up to `time`, only the one that is valid then: later rows can meet no earlier one. */
function dropReplaced(versions: OrderedRows<TimedRow>, time: number): void {
  for (let next = secondRow(versions); next !== undefined && next.at <= time; next = secondRow(versions)) {
    removeFirst(versions)
  }
}
