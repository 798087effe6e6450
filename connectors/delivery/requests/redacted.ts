/** Shorter ones would strike out half of all words. */
const shortestSecret = 4
const mostCharacters = 1024

/** Words from outside as they may be shown: short, on one line, and without secrets. */
export function redacted(text: string, secrets: readonly string[]): string {
  const clean = secrets
    .filter(({ length }) => length >= shortestSecret)
    .reduce((left, secret) => left.replaceAll(secret, '***'), text)
  const line = clean.replace(/\s+/g, ' ').trim()
  return line.length > mostCharacters ? `${line.slice(0, mostCharacters)}…` : line
}
