import type { Automaton, Place, Until, Wait } from './automaton.ts'
import { hold, type PartialMatch, type PatternState, release, take } from './partial-matches.ts'
import type { Condition } from './parts.ts'
import type { NumberedNot, Round } from './positions.ts'
import { SoFarView } from './so-far.ts'

/**
 * Advances the partial matches of a key by one record. Each way to take records is one partial match, so that no match is
 * found twice.
 */
export class Matcher {
  readonly #automaton: Automaton
  readonly #soFar: SoFarView
  #state!: PatternState
  #value: unknown
  #record = 0
  #time = 0
  #next: PartialMatch[] = []

  constructor(automaton: Automaton) {
    this.#automaton = automaton
    this.#soFar = new SoFarView(automaton.steps)
  }

  /** Takes the record wherever it fits. What has become a match is in `state.complete` afterwards. */
  advance(state: PatternState, value: unknown, time: number): void {
    this.#state = state
    this.#value = value
    this.#time = time
    this.#record = state.nextRecord
    state.nextRecord += 1
    this.#next = []
    for (const partial of state.partial) this.#offer(partial)
    this.#begin()
    state.partial = this.#next
  }

  /** Ends the partial matches whose time is over at `time`. Gives those that are no match to `onTimedOut`. */
  expire(state: PatternState, time: number, onTimedOut: (last: number) => void): void {
    const { withinMs = Infinity, places } = this.#automaton
    const alive = state.partial.findIndex(({ firstTime }) => firstTime + withinMs > time)
    const over = state.partial.splice(0, alive < 0 ? state.partial.length : alive)
    for (const { place, live, first, last } of over) {
      const { end, waits } = places[place]!
      const open = (live & (1 << waits.length)) !== 0
      if (open && end !== 'after-next') complete(state, first, last)
      else if (open || end === 'not-here') onTimedOut(last)
      release(state, last)
    }
    if (this.#automaton.limitsMs.length > 0) this.#stopWaits(state, time, onTimedOut)
  }

  /** Ends the waits that have lasted too long since the record before. */
  #stopWaits(state: PatternState, time: number, onTimedOut: (last: number) => void): void {
    const kept: PartialMatch[] = []
    for (const partial of state.partial) {
      const place = this.#automaton.places[partial.place]!
      const { waits, end } = place
      const before = partial.live
      for (const [index, { withinMs = Infinity }] of waits.entries())
        if (partial.lastTime + withinMs <= time) partial.live &= ~(1 << index)
      if (partial.live !== before || place.endsAfterMs !== undefined)
        this.#endInTime(state, partial, place, time)
      if (partial.live !== 0) kept.push(partial)
      else {
        if (end === 'not-here') onTimedOut(partial.last)
        release(state, partial.last)
      }
    }
    state.partial = kept
  }

  /** Makes a match of what had to wait for this time only, or for a record that cannot come any more. */
  #endInTime(state: PatternState, partial: PartialMatch, place: Place, time: number): void {
    const bit = 1 << place.waits.length
    if ((partial.live & bit) === 0) return
    const isOver = partial.lastTime + (place.endsAfterMs ?? Infinity) <= time
    const isGrown = place.end === 'when-grown' && (partial.live & place.growth) === 0
    if (!isOver && !isGrown) return
    complete(state, partial.first, partial.last)
    partial.live &= ~bit
  }

  #begin(): void {
    const { waits } = this.#automaton.places[0]!
    for (const wait of waits) {
      if (!this.#fits(wait, 0)) continue
      this.#take(wait, 0, this.#record, this.#time)
      if (wait.greedy) return
    }
  }

  #offer(partial: PartialMatch): void {
    const place = this.#automaton.places[partial.place]!
    const end = 1 << place.waits.length
    this.#offerToWaits(partial, place)
    if ((partial.live & end) !== 0) this.#offerToEnd(partial, place, end)
    partial.fresh = false
    if (partial.live === 0) release(this.#state, partial.last)
    else this.#next.push(partial)
  }

  #offerToWaits(partial: PartialMatch, { waits }: Place): void {
    let greedilyTaken = false
    for (let index = 0; index < waits.length; index += 1) {
      const bit = 1 << index
      if ((partial.live & bit) === 0) continue
      const wait = waits[index]!
      if (this.#forbidden(wait.nots, partial)) {
        partial.live &= ~bit
        continue
      }
      const fits = this.#fits(wait, partial.last)
      if (fits && !greedilyTaken) {
        this.#take(wait, partial.last, partial.first, partial.firstTime)
        greedilyTaken = wait.greedy
        // Who has gone on greedily does not go on without it, unless any record may be left out.
        if (greedilyTaken && wait.gap !== 'any') {
          partial.live &= bit - 1
          return
        }
      }
      if (!this.#waitsOn(wait, fits, partial.last)) partial.live &= ~bit
    }
  }

  #offerToEnd(partial: PartialMatch, { end, nots, growth }: Place, bit: number): void {
    if (this.#forbidden(nots, partial)) partial.live &= ~bit
    else if (end === 'after-next' || (end === 'when-grown' && (partial.live & growth) === 0)) {
      complete(this.#state, partial.first, partial.last)
      partial.live &= ~bit
    }
  }

  /** Whether a wait goes on over the record. */
  #waitsOn({ gap, untils }: Wait, fits: boolean, last: number): boolean {
    if (gap === 'strict' || (gap === 'relaxed' && fits)) return false
    return untils.length === 0 || !untils.some((until) => until.stops && this.#ends(until, last))
  }

  #fits({ fits, untils, step }: Wait, last: number): boolean {
    if (!this.#holds(fits, last, step)) return false
    return untils.length === 0 || !untils.some((until) => this.#ends(until, last))
  }

  #ends({ fits, step, rounds }: Until, last: number): boolean {
    return this.#holds(fits, last, step, rounds)
  }

  #forbidden(nots: readonly NumberedNot[], { fresh, last }: PartialMatch): boolean {
    for (const { onlyNext, fits, rounds } of nots) {
      if ((fresh || !onlyNext) && this.#holds(fits, last, -1, rounds)) return true
    }
    return false
  }

  #holds(condition: Condition, last: number, step: number, rounds?: readonly Round[]): boolean {
    this.#soFar.show(this.#state, last, step, rounds ?? this.#automaton.steps[step]!.rounds)
    return condition(this.#value, this.#soFar.records)
  }

  #take({ step, place, opens }: Wait, before: number, first: number, firstTime: number): void {
    const state = this.#state
    const last = take(state, before, step, this.#record, this.#value, opens)
    const { waits, end } = this.#automaton.places[place]!
    const waiting = end !== 'not-here' && end !== 'at-once'
    const live = (1 << (waits.length + (waiting ? 1 : 0))) - 1
    if (end === 'at-once') complete(state, first, last)
    if (live === 0) return
    hold(state, last)
    this.#next.push({ place, last, first, firstTime, lastTime: this.#time, live, fresh: true })
  }
}

/** Keeps a match, in the order of first records, and for the same first record in the order in which they were found. */
function complete(state: PatternState, first: number, last: number): void {
  hold(state, last)
  const before = state.complete.findLastIndex((match) => match.first <= first)
  state.complete.splice(before + 1, 0, { first, last })
}
