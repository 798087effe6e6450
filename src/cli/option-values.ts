import { InvalidArgumentError } from 'commander'

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

function wholeNumber(text: string, least: number, most: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (!(number >= least && number <= most)) {
    throw new InvalidArgumentError(`Use a whole number from ${least} to ${most}.`)
  }
  return number
}
