/** What was given for something else, in messages: short, and never an error of its own. */
export function givenText(given: unknown): string {
  if (typeof given === 'function') return 'a function'
  if (Array.isArray(given)) return 'an array'
  if (typeof given === 'object' && given !== null) return 'an object'
  const text = String(given)
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
