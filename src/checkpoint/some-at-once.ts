/**
 * What `convert` gives for each value of a record, by the same names. So many are under way at the most.
 *
 * @throws What the first that failed has thrown, when nothing is under way any more. None is begun after a failure.
 */
export async function someAtOnce<A, B>(
  record: Readonly<Record<string, A>>,
  most: number,
  convert: (value: A) => Promise<B>,
): Promise<Record<string, B>> {
  const waiting = Object.entries(record)
  const names = waiting.map(([name]) => name)
  const converted = new Map<string, B>()
  const failures: unknown[] = []
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined && failures.length === 0; next = waiting.shift()) {
      const [name, value] = next
      try {
        converted.set(name, await convert(value))
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: most }, lane))
  if (failures.length > 0) throw failures[0]
  return Object.fromEntries(names.map((name) => [name, converted.get(name)!]))
}
