/** How fast events come, from when on, and how far out of order. */
export interface Preset {
  /** Events per second of event time. */
  readonly rate: number
  readonly baseTime: number
  /** Events are delivered out of order within groups of this many; 1 is in order. */
  readonly group: number
}

const std = { rate: 1000, baseTime: Date.UTC(2026, 2, 14, 23, 59, 12, 345), group: 1 }

export const presets = {
  /** One event a millisecond, over midnight. */
  std,
  /** A million events in 28 hours. */
  wide: { rate: 10, baseTime: Date.UTC(2026, 2, 14, 5), group: 1 },
  /** Ten events in each millisecond. */
  dense: { rate: 10_000, baseTime: Date.UTC(2026, 2, 14, 23, 59, 55, 500), group: 1 },
  /** The events of `std`, up to 16 seconds late. */
  late: { ...std, group: 16_000 },
} as const satisfies Record<string, Preset>

/** How many places there are for the first `events` events: whole groups. */
export const places = (events: number, group: number): number => Math.ceil(events / group) * group

/** The number of the event that arrives at a place. */
export const numberAt = (place: number, group: number): number =>
  group * Math.floor(place / group) + ((953 * place) % group)

/** The number of the event that arrives at each place, for the first `events` of them. */
export function* deliveryOrder(events: number, group: number): Generator<number> {
  for (let place = 0; place < places(events, group); place += 1) {
    const number = numberAt(place, group)
    if (number < events) yield number
  }
}
