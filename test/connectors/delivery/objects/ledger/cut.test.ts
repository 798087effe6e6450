import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Cut, frontier, rangesBetween } from '../../../../../connectors/delivery/objects/ledger/cut.ts'
import { decodedCuts, encodedCuts } from '../../../../../connectors/delivery/objects/ledger/cut-table.ts'
import { comparedPositions } from '../../../../../connectors/delivery/objects/ledger/position-order.ts'

describe('the records between two cuts', () => {
  it('are those of the splits that moved, in the order of names', () => {
    const after = { orders: { b: '5', a: '1' }, clicks: { x: '1' } }
    const through = { orders: { c: '2', b: '7', a: '1' }, clicks: { x: '1' } }
    expect(JSON.stringify(rangesBetween(after, through))).toBe('{"orders":{"b":["5","7"],"c":[null,"2"]}}')
  })
})

describe('a cut', () => {
  it('has a split that was read to its end as long as somebody needs its last records', () => {
    const known = { orders: { ended: '9', open: '3' } }
    const now = { orders: { open: '4' } }
    expect(frontier(known, now, [{ orders: { ended: '8' } }])).toEqual({ orders: { ended: '9', open: '4' } })
    expect(frontier(known, now, [{ orders: {} }])).toEqual({ orders: { ended: '9', open: '4' } })
    expect(frontier(known, now, [{ orders: { ended: '9' } }])).toEqual({ orders: { open: '4' } })
    expect(frontier(known, now, [])).toEqual({ orders: { open: '4' } })
  })
})

const positions = fc.dictionary(
  fc.constantFrom('orders', 'clicks'),
  fc.dictionary(fc.constantFrom('a', 'b', '1', '__x', 'shardId-000'), fc.stringMatching(/^\d{0,9}:\d\+?$/)),
)

describe('the cuts of a checkpoint', () => {
  it('read back as they were, whatever moved, came and went', () => {
    fc.assert(
      fc.property(fc.array(positions, { maxLength: 8 }), (all) => {
        const cuts: Cut[] = all.map((each, order) => ({ order, positions: each }))
        const read = decodedCuts(JSON.parse(JSON.stringify(encodedCuts(cuts))))
        const text = (cut: Cut) => JSON.stringify(rangesBetween({}, cut.positions))
        expect(read.map(text)).toEqual(cuts.map(text))
      }),
    )
  })
})

describe('positions of a split', () => {
  it('grow as numbers do, in sequence numbers and in what follows them', () => {
    const sorted = [
      null,
      '9:0',
      '10:0',
      '10:1+',
      '10:2',
      '10:10',
      `4${'0'.repeat(55)}:0`,
      `4${'0'.repeat(54)}1:0`,
    ]
    const shuffled = [...sorted].reverse().sort(comparedPositions)
    expect(shuffled).toEqual(sorted)
    expect(sorted.map((each) => comparedPositions(each, each))).toEqual(sorted.map(() => 0))
  })
})
