import { KinesisError } from '../protocol/kinesis-error.ts'
import { openToken, sealToken } from '../protocol/token.ts'

const lifetimeMs = 300_000

/** The NextToken of a list: after which item to go on, and whatever else the list must remember. */
export function sealListToken(list: string, values: readonly (string | number)[], now: number): string {
  return sealToken(list, [now, ...values])
}

/** @throws KinesisError InvalidArgumentException or ExpiredNextTokenException */
export function openListToken(list: string, token: string, now: number): readonly string[] {
  const [issuedMs, ...values] = openToken(list, token) ?? []
  if (issuedMs === undefined) throw new KinesisError('InvalidArgumentException', 'Invalid NextToken.')
  if (now - Number(issuedMs) > lifetimeMs) {
    throw new KinesisError(
      'ExpiredNextTokenException',
      `The NextToken is older than ${lifetimeMs} milliseconds.`,
    )
  }
  return values
}
