import { MillraceError } from '../../../src/errors.ts'

/** How far the clock of a place is ahead of UTC at an instant, in milliseconds. */
export type OffsetAt = (timestamp: number) => number

/**
 * The clock of a time zone, by its IANA name.
 *
 * @throws MillraceError `OPTION_INVALID` for a name that nobody knows.
 */
export function offsetIn(timeZone: string): OffsetAt {
  if (timeZone === 'UTC') return () => 0
  const format = formatOf(timeZone)
  return (timestamp) => {
    const name = format.formatToParts(timestamp).find(({ type }) => type === 'timeZoneName')?.value ?? ''
    const [, sign, hours = '0', minutes = '0', seconds = '0'] =
      /([+-])(\d+):(\d+)(?::(\d+))?$/.exec(name) ?? []
    const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
    return sign === '-' ? -ms : ms
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  } catch (cause) {
    throw new MillraceError(
      'OPTION_INVALID',
      `timeZone ${JSON.stringify(timeZone)} is no time zone such as "Europe/Berlin"`,
      { cause },
    )
  }
}
