import type { FailedRecord } from '../contract/failed-record.ts'
import type { Source } from '../contract/source.ts'

/** The name of the source that failed records come from. */
export const failedRecords = 'failed-records'

/** Failed records as a source of the graph. Nothing is read: the runtime hands them over as they fail. */
export const failedRecordsSource: Source<FailedRecord> = {
  description: { kind: 'job', detail: 'records that its functions fail on', replayable: true },
  open: async () => ({
    discoverEveryMs: 2 ** 31 - 1,
    exhausted: true,
    discover: async () => {},
    takeReadable: () => [],
    read: () => {
      throw new Error('there is nothing to read')
    },
    finished: () => [],
    snapshot: () => null,
    close: async () => {},
  }),
}
