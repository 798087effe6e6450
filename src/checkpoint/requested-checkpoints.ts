import type { CheckpointStore } from '../contract/checkpoint-store.ts'

const request = 'requests/checkpoint'

/**
 * Asks the run of a job, wherever it is, for a checkpoint now. The run looks for requests in its store; a store is all
 * that it and whoever asks must have in common.
 */
export async function requestCheckpoint(store: CheckpointStore): Promise<void> {
  await store.writeOnce(request, Buffer.from('now\n'))
}

/** Takes a request back, or what is left of it. */
export async function withdrawRequest(store: CheckpointStore): Promise<void> {
  await store.delete(request)
}

/** Whether a checkpoint was asked for since the last time. */
export async function takeRequest(store: CheckpointStore): Promise<boolean> {
  if ((await store.list(request)).length === 0) return false
  await store.delete(request)
  return true
}
