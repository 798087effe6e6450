import type { TimeDomain } from '../../src/stream.ts'
import type { KeyedCall, KeyedLogic } from '../keyed/keyed-logic.ts'
import type { Pane } from '../triggers.ts'
import type { Firing } from './firing.ts'
import { onLate } from './late-record.ts'
import { newPane, type SessionState } from './window-state.ts'

type Call = KeyedCall<SessionState[]>

/**
 * Windows of activity of a key, by their starts. A record that comes between two joins them. A session that grows keeps
 * the timer that it has: when that comes, it looks again.
 */
export class SessionLogic implements KeyedLogic<SessionState[]> {
  readonly shape: string
  readonly onProcessingTimer?: (call: Call, time: number) => void
  readonly #gapMs: number
  readonly #firing: Firing

  constructor(shape: string, gapMs: number, firing: Firing) {
    this.shape = shape
    this.#gapMs = gapMs
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
    const end = start + this.#gapMs
    const touched = call.state.filter((session) => session.start <= end && session.end >= start)
    const complete = firing.complete(call)
    if (touched.length === 0 && firing.gone(end, complete)) {
      onLate(call, value)
      return
    }
    const session = this.#joined(call, touched, start, end)
    session.closed = firing.lastOf(session.end) <= complete
    firing.content.add(session.content, value, call.timestamp)
    this.#look(call, session)
    const timing = firing.arrive(call, session)
    if (timing !== undefined) this.#fire(call, session, timing)
  }

  onTimer(call: Call, time: number): void {
    this.#onTime(call, time, 'event')
  }

  /** The session that a record belongs to, after all that it touches have become one. */
  #joined(call: Call, touched: readonly SessionState[], start: number, end: number): SessionState {
    const [first = this.#opened(call, start, end), ...others] = touched
    for (const other of others) this.#join(first, other)
    first.start = Math.min(first.start, start)
    first.end = Math.max(first.end, end)
    if (others.length > 0) call.state = call.state.filter((session) => !others.includes(session))
    return first
  }

  #opened(call: Call, start: number, end: number): SessionState {
    const timer = Number.POSITIVE_INFINITY
    const session = { ...newPane(start, end), content: this.#firing.content.create(), timer }
    const after = call.state.findLastIndex((other) => other.start < start)
    call.state.splice(after + 1, 0, session)
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
    const complete = this.#firing.instantOf(timer, kind)
    for (const session of [...call.state]) {
      if (complete !== undefined && session.timer <= complete) this.#onLook(call, session, complete)
      if (this.#firing.takeEarly(session, timer, kind)) this.#fire(call, session, 'early')
    }
    if (complete !== undefined) call.state = call.state.filter(({ end }) => !this.#firing.gone(end, complete))
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
    this.#firing.emit(call, session, session.content, timing)
    if (this.#firing.trigger?.purging) session.content = this.#firing.content.create()
  }
}
