import type { KeyedLogic } from '../../operators/keyed/keyed-logic.ts'
import { KeyedTimers } from '../../src/state/keyed-timers.ts'
import { beginningOfTime } from '../../src/time/end-of-time.ts'

/** Drives a logic for one key, to look at its state. */
export function keyedLogicTester<S>(logic: KeyedLogic<S>) {
  const timers = new KeyedTimers()
  const processingTimers = new KeyedTimers()
  let state: S | undefined
  let emitted = 0
  const call = {
    key: 'k',
    timestamp: 0,
    watermark: beginningOfTime,
    handedOn: beginningOfTime,
    now: 0,
    state: undefined as S,
    emit: () => {
      emitted += 1
    },
    sideOutput: () => undefined,
    count: () => {},
    refuse: () => {},
    attempt: (act: () => void) => act(),
    setTimer: (time: number) => timers.add('k', time),
    deleteTimer: (time: number) => timers.delete('k', time),
    setProcessingTimer: (time: number) => processingTimers.add('k', time),
    deleteProcessingTimer: () => {},
    touch: () => {},
    ending: false,
    goesOn: false,
    ofTimer: false,
  }
  const within = (timestamp: number, act: () => void) => {
    call.timestamp = timestamp
    call.state = state ?? logic.create('k')
    act()
    state = logic.isEmpty(call.state) ? undefined : call.state
  }
  return {
    get state() {
      return state
    },
    get emitted() {
      return emitted
    },
    record: (value: unknown, timestamp: number, input: number) =>
      within(timestamp, () => logic.onRecord(call, value, input)),
    processingTime(now: number) {
      call.now = now
      for (let due = processingTimers.takeDue(now); due !== undefined; due = processingTimers.takeDue(now)) {
        const { time } = due
        if (state !== undefined) within(time, () => logic.onProcessingTimer?.(call, time))
      }
    },
    watermark(timestamp: number) {
      for (let due = timers.takeDue(timestamp); due !== undefined; due = timers.takeDue(timestamp)) {
        const { time } = due
        call.watermark = time
        if (state !== undefined) within(time, () => logic.onTimer?.(call, time))
      }
      call.watermark = timestamp
      call.handedOn = timestamp
    },
  }
}
