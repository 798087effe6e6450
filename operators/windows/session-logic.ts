import type { TimeDomain } from '../../src/stream.ts'
import type { KeyedCall, KeyedLogic } from '../keyed/keyed-logic.ts'
import type { Pane } from '../triggers.ts'
import { dropWhile } from './by-start.ts'
import type { Firing } from './firing.ts'
import { onLate } from './late-record.ts'
import { newPane, type SessionState } from './window-state.ts'

type Call = KeyedCall<SessionState[]>

/**
 * Windows of activity of a key, sorted. A record that comes between two joins them. A session that grows keeps
 * the timer that it has: when that comes, it looks again.
 */
export class SessionLogic implements KeyedLogic<SessionState[]> {
  readonly shape: string
  readonly onProcessingTimer?: (call: Call, time: number) => void
  readonly #gapOf: (value: unknown) => number
  readonly #firing: Firing

  constructor(shape: string, gapMs: number | ((value: never) => number), firing: Firing) {
    this.shape = shape
    // The type of records is the caller's promise.
    this.#gapOf = typeof gapMs === 'number' ? () => gapMs : (gapMs as (value: unknown) => number)
    this.#firing = firing
    if (firing.byProcessingTime)
      this.onProcessingTimer = (call, time) => this.#onTime(call, time, 'processing')
  }

  create(): SessionState[] {
    return []
  }

  isEmpty(sessions: SessionState[]): boolean {
    return sessions.length === 0
  }

  onRecord(call: Call, value: unknown): void {
    const firing = this.#firing
    const start = firing.timeOf(call)
    const end = start + this.#gapOf(value)
    const [from, to] = touched(call.state, start, end)
    const complete = firing.complete(call)
    if (from === to && firing.gone(end, complete)) {
      onLate(call, value)
      return
    }
    const session = from === to ? this.#opened(call, from, start, end) : this.#joined(call, from, to)
    session.start = Math.min(session.start, start)
    session.end = Math.max(session.end, end)
    session.closed = firing.lastOf(session.end) <= complete
    firing.content.add(session.content, value, call.timestamp)
    this.#look(call, session)
    const timing = firing.arrive(call, session)
    if (timing !== undefined) this.#fire(call, session, timing)
  }

  onTimer(call: Call, time: number): void {
    this.#onTime(call, time, 'event')
  }

  /** Makes one of the sessions at the places from `from` up to, but without, `to`. */
  #joined({ state }: Call, from: number, to: number): SessionState {
    const [first, ...others] = state.slice(from, to) as [SessionState, ...SessionState[]]
    for (const other of others) this.#join(first, other)
    if (others.length > 0) state.splice(from + 1, others.length)
    return first
  }

  #opened({ state }: Call, place: number, start: number, end: number): SessionState {
    const timer = Number.POSITIVE_INFINITY
    const session = { ...newPane(start, end), content: this.#firing.content.create(), timer }
    state.splice(place, 0, session)
    return session
  }

  #join(session: SessionState, other: SessionState): void {
    this.#firing.content.merge(session.content, other.content)
    session.end = Math.max(session.end, other.end)
    session.fired = Math.max(session.fired, other.fired)
    session.fresh += other.fresh
    session.early ??= other.early
    session.latest = Math.max(session.latest, other.latest)
    session.timer = Math.min(session.timer, other.timer)
  }

  /** Sees to it that a timer is there for what happens next. */
  #look(call: Call, session: SessionState): void {
    const last = this.#firing.lastOf(session.end)
    if (session.closed) this.#firing.waitUntilGone(call, session)
    else if (session.timer > last) {
      session.timer = last
      this.#firing.wait(call, last)
    }
  }

  #onTime(call: Call, timer: number, kind: TimeDomain): void {
    const firing = this.#firing
    const complete = firing.instantOf(timer, kind)
    for (const session of call.state) {
      if (complete !== undefined) {
        if (session.timer <= complete) this.#onLook(call, session, complete)
        else if (session.start > complete && !firing.givesEarly) break
      }
      if (firing.takeEarly(session, timer, kind)) this.#fire(call, session, 'early')
    }
    if (complete !== undefined) dropWhile(call.state, ({ end }) => firing.gone(end, complete))
  }

  #onLook(call: Call, session: SessionState, complete: number): void {
    session.timer = Number.POSITIVE_INFINITY
    if (this.#firing.lastOf(session.end) <= complete && !session.closed) {
      session.closed = true
      if (session.fresh > 0 || !this.#firing.trigger?.purging) this.#fire(call, session, 'on-time')
    }
    this.#look(call, session)
  }

  #fire(call: Call, session: SessionState, timing: Pane['timing']): void {
    this.#firing.emit(call, session, () => session.content, timing)
    if (this.#firing.trigger?.purging) session.content = this.#firing.content.create()
  }
}

/** The places of the sessions that a record's own window touches: from the first up to, but without, the second. */
export function touched(
  sessions: readonly { readonly start: number; readonly end: number }[],
  start: number,
  end: number,
): [number, number] {
  let to = sessions.length
  while (to > 0 && sessions[to - 1]!.start > end) to -= 1
  let from = to
  while (from > 0 && sessions[from - 1]!.end >= start) from -= 1
  return [from, to]
}
