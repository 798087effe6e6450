import { type OpenCheckpoint, operatorEntries } from './inspection.ts'

/** What is different in a later checkpoint. */
export interface Difference {
  readonly splits: readonly {
    readonly source: string
    readonly split: string
    /** `undefined` where it was not begun yet, or is finished. */
    readonly from: string | undefined
    readonly to: string | undefined
  }[]
  readonly operators: readonly {
    readonly name: string
    readonly added: number
    readonly removed: number
    readonly changed: number
    readonly same: number
  }[]
  /** Sources, operators and sinks that only one of the two has. */
  readonly onlyBefore: readonly string[]
  readonly onlyAfter: readonly string[]
}

/** Compares two checkpoints: positions split by split, state key by key. */
export async function difference(before: OpenCheckpoint, after: OpenCheckpoint): Promise<Difference> {
  const holders = ({ content }: OpenCheckpoint) => [
    ...Object.keys(content.sources).map((name) => `source ${name}`),
    ...Object.keys(content.operators).map((name) => `operator ${name}`),
    ...Object.keys(content.sinks).map((name) => `sink ${name}`),
  ]
  const [held, holds] = [holders(before), holders(after)]
  const common = Object.keys(before.content.operators).filter((name) => name in after.content.operators)
  const operators: Difference['operators'][number][] = []
  for (const name of common) operators.push({ name, ...(await keysOf(before, after, name)) })
  return {
    splits: splitsOf(before, after),
    operators,
    onlyBefore: held.filter((holder) => !holds.includes(holder)),
    onlyAfter: holds.filter((holder) => !held.includes(holder)),
  }
}

function splitsOf(before: OpenCheckpoint, after: OpenCheckpoint): Difference['splits'] {
  const positions = ({ content }: OpenCheckpoint, source: string) => content.sources[source]?.positions ?? {}
  return Object.keys({ ...before.content.sources, ...after.content.sources }).flatMap((source) => {
    const [from, to] = [positions(before, source), positions(after, source)]
    return Object.keys({ ...from, ...to })
      .filter((split) => from[split] !== to[split])
      .map((split) => ({ source, split, from: from[split], to: to[split] }))
  })
}

async function keysOf(before: OpenCheckpoint, after: OpenCheckpoint, operator: string) {
  const [from, to] = [await textsOf(before, operator), await textsOf(after, operator)]
  const figures = { added: 0, removed: 0, changed: 0, same: 0 }
  for (const [place, text] of to) {
    const earlier = from.get(place)
    if (earlier === undefined) figures.added += 1
    else if (earlier === text) figures.same += 1
    else figures.changed += 1
  }
  for (const place of from.keys()) if (!to.has(place)) figures.removed += 1
  return figures
}

async function textsOf(checkpoint: OpenCheckpoint, operator: string): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>()
  for await (const { namespace, key, value } of operatorEntries(checkpoint, operator))
    texts.set(`${namespace} ${typeof key} ${key}`, jsonText(value))
  return texts
}

/** A value of state as JSON. What JSON has no word for is an object with one field that says what it is. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, shown, indent) ?? 'null'
}

function shown(this: unknown, name: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[name]
  if (original instanceof Date)
    return { $date: Number.isNaN(original.getTime()) ? null : original.toISOString() }
  if (typeof value === 'bigint') return { $bigint: String(value) }
  if (value instanceof Map) return { $map: [...value] }
  if (value instanceof Set) return { $set: [...value] }
  // A Buffer has told already what it would be in JSON.
  if (original instanceof Uint8Array) return { $bytes: Buffer.from(original).toString('base64') }
  if (ArrayBuffer.isView(value)) return { [`$${value.constructor.name}`]: [...(value as Float64Array)] }
  if (typeof value === 'number' && !Number.isFinite(value)) return { $number: String(value) }
  return value
}
