import { MillraceError } from 'millrace'
import type { CheckpointStore } from '../../src/contract/checkpoint-store.ts'
import type { Sink, SinkWriter } from '../../src/contract/sink.ts'

/** Stands for the death of a process at its n-th deed: from then on nothing that it tries has any effect. */
export class Fuse {
  burnt = 0
  private readonly blowsAt: number

  constructor(blowsAt = Number.POSITIVE_INFINITY) {
    this.blowsAt = blowsAt
  }

  readonly burn = (): void => {
    this.burnt += 1
    if (this.burnt >= this.blowsAt) throw new MillraceError('JOB_FENCED', 'the process has died')
  }
}

/** A store that may die before and after each write. */
export function mortalStore(store: CheckpointStore, { burn }: Fuse): CheckpointStore {
  return {
    description: store.description,
    writeOnce: async (name, content) => {
      burn()
      const outcome = await store.writeOnce(name, content)
      burn()
      return outcome
    },
    read: async (name) => {
      burn()
      return store.read(name)
    },
    list: async (prefix) => {
      burn()
      return store.list(prefix)
    },
    delete: async (name) => {
      burn()
      await store.delete(name)
    },
  }
}

/** A sink that may die around each step. */
export function mortalSink<T>(sink: Sink<T>, { burn }: Fuse): Sink<T> {
  return {
    description: sink.description,
    open: async (context, restored) => {
      burn()
      return mortalWriter(await sink.open(context, restored), burn)
    },
  }
}

function mortalWriter<T>(writer: SinkWriter<T>, burn: () => void): SinkWriter<T> {
  return {
    watermark: (timestamp) => {
      burn()
      writer.watermark?.(timestamp)
    },
    write: (values, timestamps) => {
      burn()
      writer.write(values, timestamps)
    },
    ready: () => writer.ready(),
    stage: async (last, epoch) => {
      burn()
      const staged = await writer.stage(last, epoch)
      burn()
      return staged
    },
    commit: async (committables, permit) => {
      burn()
      await writer.commit(committables, permit)
      burn()
    },
    get unsettled() {
      return writer.unsettled === true
    },
    close: () => writer.close(),
  }
}
