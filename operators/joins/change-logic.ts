import type { Change } from '../../src/contract/change.ts'
import type { Key } from '../../src/state/key.ts'
import type { KeyedCall, KeyedLogic } from '../keyed/keyed-logic.ts'
import { type Combine, givesAlone, type JoinKind } from './pairing.ts'

type RowChange = Change<Key, unknown>

/** The rows of a side, by the text of their ids. */
type Rows = Map<string, unknown>

/** The rows of a key, by side. */
export type ChangeJoinState = readonly [Rows, Rows]

/** A row of a side, by the text of its id. */
interface Row {
  readonly side: number
  readonly id: string
  readonly value: unknown
}

/** In place of the id of a row that is missing. No id has this text. */
const missing = '-'

/**
 * The join of two tables, kept up to date. All rows of a key are partners, so a row is without one if the other side is
 * empty: what changes when a side gets its first row or loses its last one are the rows of the other side.
 */
export class ChangeLogic implements KeyedLogic<ChangeJoinState> {
  readonly shape: string
  readonly allOrNothing = true
  readonly #combine: Combine
  /** Whether the rows of a side give a result without a partner. */
  readonly #alone: readonly [boolean, boolean]

  constructor(kind: JoinKind, combine: Combine) {
    this.shape = `${kind} join of changes`
    this.#combine = combine
    this.#alone = givesAlone(kind)
  }

  create(): ChangeJoinState {
    return [new Map(), new Map()]
  }

  isEmpty([left, right]: ChangeJoinState): boolean {
    return left.size === 0 && right.size === 0
  }

  onRecord(call: KeyedCall<ChangeJoinState>, value: unknown, side: number): void {
    const change = value as RowChange
    const id = textOf(change.key)
    const rows = call.state[side]!
    const known = rows.has(id)
    const before = rows.get(id)
    if (change.op === 'delete') {
      if (known) this.#delete(call, { side, id, value: before })
      else call.count('unknown')
    } else if (known) this.#update(call, { side, id, value: change.value }, before)
    else this.#insert(call, { side, id, value: change.value })
  }

  #insert(call: KeyedCall<ChangeJoinState>, row: Row): void {
    const { side } = row
    const rows = call.state[side]!
    const others = call.state[1 - side]!
    if (others.size === 0 && this.#alone[side]) this.#emit(call, 'insert', row, missing, undefined)
    if (rows.size === 0 && this.#alone[1 - side]) this.#emitAlone(call, 'delete', 1 - side)
    for (const [id, value] of others) this.#emit(call, 'insert', row, id, value)
    rows.set(row.id, row.value)
  }

  #delete(call: KeyedCall<ChangeJoinState>, row: Row): void {
    const { side } = row
    const rows = call.state[side]!
    const others = call.state[1 - side]!
    for (const [id, value] of others) this.#emit(call, 'delete', row, id, value)
    if (others.size === 0 && this.#alone[side]) this.#emit(call, 'delete', row, missing, undefined)
    if (rows.size === 1 && this.#alone[1 - side]) this.#emitAlone(call, 'insert', 1 - side)
    rows.delete(row.id)
  }

  #update(call: KeyedCall<ChangeJoinState>, row: Row, before: unknown): void {
    const { side } = row
    const others = call.state[1 - side]!
    for (const [id, value] of others) this.#emitUpdate(call, row, before, id, value)
    if (others.size === 0 && this.#alone[side]) this.#emitUpdate(call, row, before, missing, undefined)
    call.state[side]!.set(row.id, row.value)
  }

  #emitAlone(call: KeyedCall<ChangeJoinState>, op: 'insert' | 'delete', side: number): void {
    for (const [id, value] of call.state[side]!) this.#emit(call, op, { side, id, value }, missing, undefined)
  }

  #emit(
    call: KeyedCall<ChangeJoinState>,
    op: 'insert' | 'delete',
    { side, id, value }: Row,
    otherId: string,
    other: unknown,
  ): void {
    const key = pairId(side, id, otherId)
    const result = this.#pair(side, value, other)
    const change: Change<string, unknown> =
      op === 'insert' ? { op, key, value: result } : { op, key, before: result }
    call.emit(change, call.timestamp)
  }

  #emitUpdate(
    call: KeyedCall<ChangeJoinState>,
    { side, id, value }: Row,
    before: unknown,
    otherId: string,
    other: unknown,
  ): void {
    const change: Change<string, unknown> = {
      op: 'update',
      key: pairId(side, id, otherId),
      value: this.#pair(side, value, other),
      before: this.#pair(side, before, other),
    }
    call.emit(change, call.timestamp)
  }

  #pair(side: number, value: unknown, other: unknown): unknown {
    return side === 0 ? this.#combine(value, other) : this.#combine(other, value)
  }
}

function pairId(side: number, id: string, otherId: string): string {
  return side === 0 ? `${id}/${otherId}` : `${otherId}/${id}`
}

/** Different for all ids, whatever their types, and for no row. */
function textOf(id: Key): string {
  if (typeof id === 'string') return JSON.stringify(id)
  return typeof id === 'bigint' ? `${id}n` : String(id)
}
