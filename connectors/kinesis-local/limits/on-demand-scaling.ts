import type { LocalStream } from '../streams/local-stream.ts'
import { mostShards } from '../streams/most-shards.ts'
import { type ScalingAction, scalingAction } from './scaling-action.ts'

/** A look at the shards costs time with their number. */
const pauseMs = 1000

/** Looks at a stream in mode ON_DEMAND when something is put into it, once a second at the most. */
export class OnDemandScaling {
  readonly #lookedMs = new WeakMap<LocalStream, number>()

  next(stream: LocalStream, now: number): ScalingAction | undefined {
    const lookedMs = this.#lookedMs.get(stream) ?? Number.NEGATIVE_INFINITY
    if (Math.abs(now - lookedMs) < pauseMs) return undefined
    this.#lookedMs.set(stream, now)
    const open = stream.open.map(({ index, range, throughput: { load } }) => ({
      index,
      range,
      lastWindowBytes: load?.lastWindow(now) ?? 0,
      quietMs: load?.quietMs(now) ?? 0,
    }))
    return scalingAction(open, mostShards)
  }
}
