/** A measured figure. */
export interface Figure {
  readonly name: string
  readonly cpuMicrosPerRecord: number
  /** Speed against the floor, measured in alternation with it: 1 is as fast. */
  readonly ratio?: number
}

/** The CPU time of a synchronous function, in microseconds. */
export function cpuMicros(work: () => unknown): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

/** The CPU time of a function that waits in between, in microseconds: of the whole process, so let nothing else run. */
export async function cpuMicrosOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
