import type { StoredRecords } from '../../connectors/kinesis/kinesis-api.ts'

/** A way to read a stream, page by page: by GetRecords, by subscriptions, or by anything else that gives records. */
export interface PageReading {
  readonly name: string
  pages(): AsyncIterable<StoredRecords>
}

/** Records and the CPU time of this process for them. */
export interface Cost {
  readonly records: number
  readonly cpuMicrosPerRecord: number
}

/**
 * The CPU time from the socket to the bytes that a decoder is given: every record is taken out of its page and looked
 * at, and then dropped.
 */
export async function costOf({ pages }: PageReading): Promise<Cost> {
  let [records, bytes] = [0, 0]
  const before = process.cpuUsage()
  for await (const page of pages()) {
    for (let i = 0; i < page.length; i++) bytes += page.at(i)!.data.length
    records += page.length
  }
  const { user, system } = process.cpuUsage(before)
  if (bytes === 0) throw new Error('nothing came')
  return { records, cpuMicrosPerRecord: (user + system) / records }
}
