import type { Where } from '../errors.ts'
import type { Json } from './json.ts'

/** What a checkpoint calls the state of a quarantine. */
export const quarantineShape = 'quarantine'

/** A record that waits in a quarantine, as checkpoints hold it: each key has a list of them, in order. */
export interface ParkedRecord {
  /** Counts all records that the quarantine has ever parked. */
  readonly id: number
  readonly value: unknown
  /** Its event time, in milliseconds since 1970. */
  readonly timestamp: number
  /** Where it came from, as far as that is known. */
  readonly where: Where
  readonly sizeBytes: number
  /** Why it was parked; `undefined` of one that waits for those before it. */
  failure?: ParkedFailure
}

/** What went wrong with a parked record. */
export interface ParkedFailure {
  readonly code: string
  readonly reason: string
  /** The operator that failed, by its id in the plan. */
  readonly operator: string | null
  /** How often it was tried. */
  readonly tries: number
}

/** What the user wants of a quarantine. */
export type QuarantineRequest =
  /** Try what is parked, of one key or of all, in order, up to a record that fails again. */
  | { readonly action: 'retry'; readonly key?: string | number | bigint }
  /** Leave out the records of a key up to the one of this id, and try the rest. */
  | { readonly action: 'drop'; readonly key: string | number | bigint; readonly upTo: number }

/** A request as JSON, which has no word for a bigint. */
export function quarantineRequestJson(request: QuarantineRequest): Json {
  const { key, ...rest } = request
  if (key === undefined) return rest
  return { ...rest, key: typeof key === 'bigint' ? { bigint: String(key) } : key }
}

/** What {@link quarantineRequestJson} gave; `undefined` for anything else. */
export function quarantineRequestOf(json: Json): QuarantineRequest | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined
  const { action, key: given, upTo } = json as { readonly [name: string]: Json }
  const key = keyOf(given)
  if (action === 'retry') return key === undefined ? { action } : { action, key }
  if (action === 'drop' && key !== undefined && typeof upTo === 'number') return { action, key, upTo }
  return undefined
}

function keyOf(given: Json | undefined): string | number | bigint | undefined {
  if (typeof given === 'string' || typeof given === 'number') return given
  if (typeof given === 'object' && given !== null && 'bigint' in given) return BigInt(String(given['bigint']))
  return undefined
}
