import { accumulationOf } from '../accumulation.ts'
import type { Aggregate } from '../aggregates/definition.ts'
import type { WindowContent } from './window-content.ts'

/** One accumulator for each aggregate, in their order; one result of all of them. */
export function aggregatedContent(
  aggregates: Readonly<Record<string, Aggregate<unknown, unknown>>>,
): WindowContent<unknown[]> {
  const names = Object.keys(aggregates)
  const all = Object.values(aggregates)
  return {
    shape: names.map((name, index) => `${name} = ${all[index]!.kind}`).join(', '),
    names,
    create: () => all.map((aggregate) => aggregate.create()),
    add: accumulationOf(all),
    merge: (content, other) => {
      for (let index = 0; index < all.length; index += 1) {
        content[index] = all[index]!.merge(content[index], other[index])
      }
    },
    placeOf: (path) => path.replace(/^\d+/, (index) => names[Number(index)]!),
    results: (key, window, content) => {
      const result: Record<string, unknown> = { key, window }
      for (let index = 0; index < names.length; index += 1) {
        result[names[index]!] = all[index]!.result(content[index])
      }
      return [result]
    },
  }
}
