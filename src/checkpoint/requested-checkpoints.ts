import type { CheckpointStore } from '../contract/checkpoint-store.ts'

/** Holds all requests from outside. */
export const requestsFolder = 'requests/'

const request = `${requestsFolder}checkpoint`

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

/** Whether what is there below {@link requestsFolder} asks for a checkpoint. If it does, it has been taken. */
export async function takeRequest(store: CheckpointStore, names: readonly string[]): Promise<boolean> {
  if (!names.includes(request)) return false
  await store.delete(request)
  return true
}
