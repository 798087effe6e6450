import { describe, expect, it } from 'vitest'
import { type DeclaredState, decideEvolution, type HeldState } from '../../src/checkpoint/evolution.ts'

const held = (name: string, differing: Partial<HeldState> = {}): HeldState => ({
  kind: 'operator',
  name,
  version: 1,
  shape: 'n = count',
  ...differing,
})
const declared = (name: string, differing: Partial<DeclaredState> = {}): DeclaredState => ({
  ...held(name),
  renamedFrom: undefined,
  migratesFrom: [],
  ...differing,
})
const change = (one: HeldState[], other: DeclaredState[], dropped: string[] = []) =>
  decideEvolution(one, other, dropped).map(({ name, change: became, why }) => [name, became, why])

describe('a piece of state', () => {
  it('is kept when nothing is different, and new when the checkpoint has none', () => {
    expect(change([held('totals')], [declared('totals'), declared('best')])).toEqual([
      ['totals', 'kept', undefined],
      ['best', 'new', undefined],
    ])
  })

  it('of another shape does not fit, and both are told', () => {
    const [[, became, why] = []] = change([held('totals')], [declared('totals', { shape: 'n = sum' })])
    expect(became).toBe('incompatible')
    expect(why).toContain('(n = count)')
    expect(why).toContain('(n = sum)')
  })

  it.each([
    ['tumbling 1h: n = count', 'session of gap 1h: n = count'],
    ['process: n = value', 'by key: tumbling 1h: n = count'],
    ['n = count', 'process: n = value'],
  ])('is no other kind of state by a migration: from %s to %s', (before, after) => {
    const now = declared('totals', { version: 2, shape: after, migratesFrom: [1] })
    expect(change([held('totals', { shape: before })], [now])[0]?.[2]).toContain('another kind of state')
  })

  it('is migrated over every version in between, and only then', () => {
    const later = (migratesFrom: number[]) =>
      declared('totals', { version: 3, shape: 'n = sum', migratesFrom })
    const [whole] = decideEvolution([held('totals')], [later([1, 2])], [])
    expect(whole).toMatchObject({ change: 'migrated', versions: { from: 1, to: 3 } })
    expect(change([held('totals')], [later([1])])[0]?.[2]).toContain('no migration from 2')
    expect(change([held('totals', { version: 2 })], [later([2])])[0]?.[1]).toBe('migrated')
  })

  it('of a later version than the job knows does not fit', () => {
    const [[, became, why] = []] = change(
      [held('totals', { version: 4 })],
      [declared('totals', { version: 3 })],
    )
    expect(became).toBe('incompatible')
    expect(why).toContain('version 4')
  })

  it('is found under the name that it had before, unless it has the new one already', () => {
    const renamed = declared('totals', { renamedFrom: 'sums' })
    expect(decideEvolution([held('sums')], [renamed], [])).toEqual([
      { kind: 'operator', name: 'totals', change: 'kept', renamedFrom: 'sums' },
    ])
    expect(change([held('totals')], [renamed])).toEqual([['totals', 'kept', undefined]])
    expect(change([held('totals'), held('sums')], [renamed])[1]?.[1]).toBe('incompatible')
  })

  it('that the job does not have any more is lost only when the job says so', () => {
    expect(change([held('totals')], [])).toEqual([
      ['totals', 'incompatible', 'the job does not have it any more'],
    ])
    expect(change([held('totals')], [], ['totals'])).toEqual([['totals', 'dropped', undefined]])
    expect(change([], [], ['totals'])).toEqual([])
  })

  it('of another kind is not taken for it', () => {
    const sink = declared('totals', { kind: 'sink', shape: 'files' })
    expect(change([held('totals')], [sink]).map(([, became]) => became)).toEqual(['new', 'incompatible'])
  })

  it('fits if a shape is not known', () => {
    expect(change([held('totals', { shape: undefined })], [declared('totals')])[0]?.[1]).toBe('kept')
  })
})
