import { randomBytes } from 'node:crypto'
import type { CheckpointStore } from '../contract/checkpoint-store.ts'
import type { Clock } from '../contract/clock.ts'
import type { Json } from '../contract/json.ts'
import { requestsFolder } from './requested-checkpoints.ts'

/** What somebody outside asks of an operator of a job. */
export interface OperatorRequest {
  /** Unlike that of any other, and greater than those of earlier ones. */
  readonly id: string
  readonly operator: string
  readonly request: Json
}

const folder = `${requestsFolder}operators/`

/**
 * Asks an operator of a job for something. The run of the job, or the next one, takes the request between two batches; the
 * next checkpoint has what it did and that it was done, and then the request is deleted. So it is done once.
 *
 * @returns The id, for {@link isPending}.
 */
export async function askOperator(
  store: CheckpointStore,
  operator: string,
  request: Json,
  clock: Pick<Clock, 'now'>,
): Promise<string> {
  const id = `${String(clock.now()).padStart(15, '0')}-${randomBytes(8).toString('hex')}`
  await store.writeOnce(nameOf(id), Buffer.from(`${JSON.stringify({ id, operator, request })}\n`))
  return id
}

/** Whether no checkpoint has yet what was asked for. */
export async function isPending(store: CheckpointStore, id: string): Promise<boolean> {
  return (await store.list(nameOf(id))).length > 0
}

/** The ids of the requests among what is there, in the order in which they were made. */
export function requestsAmong(names: readonly string[]): readonly string[] {
  return names.filter((name) => name.startsWith(folder)).map((name) => name.slice(folder.length))
}

/** A request; `undefined` if it is gone, or nothing that {@link askOperator} has written. */
export async function readRequest(store: CheckpointStore, id: string): Promise<OperatorRequest | undefined> {
  const content = await store.read(nameOf(id))
  if (content === undefined) return undefined
  try {
    const read = JSON.parse(Buffer.from(content).toString('utf8')) as OperatorRequest
    return read.id === id && typeof read.operator === 'string' ? read : undefined
  } catch {
    return undefined
  }
}

export async function deleteRequest(store: CheckpointStore, id: string): Promise<void> {
  await store.delete(nameOf(id))
}

function nameOf(id: string): string {
  return folder + id
}
