/** A span of time in words, for messages. Milliseconds since 1970; `undefined` where it is not known. */
export function interval(from: number | undefined, to: number | undefined): string {
  const start = from === undefined ? 'some time ago' : new Date(from).toISOString()
  return to === undefined ? `after ${start}` : `between ${start} and ${new Date(to).toISOString()}`
}
