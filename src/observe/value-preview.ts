const longestText = 40
const mostMembers = 8
const deepest = 3
const longest = 200

/** Fields that may hold what nobody should read in a log. */
const secret =
  /pass|secret|token|credential|authori[sz]ation|cookie|session|api.?key|private|signature|\bpin\b|cvv|iban/i

/**
 * What a record begins with, for the last words of a job: at most 200 characters, texts and lists cut short. What a field
 * with a name such as `password` or `token` holds is left out.
 */
export function valuePreview(value: unknown): string {
  const text = JSON.stringify(cut(value, 0)) ?? String(value)
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`
}

function cut(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return shortened(value)
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function')
    return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid date' : value.toISOString()
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (depth === deepest) return '…'
  if (value instanceof Map || value instanceof Set) return members([...value], depth)
  if (Array.isArray(value)) return members(value, depth)
  const fields = Object.entries(value)
  const shown = fields
    .slice(0, mostMembers)
    .map(([name, held]) => [shortened(name), secret.test(name) ? '…' : cut(held, depth + 1)])
  return Object.fromEntries(
    fields.length > mostMembers ? [...shown, ['…', fields.length - mostMembers]] : shown,
  )
}

function members(values: readonly unknown[], depth: number): unknown[] {
  const shown = values.slice(0, mostMembers).map((held) => cut(held, depth + 1))
  return values.length > mostMembers ? [...shown, '…'] : shown
}

function shortened(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText)}…`
}
