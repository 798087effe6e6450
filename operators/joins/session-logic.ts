import type { SessionWindows } from '../../src/stream.ts'
import type { KeyedCall, KeyedLogic } from '../keyed/keyed-logic.ts'
import { touched } from '../windows/session-logic.ts'
import { refuseLate } from './late-record.ts'
import { hasRows, insertRow, noRows, removeFirst } from './ordered-rows.ts'
import { type OnWindow, type OpenWindow, rowsOf } from './window-logic.ts'

/** Activity of a key on either side. */
interface OpenSession extends OpenWindow {
  start: number
  end: number
  /** When to look whether it is over. One that has grown since keeps the timer that it has. */
  timer: number
}

/** Keeps the rows of two streams by session, which rows of either side keep open, and hands them over when it is over. */
export class SessionLogic implements KeyedLogic<OpenSession[]> {
  readonly shape: string
  readonly allOrNothing = true
  readonly #windows: SessionWindows<unknown>
  readonly #gapOf: (value: unknown) => number
  readonly #onWindow: OnWindow

  constructor(windows: SessionWindows<unknown>, onWindow: OnWindow) {
    this.shape = `rows of two streams in windows: ${windows.name}`
    this.#windows = windows
    const { gapMs } = windows
    this.#gapOf = typeof gapMs === 'number' ? () => gapMs : gapMs
    this.#onWindow = onWindow
  }

  create(): OpenSession[] {
    return []
  }

  isEmpty(sessions: OpenSession[]): boolean {
    return sessions.length === 0
  }

  onRecord(call: KeyedCall<OpenSession[]>, value: unknown, input: number): void {
    const { timestamp, watermark, state } = call
    const end = timestamp + this.#gapOf(value)
    const [from, to] = touched(state, timestamp, end)
    if (from === to && end <= watermark) {
      refuseLate(call, value, timestamp, watermark)
      return
    }
    const session = from === to ? opened(call, from, timestamp, end) : joined(state, from, to)
    session.start = Math.min(session.start, timestamp)
    session.end = Math.max(session.end, end)
    insertRow(input === 0 ? session.left : session.right, { at: timestamp, value })
  }

  onTimer(call: KeyedCall<OpenSession[]>, time: number): void {
    const over = call.state.filter(({ end }) => end <= time)
    if (over.length > 0) call.state = call.state.filter(({ end }) => end > time)
    for (const session of call.state) {
      if (session.timer > time) continue
      session.timer = session.end
      call.setTimer(session.end)
    }
    for (const { start, end, ...rows } of over) {
      this.#onWindow(call.key, this.#windows.window(start, end), rowsOf(rows), {
        emit: (result) => call.emit(result, time),
        refuse: (error, value) => call.refuse(error, value, time),
      })
    }
  }
}

function opened(call: KeyedCall<OpenSession[]>, place: number, start: number, end: number): OpenSession {
  const session: OpenSession = { start, end, timer: end, left: noRows(), right: noRows() }
  call.state.splice(place, 0, session)
  call.setTimer(end)
  return session
}

/** Makes one of the sessions at the places from `from` up to, but without, `to`. */
function joined(sessions: OpenSession[], from: number, to: number): OpenSession {
  const [first, ...others] = sessions.splice(from, to - from) as [OpenSession, ...OpenSession[]]
  for (const other of others) {
    while (hasRows(other.left)) insertRow(first.left, removeFirst(other.left))
    while (hasRows(other.right)) insertRow(first.right, removeFirst(other.right))
    first.end = Math.max(first.end, other.end)
    first.timer = Math.min(first.timer, other.timer)
  }
  sessions.splice(from, 0, first)
  return first
}
