/**
 * Numbers counted in buckets whose bounds grow by a constant factor, so that every number is known up to a share of
 * itself (Masson et al., "DDSketch", 2019).
 */
export interface Sketch {
  counted: number
  zeros: number
  readonly positive: Map<number, number>
  readonly negative: Map<number, number>
}

/** Less than this is counted as zero. */
const least = 1e-300

export function emptySketch(): Sketch {
  return { counted: 0, zeros: 0, positive: new Map(), negative: new Map() }
}

/** The sketch with a number in it so many times more; `times` is negative to take it out. */
export function counted(sketch: Sketch, growth: number, value: number, times: number): Sketch {
  sketch.counted += times
  const size = Math.abs(value)
  if (size < least) sketch.zeros += times
  else if (value > 0) raise(sketch.positive, bucketOf(size, growth), times)
  else raise(sketch.negative, bucketOf(size, growth), times)
  return sketch
}

/** Both made one. Changes neither. */
export function mergedSketches(a: Sketch, b: Sketch): Sketch {
  const positive = new Map(a.positive)
  const negative = new Map(a.negative)
  for (const [bucket, times] of b.positive) raise(positive, bucket, times)
  for (const [bucket, times] of b.negative) raise(negative, bucket, times)
  return { counted: a.counted + b.counted, zeros: a.zeros + b.zeros, positive, negative }
}

/** The numbers below which these shares of all numbers lie; the shares ascend. */
export function quantilesOf(sketch: Sketch, growth: number, shares: readonly number[]): number[] {
  const steps = [...ascending(sketch, growth)]
  let index = 0
  let upTo = steps[0]?.[1] ?? 0
  return shares.map((share) => {
    const place = share * (sketch.counted - 1)
    while (upTo <= place && index + 1 < steps.length) {
      index += 1
      upTo += steps[index]![1]
    }
    return steps[index]![0]
  })
}

function* ascending({ zeros, positive, negative }: Sketch, growth: number): Generator<[number, number]> {
  for (const [bucket, times] of [...negative].sort(([a], [b]) => b - a))
    yield [-middleOf(bucket, growth), times]
  if (zeros > 0) yield [0, zeros]
  for (const [bucket, times] of [...positive].sort(([a], [b]) => a - b))
    yield [middleOf(bucket, growth), times]
}

function bucketOf(size: number, growth: number): number {
  return Math.ceil(Math.log(size) / Math.log(growth))
}

/** As far from one bound as from the other, by their share. */
function middleOf(bucket: number, growth: number): number {
  return Math.min((2 * Math.exp(bucket * Math.log(growth))) / (growth + 1), Number.MAX_VALUE)
}

function raise(buckets: Map<number, number>, bucket: number, more: number): void {
  const times = (buckets.get(bucket) ?? 0) + more
  if (times === 0) buckets.delete(bucket)
  else buckets.set(bucket, times)
}
