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
export async function separateState({ schema, parts: [head, ...parts], layers = [] }: Snapshot): Promise<{
  own: Snapshot
  beside: ReadonlyMap<string, Snapshot>
}> {
  const heads: readonly Head[] = parsed(head)
  const [[counts] = [], ...layersBeside] = layers
  const layerCounts: readonly number[] = counts === undefined ? [] : parsed(await counts.read())
  const beside = new Map<string, Snapshot>()
  let [part, layer] = [0, 0]
  for (const [index, { option, schema: theirs, parts: count }] of heads.entries()) {
    const own = { schema: theirs, parts: parts.slice(part, part + count) }
    const layerCount = layerCounts[index] ?? 0
    const ownLayers = layersBeside.slice(layer, layer + layerCount)
    beside.set(option, layerCount === 0 ? own : { ...own, layers: ownLayers })
    part += count
    layer += layerCount
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
