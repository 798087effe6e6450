/** A flight as example 01 reads it. */
export interface Flight {
  readonly date: number
  readonly delay: number
  readonly distance: number
  readonly origin: string
  readonly destination: string
}

const airports = ['ATL', 'BOS', 'DEN', 'JFK', 'LAX', 'ORD', 'SFO']
const begin = Date.UTC(2001, 0, 1)
const minute = 60_000

/** Flights of seven airports, eleven minutes apart, up to half an hour out of order; delays from -20 to 130 minutes. */
export function flights(count: number): Flight[] {
  return Array.from({ length: count }, (_, index) => ({
    date: begin + index * 11 * minute - (index % 5 === 0 ? 30 * minute : 0) + 30 * minute,
    delay: ((index * 37) % 151) - 20,
    distance: 100 + (index % 2_000),
    origin: airports[(index * 13) % airports.length]!,
    destination: airports[(index * 5 + 1) % airports.length]!,
  }))
}

/** The rows that example 01 must write, each as text, by a plain loop. */
export function expectedDays(input: readonly Flight[]): string[] {
  const delays = new Map<string, number[]>()
  for (const { origin, date, delay } of input) {
    const day = `${new Date(date).toISOString().slice(0, 10)}T00:00:00.000Z`
    const key = `${origin} ${day}`
    delays.set(key, [...(delays.get(key) ?? []), delay])
  }
  return [...delays].map(([key, all]) => {
    const mean = all.reduce((total, delay) => total + delay, 0) / all.length
    return `${key} ${all.length} ${mean} ${Math.max(...all)} ${all.filter((delay) => delay > 15).length}`
  })
}
