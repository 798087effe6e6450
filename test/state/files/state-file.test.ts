import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StateEntry } from '../../../src/state/files/state-entry.ts'
import { type GroupInFile, StateFile } from '../../../src/state/files/state-file.ts'
import { stateFileOf } from './state-file-of.ts'

const header = { codec: 'cbor', shape: 'test', dropped: [3] } as const
const time = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
)
const entry = fc.record({
  namespace: fc.oneof(fc.constant(0), fc.integer()),
  key: fc.oneof(fc.string({ unit: 'grapheme' }), fc.maxSafeInteger(), fc.bigInt(), time),
  value: fc.option(fc.uint8Array({ maxLength: 300 }), { nil: undefined }),
  timers: fc.record({ event: fc.array(time), processing: fc.array(time) }),
})
const groups = fc
  .uniqueArray(fc.tuple(fc.nat({ max: 32_767 }), fc.array(entry, { minLength: 1 })), {
    selector: ([group]) => group,
  })
  .map((all) => all.sort(([a], [b]) => a - b))

function fileOf(all: readonly (readonly [number, readonly StateEntry[]])[]): Uint8Array {
  return stateFileOf(
    header,
    all.flatMap(([group, entries]) => entries.map((entry) => [group, entry] as const)),
  )
}

function entriesOf(file: StateFile, place: GroupInFile): StateEntry[] {
  const entries: StateEntry[] = []
  for (const scan = file.scan(place); scan.next(); ) entries.push(scan.decoded())
  return entries
}

describe('a state file', () => {
  it('gives back by key group what was written, with the earliest timers', () =>
    fc.assert(
      fc.property(groups, (all) => {
        const file = new StateFile(fileOf(all))
        expect(file.header).toEqual(header)
        const back = file.groups.map((place) => [
          place.group,
          entriesOf(file, place).map((one) => ({
            ...one,
            value: one.value && Uint8Array.from(one.value),
          })),
        ])
        expect(back).toEqual(all)
        const timesOf = (kind: 'event' | 'processing') =>
          all.map(([, entries]) => Math.min(...entries.flatMap(({ timers }) => timers[kind])))
        expect(file.groups.map(({ earliestEvent }) => earliestEvent)).toEqual(timesOf('event'))
        expect(file.groups.map(({ earliestProcessing }) => earliestProcessing)).toEqual(timesOf('processing'))
        expect(file.entries).toBe(all.flatMap(([, entries]) => entries).length)
      }),
    ))

  it('is not read when a byte of it was changed, or some are missing', () => {
    const entries = [
      { namespace: 0, key: 'a', value: Buffer.from('value'), timers: { event: [1], processing: [] } },
    ]
    const whole = fileOf([[7, entries]])
    for (let at = 0; at < whole.length; at += 1) {
      const changed = Uint8Array.from(whole)
      changed[at]! ^= 1
      expect(() => new StateFile(changed)).toThrow('CHECKPOINT_CORRUPT')
      expect(() => new StateFile(whole.slice(0, at))).toThrow('CHECKPOINT_CORRUPT')
    }
  })

  it('is byte by byte what its documentation says', () => {
    const entries = [
      { namespace: 0, key: 300, value: Buffer.from([9]), timers: { event: [], processing: [] } },
    ]
    const bytes = Buffer.from(fileOf([[5, entries]]))
    expect(bytes.subarray(0, 8).toString()).toBe('MLRSTAT1')
    const from = 9 + bytes[8]!
    expect([...bytes.subarray(from, from + 14)]).toEqual([1, ...new Array(8).fill(0), 0, 0xac, 0x02, 1, 9])
    const index = bytes.readUInt32LE(bytes.length - 16)
    expect(index).toBe(from + 14)
    expect([...bytes.subarray(index, bytes.length - 16)]).toEqual([
      1,
      ...new Array(8).fill(0),
      1,
      5,
      14,
      1,
      0,
    ])
    expect(bytes.subarray(-8).toString()).toBe('MLRSTEND')
  })
})
