import type { Sink } from '../../../src/contract/sink.ts'
import type { Source } from '../../../src/contract/source.ts'
import { job } from '../../../src/job.ts'

const silence: Source<never> = {
  description: { kind: 'silence', detail: 'without end', replayable: true },
  open: async () => ({
    discover: async () => {},
    discoverEveryMs: 3_600_000,
    takeReadable: () => [],
    read: () => {
      throw new Error('nothing to read')
    },
    finished: () => [],
    exhausted: false,
    snapshot: () => null,
    close: async () => {},
  }),
}

let staged = 0

/** Takes part in the first checkpoint, and in no other if `STUCK` is set. */
const lazy: Sink<unknown> = {
  description: { kind: 'lazy', detail: 'nowhere', guarantee: 'at-most-once', because: 'it drops everything' },
  open: async () => ({
    write: () => {},
    ready: () => undefined,
    stage: () => {
      staged += 1
      const { STUCK } = process.env
      const stuck = staged > 1 && STUCK === 'yes'
      return stuck
        ? new Promise(() => setInterval(() => {}, 1000))
        : Promise.resolve({ committables: [], state: { schema: 1, parts: [] } })
    },
    commit: async () => {},
    close: async () => {},
  }),
}

export default job('stuck', ({ from }) =>
  from('silence', silence).pipe(({ outlet }) => ({
    sink: { kind: 'sink', name: 'nowhere', input: outlet, sink: lazy },
  })),
)
