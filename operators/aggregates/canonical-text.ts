/**
 * A text that plain data has in common with its equals alone, however it was made: members of objects in the order of
 * their names. Decides where an order leaves values equal, so that arrival does not.
 */
export function canonicalText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '0' : String(value)
  if (value instanceof Date) return `Date(${value.getTime()})`
  if (value instanceof Uint8Array) return `Bytes(${Buffer.from(value).toString('hex')})`
  if (value instanceof Map) return `Map(${sorted([...value].map((entry) => canonicalText(entry)))})`
  if (value instanceof Set) return `Set(${sorted([...value].map((member) => canonicalText(member)))})`
  if (Array.isArray(value)) return `[${value.map((member) => canonicalText(member)).join()}]`
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${sorted(members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalText(member)}`))}}`
}

/** By {@link canonicalText}. */
export function compareCanonically(a: unknown, b: unknown): number {
  if (a === b) return 0
  const [first, second] = [canonicalText(a), canonicalText(b)]
  return first < second ? -1 : first > second ? 1 : 0
}

function sorted(texts: string[]): string {
  return texts.sort().join()
}
