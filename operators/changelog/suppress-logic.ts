import { MillraceError } from '../../src/errors.ts'
import { endOfTime } from '../../src/time/end-of-time.ts'
import { instant } from '../joins/late-record.ts'
import type { KeyedCall, KeyedLogic } from '../keyed/keyed-logic.ts'
import type { WindowedRow } from './suppress.ts'

/** The last result of each open window. */
type Held = WindowedRow[]

/** Keeps the last result of each window until it is final. */
export class SuppressLogic implements KeyedLogic<Held> {
  readonly shape = 'results by window'
  readonly #latenessMs: number

  constructor(latenessMs: number) {
    this.#latenessMs = latenessMs
  }

  create(): Held {
    return []
  }

  onRecord(call: KeyedCall<Held>, value: unknown): void {
    const row = value as WindowedRow
    const final = this.#finalAt(row)
    const known = call.state.findIndex(({ window }) => sameWindow(window, row.window))
    if (known >= 0) call.state[known] = row
    else if (final <= call.watermark) {
      onLate(call, row)
      return
    } else call.state.push(row)
    call.setTimer(final)
  }

  onTimer(call: KeyedCall<Held>, time: number): void {
    const due = call.state.filter((row) => this.#finalAt(row) <= time)
    call.state = call.state.filter((row) => this.#finalAt(row) > time)
    for (const row of due.sort((a, b) => a.window.start - b.window.start)) {
      call.emit(row, time)
    }
  }

  isEmpty(held: Held): boolean {
    return held.length === 0
  }

  #finalAt({ window }: WindowedRow): number {
    return Math.min(window.end - 1 + this.#latenessMs, endOfTime)
  }
}

function sameWindow(a: WindowedRow['window'], b: WindowedRow['window']): boolean {
  return a.start === b.start && a.end === b.end
}

function onLate(call: KeyedCall<Held>, row: WindowedRow): void {
  call.count('late')
  const late = call.sideOutput('late')
  if (late === undefined) {
    throw new MillraceError(
      'RECORD_LATE',
      `a result of the window that ended at ${instant(row.window.end)} came after its final one: suppress(…) needs the window's allowedLateness`,
    )
  }
  late(row, call.timestamp)
}
