import type { ByteWriter } from './byte-writer.ts'
import { writeKey } from './key-bytes.ts'
import type { StateEntry } from './state-entry.ts'
import { entryFlags } from './state-file-format.ts'

/**
 * Writes what is said of a key.
 *
 * @param again Whether the entry before is of the same namespace, which is then not written again.
 */
export function writeEntry(
  to: ByteWriter,
  { namespace, key, value, timers: { event, processing } }: StateEntry,
  again: boolean,
): void {
  to.byte(
    (again ? 0 : entryFlags.namespace) |
      (value === undefined ? entryFlags.deleted : 0) |
      (event.length === 0 ? 0 : entryFlags.eventTimers) |
      (processing.length === 0 ? 0 : entryFlags.processingTimers),
  )
  if (!again) to.float64(namespace)
  writeKey(to, key)
  if (value !== undefined) {
    to.varint(value.length)
    to.bytes(value)
  }
  if (event.length > 0) writeTimes(to, event)
  if (processing.length > 0) writeTimes(to, processing)
}

function writeTimes(to: ByteWriter, times: readonly number[]): void {
  to.varint(times.length)
  for (const time of times) to.float64(time)
}
