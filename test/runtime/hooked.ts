import type { CheckpointStore } from '../../src/contract/checkpoint-store.ts'
import type { Sink, SinkWriter } from '../../src/contract/sink.ts'

/** What a test does before a step of a sink; what it throws fails the step. */
export interface SinkHooks {
  readonly open?: () => void | Promise<void>
  readonly write?: (values: readonly unknown[]) => void
  readonly ready?: () => Promise<void> | undefined
  readonly stage?: (last: boolean) => void | Promise<void>
  readonly commit?: () => void | Promise<void>
  readonly close?: () => void | Promise<void>
}

export function hookedSink<T>(sink: Sink<T>, hooks: SinkHooks): Sink<T> {
  return {
    description: sink.description,
    open: async (context, restored) => {
      await hooks.open?.()
      return hookedWriter(await sink.open(context, restored), hooks)
    },
  }
}

function hookedWriter<T>(writer: SinkWriter<T>, hooks: SinkHooks): SinkWriter<T> {
  return {
    write: (values, timestamps) => {
      hooks.write?.(values)
      writer.write(values, timestamps)
    },
    ready: () => hooks.ready?.() ?? writer.ready(),
    stage: async (last) => {
      // The cut first: what comes while the hook waits is not in it.
      const staged = writer.stage(last)
      staged.catch(() => {})
      await hooks.stage?.(last)
      return staged
    },
    commit: async (committables, permit) => {
      await hooks.commit?.()
      await writer.commit(committables, permit)
    },
    close: async () => {
      await hooks.close?.()
      await writer.close()
    },
  }
}

export type StoreStep = 'writeOnce' | 'read' | 'list' | 'delete'

/** A store with something before each step; what it throws fails the step. */
export function hookedStore(
  store: CheckpointStore,
  before: (step: StoreStep, name: string) => void | Promise<void>,
): CheckpointStore {
  return {
    description: store.description,
    writeOnce: async (name, content) => {
      await before('writeOnce', name)
      return store.writeOnce(name, content)
    },
    read: async (name) => {
      await before('read', name)
      return store.read(name)
    },
    list: async (prefix) => {
      await before('list', prefix)
      return store.list(prefix)
    },
    delete: async (name) => {
      await before('delete', name)
      await store.delete(name)
    },
  }
}
