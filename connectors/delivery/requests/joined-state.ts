import type { Staged } from '../../../src/contract/sink.ts'
import type { Layers, Snapshot, StateChanges } from '../../../src/contract/snapshot.ts'
import { MillraceError } from '../../../src/errors.ts'

/*
 * The state of a destination and of the sinks beside it as one:
 *
 *     part 0      heads, as JSON
 *     part 1…n    the parts of the sinks beside, one after the other, and those of the destination
 *     layer 0     one file: how many layers each sink beside has, as JSON; without such layers there is none
 *     layer 1…n   the layers of the sinks beside, one after the other
 */

/** What a checkpoint holds of a sink beside. */
interface Head {
  readonly option: string
  readonly schema: number
  readonly parts: number
}

/** What a sink beside has staged. */
export type StagedBeside = Staged & { readonly option: string }

/** Puts the states together. */
export function joinedState(own: Snapshot, beside: readonly StagedBeside[]): Snapshot {
  const heads: Head[] = beside.map(({ option, state }) => {
    return { option, schema: state.schema, parts: state.parts.length }
  })
  const changes = joinedChanges(beside.map(({ state }) => state.changes))
  const head = Buffer.from(JSON.stringify(heads))
  return {
    schema: own.schema,
    parts: [head, ...beside.flatMap(({ state }) => state.parts), ...own.parts],
    ...(changes && { changes }),
  }
}

function joinedChanges(all: readonly (StateChanges | undefined)[]): StateChanges | undefined {
  if (all.every((changes) => changes === undefined)) return undefined
  return {
    written: async (write) => {
      const layers: Layers[] = []
      for (const changes of all) layers.push((await changes?.written(write)) ?? [])
      const counts = Buffer.from(JSON.stringify(layers.map(({ length }) => length)))
      return [[await write(counts)], ...layers.flat()]
    },
    published: () => {
      for (const changes of all) changes?.published()
    },
  }
}

/**
 * Takes {@link joinedState} apart.
 *
 * @throws MillraceError `CHECKPOINT_INCOMPATIBLE` for the state of another kind of sink.
 */
export async function separateState(snapshot: Snapshot): Promise<{
  own: Snapshot
  beside: ReadonlyMap<string, Snapshot>
}> {
  const { own, beside } = separateParts(snapshot)
  const [[counts] = [], ...layers] = snapshot.layers ?? []
  const layerCounts: readonly number[] = counts === undefined ? [] : parsed(await counts.read())
  let layer = 0
  const whole = [...beside].map(([option, state], index): [string, Snapshot] => {
    const count = layerCounts[index] ?? 0
    const ownLayers = layers.slice(layer, layer + count)
    layer += count
    return [option, count === 0 ? state : { ...state, layers: ownLayers }]
  })
  return { own, beside: new Map(whole) }
}

/** The same without the layers, which have to be read. */
export function separateParts({ schema, parts: [head, ...parts] }: Snapshot): {
  own: Snapshot
  beside: ReadonlyMap<string, Snapshot>
} {
  const beside = new Map<string, Snapshot>()
  let part = 0
  for (const { option, schema: theirs, parts: count } of parsed<readonly Head[]>(head)) {
    beside.set(option, { schema: theirs, parts: parts.slice(part, part + count) })
    part += count
  }
  return { own: { schema, parts: parts.slice(part) }, beside }
}

function parsed<T>(content: Uint8Array | undefined): T {
  try {
    return JSON.parse(Buffer.from(content ?? []).toString())
  } catch (cause) {
    throw new MillraceError('CHECKPOINT_INCOMPATIBLE', 'the checkpoint holds state of another kind of sink', {
      cause,
    })
  }
}
