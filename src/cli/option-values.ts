import { InvalidArgumentError } from 'commander'
import { bytes, type Duration, milliseconds, type Size } from '../units.ts'

/** `trim-horizon`, `latest`, or a time such as `2026-01-31T00:00:00Z`. */
export function startPosition(text: string): 'trim-horizon' | 'latest' | Date {
  if (text === 'trim-horizon' || text === 'latest') return text
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? new Date(text) : undefined
  if (time === undefined || Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError('Use trim-horizon, latest, or a time such as 2026-01-31T00:00:00Z.')
  }
  return time
}

/** The address of a service, such as `http://127.0.0.1:4567`. */
export function endpoint(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) {
    throw new InvalidArgumentError('Use an address such as http://127.0.0.1:4567.')
  }
  return text
}

/** A port; 0 lets the system choose. */
export function port(text: string): number {
  return wholeNumber(text, 0, 65_535)
}

/** How many shards a stream is created with. */
export function shardCount(text: string): number {
  return wholeNumber(text, 1, 10_000)
}

/** The number of a checkpoint. */
export function epochNumber(text: string): number {
  return wholeNumber(text, 1, 999_999_999)
}

/** How many lines are left out. */
export function lineCount(text: string): number {
  return wholeNumber(text, 0, 1_000_000)
}

/** A length of time, such as `500ms` or `1m`. */
export function duration(text: string): Duration {
  const given = text as Duration
  return measured(given, () => milliseconds(given))
}

/** An amount of bytes, such as `512KiB`. */
export function size(text: string): Size {
  const given = text as Size
  return measured(given, () => bytes(given))
}

/** A regular expression, without slashes around it. */
export function expression(text: string): RegExp {
  try {
    return new RegExp(text, 'u')
  } catch (error) {
    throw new InvalidArgumentError(
      `Use a regular expression: ${error instanceof Error ? error.message : error}.`,
    )
  }
}

function measured<T>(text: T, measure: () => number): T {
  try {
    measure()
    return text
  } catch (error) {
    throw new InvalidArgumentError(`${error instanceof Error ? error.message : error}.`)
  }
}

function wholeNumber(text: string, least: number, most: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (!(number >= least && number <= most)) {
    throw new InvalidArgumentError(`Use a whole number from ${least} to ${most}.`)
  }
  return number
}
