import { MillraceError } from '../../../src/errors.ts'

/** A time as a clock on the wall shows it. */
export interface WallTime {
  /** Its UTC fields are what the clock shows. */
  readonly shown: Date
  readonly offsetMs: number
}

/** A piece of a pattern. */
export type Letters = { readonly letter: string; readonly write: (time: WallTime) => string }

const months = 'January February March April May June July August September October November December'.split(
  ' ',
)
const days = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')
const ordinals = ['1st', '2nd', '3rd', '4th']

/** How a letter is written, by how often it stands; `undefined` where it cannot stand so often. */
const writers: Readonly<Record<string, (count: number) => ((time: WallTime) => string) | undefined>> = {
  y: (count) => year(count, ({ shown }) => Math.max(shown.getUTCFullYear(), 1 - shown.getUTCFullYear())),
  u: (count) => year(count, ({ shown }) => shown.getUTCFullYear()),
  M: (count) => named(count, months, ({ shown }) => shown.getUTCMonth()),
  L: (count) => named(count, months, ({ shown }) => shown.getUTCMonth()),
  d: (count) => number(count, 2, ({ shown }) => shown.getUTCDate()),
  D: (count) => number(count, 3, ({ shown }) => dayOfYear(shown)),
  E: (count) => text(count, days, ({ shown }) => shown.getUTCDay()),
  Q: (count) => quarter(count),
  q: (count) => quarter(count),
  H: (count) => number(count, 2, ({ shown }) => shown.getUTCHours()),
  k: (count) => number(count, 2, ({ shown }) => shown.getUTCHours() || 24),
  h: (count) => number(count, 2, ({ shown }) => shown.getUTCHours() % 12 || 12),
  K: (count) => number(count, 2, ({ shown }) => shown.getUTCHours() % 12),
  a: (count) => (count === 1 ? ({ shown }) => (shown.getUTCHours() < 12 ? 'AM' : 'PM') : undefined),
  m: (count) => number(count, 2, ({ shown }) => shown.getUTCMinutes()),
  s: (count) => number(count, 2, ({ shown }) => shown.getUTCSeconds()),
  S: (count) =>
    count > 9
      ? undefined
      : ({ shown }) => String(shown.getUTCMilliseconds()).padStart(3, '0').padEnd(9, '0').slice(0, count),
  x: (count) => (count > 3 ? undefined : ({ offsetMs }) => offset(offsetMs, count)),
  X: (count) => (count > 3 ? undefined : ({ offsetMs }) => (offsetMs === 0 ? 'Z' : offset(offsetMs, count))),
  Z: (count) => (count > 3 ? undefined : ({ offsetMs }) => offset(offsetMs, 2)),
}

/**
 * The pieces of a pattern as Java's `DateTimeFormatter` reads it: letters are fields, text in single quotes stays as it
 * is, two single quotes are one, and what is no letter stays.
 *
 * @throws MillraceError `OPTION_INVALID` for letters that are not supported, or stand too often.
 */
export function timePattern(pattern: string): readonly (string | Letters)[] {
  const pieces: (string | Letters)[] = []
  const rest = /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']|'/g
  for (const [piece, quoted, letter] of pattern.matchAll(rest)) {
    if (quoted !== undefined) pieces.push(quoted === '' ? "'" : quoted.replaceAll("''", "'"))
    else if (letter !== undefined) pieces.push(lettersOf(letter, piece.length, pattern))
    else if (/['[\]{}#]/.test(piece)) throw invalid(pattern, `has ${piece}, which must be quoted`)
    else pieces.push(piece)
  }
  return pieces
}

function lettersOf(letter: string, count: number, pattern: string): Letters {
  const write = writers[letter]?.(count)
  if (write !== undefined) return { letter, write }
  if (letter === 'Y') throw invalid(pattern, 'has Y, the year of weeks: write yyyy for the year')
  if (writers[letter] !== undefined) throw invalid(pattern, `has ${letter.repeat(count)}, which is too long`)
  throw invalid(
    pattern,
    `has ${letter}, which is not supported: there are ${Object.keys(writers).join(' ')}, and text goes in single quotes`,
  )
}

function year(count: number, of: (time: WallTime) => number) {
  if (count === 2) return (time: WallTime) => String(of(time) % 100).padStart(2, '0')
  return (time: WallTime) => String(of(time)).padStart(count, '0')
}

function number(count: number, most: number, of: (time: WallTime) => number) {
  return count > most ? undefined : (time: WallTime) => String(of(time)).padStart(count, '0')
}

function named(count: number, names: readonly string[], of: (time: WallTime) => number) {
  return count > 2 ? text(count, names, of) : number(count, 2, (time) => of(time) + 1)
}

function text(count: number, names: readonly string[], of: (time: WallTime) => number) {
  if (count > 5) return undefined
  const length = count === 4 ? undefined : count === 5 ? 1 : 3
  return (time: WallTime) => names[of(time)]!.slice(0, length)
}

function quarter(count: number) {
  const of = ({ shown }: WallTime) => Math.floor(shown.getUTCMonth() / 3)
  if (count === 3) return (time: WallTime) => `Q${of(time) + 1}`
  if (count === 4) return (time: WallTime) => `${ordinals[of(time)]} quarter`
  return number(count, 2, (time) => of(time) + 1)
}

function dayOfYear(shown: Date): number {
  return Math.floor((shown.getTime() - Date.UTC(shown.getUTCFullYear(), 0, 0)) / 86_400_000)
}

function offset(offsetMs: number, count: number): string {
  const minutes = Math.floor(Math.abs(offsetMs) / 60_000)
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'))
  const end = count === 1 && rest === '00' ? '' : count === 3 ? `:${rest}` : rest
  return `${offsetMs < 0 ? '-' : '+'}${hours}${end}`
}

function invalid(pattern: string, what: string): MillraceError {
  return new MillraceError('OPTION_INVALID', `the time pattern ${JSON.stringify(pattern)} ${what}`)
}
