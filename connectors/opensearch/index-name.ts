import { MillraceError } from '../../src/errors.ts'

/** How often documents go to another index: its name then ends in the time of the records. */
export type IndexRotation = 'none' | 'hour' | 'day' | 'week' | 'month'

const dayMs = 86_400_000

/**
 * The name of an index with the time of a record in UTC, as Firehose has it: `-yyyy-MM-dd-HH`, `-yyyy-MM-dd`, `-yyyy-wNN`
 * with weeks that begin on Sunday and a first one that has January 1, `-yyyy-MM`.
 */
export function rotatedName(index: string, rotation: IndexRotation, timestamp: number): string {
  if (rotation === 'none') return index
  const [day = '', clock = ''] = new Date(timestamp).toISOString().split('T')
  if (rotation === 'hour') return `${index}-${day}-${clock.slice(0, 2)}`
  if (rotation === 'day') return `${index}-${day}`
  if (rotation === 'month') return `${index}-${day.slice(0, 7)}`
  return `${index}-${weekOf(timestamp)}`
}

function weekOf(timestamp: number): string {
  const day = Math.floor(timestamp / dayMs)
  // A week belongs to the year of its Saturday.
  const sunday = sundayBefore(day)
  const year = new Date((sunday + 6) * dayMs).getUTCFullYear()
  const firstDay = Date.UTC(year, 0, 1) / dayMs
  const firstSunday = sundayBefore(firstDay)
  return `${year}-w${String((sunday - firstSunday) / 7 + 1).padStart(2, '0')}`
}

/** The Sunday with which the week of a day begins; both are counted from 1970, which began on a Thursday. */
function sundayBefore(day: number): number {
  return day - ((((day + 4) % 7) + 7) % 7)
}

/** @throws MillraceError `OPTION_INVALID` for a name that no index can have. */
export function checkIndexName(name: unknown): string {
  const wrong =
    typeof name !== 'string' || !/^[^-_+][^\\/*?"<>|\s,#:]*$/.test(name) || name !== name.toLowerCase()
  if (wrong || name === '.' || name === '..' || Buffer.byteLength(name) > 230)
    throw new MillraceError('OPTION_INVALID', `openSearch(…): no index can be called ${JSON.stringify(name)}`)
  return name
}
