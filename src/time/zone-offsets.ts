const hourMs = 3600e3
const dayMs = 24 * hourMs

/** Before and after these instants a zone keeps the offset that it has there. */
const earliest = Date.UTC(1800, 0, 1)
const latest = Date.UTC(9999, 0, 1)

/** How many days are remembered. A day costs about a hundred bytes. */
const rememberedDays = 4096

/** A stretch of time, from `from` up to, but without, `to`, in which a zone keeps its offset. */
export interface OffsetStretch {
  readonly from: number
  readonly to: number
  /** What the zone's clock shows less UTC. */
  readonly offsetMs: number
}

/** The offsets of a named time zone, such as `Europe/Berlin`, out of the data that JavaScript itself has. */
export class ZoneOffsets {
  readonly #format: Intl.DateTimeFormat
  readonly #days = new Map<number, readonly OffsetStretch[]>()
  #last: OffsetStretch = { from: 0, to: 0, offsetMs: 0 }

  /** @throws RangeError for a zone that is not known. */
  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      hourCycle: 'h23',
      ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
    })
  }

  /** The stretch that holds `timestamp`. It ends at the latest with the day in UTC, and may go on with the same offset. */
  at(timestamp: number): OffsetStretch {
    const last = this.#last
    if (timestamp >= last.from && timestamp < last.to) return last
    const day = Math.floor(timestamp / dayMs) * dayMs
    const stretches = this.#stretchesOf(day)
    this.#last = stretches.find(({ to }) => timestamp < to)!
    return this.#last
  }

  #stretchesOf(day: number): readonly OffsetStretch[] {
    const known = this.#days.get(day)
    if (known !== undefined) return known
    if (this.#days.size >= rememberedDays) this.#days.delete(this.#days.keys().next().value!)
    const stretches = this.#found(day, day + dayMs)
    this.#days.set(day, stretches)
    return stretches
  }

  /** Within a day a zone changes its offset once at the most. */
  #found(from: number, to: number): readonly OffsetStretch[] {
    const before = this.#offsetAt(from)
    const after = this.#offsetAt(to - 1)
    if (before === after) return [{ from, to, offsetMs: before }]
    const change = this.#changeBetween(from, to - 1, before)
    return [
      { from, to: change, offsetMs: before },
      { from: change, to, offsetMs: after },
    ]
  }

  #changeBetween(from: number, to: number, before: number): number {
    let [same, other] = [from, to]
    while (other - same > 1) {
      const middle = Math.floor((same + other) / 2)
      if (this.#offsetAt(middle) === before) same = middle
      else other = middle
    }
    return other
  }

  #offsetAt(timestamp: number): number {
    const second = Math.floor(Math.min(Math.max(timestamp, earliest), latest) / 1000) * 1000
    const shown: Record<string, number> = {}
    for (const { type, value } of this.#format.formatToParts(second)) shown[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: seconds = 0 } = shown
    return Date.UTC(year, month - 1, day, hour, minute, seconds) - second
  }
}
