import type { Delivery, DeliveryRecord, NotTaken } from './request-destination.ts'

/** An entry of a batch call that failed, as SQS and SNS tell it. */
export interface FailedEntry {
  /** The place of its record. */
  readonly Id?: string | undefined
  readonly Code?: string | undefined
  readonly Message?: string | undefined
  /** Whether it is the entry that is wrong. */
  readonly SenderFault?: boolean | undefined
}

/** The sender's fault by their flag, and yet nothing that is wrong with the record. */
const passing = /throttl/i

/** What became of the records of a batch call. One that the answer does not name is sent again. */
export function entriesOutcome(
  records: readonly DeliveryRecord[],
  succeeded: readonly { readonly Id?: string | undefined }[],
  failed: readonly FailedEntry[],
): Delivery {
  const arrived = new Set(succeeded.map(({ Id }) => Id))
  const failures = new Map(failed.map((one) => [one.Id, one]))
  const refused: NotTaken[] = []
  const again: NotTaken[] = []
  for (const index of records.keys()) {
    if (arrived.has(String(index))) continue
    const { Code: code = 'NoAnswer', Message, SenderFault } = failures.get(String(index)) ?? {}
    const list = SenderFault === true && !passing.test(code) ? refused : again
    list.push({ index, code, message: Message ?? code })
  }
  return { refused, again }
}
