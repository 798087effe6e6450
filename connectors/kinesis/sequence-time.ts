/**
 * When the record of a sequence number was accepted, in milliseconds since 1970 and cut to whole seconds; `undefined`
 * if the number does not tell.
 *
 * Version 2 of the numbers, in hexadecimal:
 *
 *     2 | shard creation, s (9) | shard, low digit (1) | counter (16) | ? (2) | record, s (9) | shard (8) | 2
 *
 * AWS calls the numbers opaque, though its own consumer library reads them. Therefore this serves only to suspect
 * that records have expired, never to decide it.
 */
export function sequenceTime(sequenceNumber: string): number | undefined {
  return secondsAt(29, sequenceNumber)
}

/** When the shard of a sequence number was created, as little to be relied upon. */
export function shardTime(sequenceNumber: string): number | undefined {
  return secondsAt(1, sequenceNumber)
}

/** A time from this year on would mean that the numbers are made another way. */
const beyond = Date.UTC(2106, 0)

function secondsAt(digit: number, sequenceNumber: string): number | undefined {
  const hex = BigInt(sequenceNumber).toString(16)
  if (hex.length !== 47 || !hex.startsWith('2') || !hex.endsWith('2')) return undefined
  const ms = Number.parseInt(hex.slice(digit, digit + 9), 16) * 1000
  return ms < beyond ? ms : undefined
}
