import { keyGroups } from './key-group.ts'

/** The places of things in the order of their key groups; within a group they stay in the order in which they are. */
export function orderByGroup(groups: Uint16Array): Uint32Array {
  const starts = new Uint32Array(keyGroups + 1)
  for (const group of groups) starts[group + 1]! += 1
  for (let group = 0; group < keyGroups; group += 1) starts[group + 1]! += starts[group]!
  const order = new Uint32Array(groups.length)
  for (let place = 0; place < groups.length; place += 1) {
    const group = groups[place]!
    order[starts[group]!] = place
    starts[group]! += 1
  }
  return order
}
