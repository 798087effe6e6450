import type { InputProgress, SinkContext } from '../../src/contract/sink.ts'
import { systemClock } from '../../src/contract/system.ts'

/** What the engine would give a sink, with nothing around it. */
export function sinkContext(changes: Partial<SinkContext> = {}): SinkContext {
  return {
    job: 'job',
    name: 'sink',
    lineage: 'l1',
    clock: systemClock,
    random: Math.random,
    log: { info() {}, warn() {} },
    overrides: {},
    input: () => nothingRead,
    count() {},
    requestCheckpoint() {},
    ...changes,
  }
}

const nothingRead: InputProgress = { through: {}, settled: {} }
