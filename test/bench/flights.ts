/** A flight as the demo has it. */
export interface Flight {
  readonly date: number
  readonly delay: number
  readonly distance: number
  readonly origin: string
  readonly destination: string
}

export const day = 86_400_000
export const recordsPerBatch = 10_000

/** Records like those of the demo: 229 airports of very different size, in order, 16,600 a day. The same each time. */
export function flights(batches: number): Flight[][] {
  const random = linearCongruential(42)
  const airports = Array.from(
    { length: 229 },
    (_, index) => `A${index.toString(36).toUpperCase().padStart(2, '0')}`,
  )
  const airport = () => airports[Math.floor(random() ** 3 * airports.length)]!
  return Array.from({ length: batches }, (_, batch) =>
    Array.from({ length: recordsPerBatch }, (_, index) => ({
      date: Date.UTC(2001, 0, 1) + Math.floor(((batch * recordsPerBatch + index) / 16_600) * day),
      delay: Math.floor(random() * 200) - 20,
      distance: Math.floor(random() * 2500),
      origin: airport(),
      destination: airport(),
    })),
  )
}

function linearCongruential(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
