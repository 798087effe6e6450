import { beforeEach, describe, expect, it } from 'vitest'
import { audited, type Evidence } from '../../../../../connectors/delivery/objects/ledger/audit.ts'
import { type Cut, unknownCut } from '../../../../../connectors/delivery/objects/ledger/cut.ts'
import { encodedCuts } from '../../../../../connectors/delivery/objects/ledger/cut-table.ts'
import {
  type LedgerFile,
  type LedgerHead,
  type LedgerObject,
  ledgerText,
  parsedLedger,
} from '../../../../../connectors/delivery/objects/ledger/ledger-object.ts'

/** A cut at which split a of the source stands at `a`, and b at `b`; below 0 nothing was read of it. */
function cut(a: number, b = -1): Cut {
  const of = { ...(a < 0 ? {} : { a: `${a}` }), ...(b < 0 ? {} : { b: `${b}` }) }
  return { order: a + b, positions: { rows: of } }
}

function file(
  name: string,
  rows: readonly [number, number],
  cuts: readonly [Cut, Cut, Cut?],
  partition = '',
): LedgerFile {
  const [after, through, settled = through] = cuts
  const [firstRow, lastRow] = rows
  return { file: name, partition, firstRow, lastRow, bytes: 10, sha256: 'ab', after, through, settled }
}

function entry(
  number: number,
  follows: string | null,
  cuts: readonly [Cut, Cut],
  files: LedgerFile[],
): LedgerObject {
  const head: LedgerHead = { job: 'j', sink: 's', lineage: 'l', number, follows, epoch: number * 10 }
  return { head, after: cuts[0], through: cuts[1], files }
}

/** What there is to know of a sink whose files are all right: three files of three entries, and three rows that wait. */
class World {
  entries = new Map<string, LedgerObject>([
    ['e1', entry(1, null, [cut(-1), cut(4)], [file('f1', [0, 4], [cut(-1), cut(4)])])],
    ['e2', entry(2, 'e1', [cut(4), cut(9, 2)], [file('f2', [5, 9], [cut(4), cut(8, 2), cut(6, 2)])])],
    ['e3', entry(3, 'e2', [cut(9, 2), cut(12, 5)], [file('f3', [10, 11], [cut(6, 2), cut(12, 5)])])],
  ])
  head: string | null = 'e3'
  since = cut(12, 5)
  now = cut(14, 5)
  positions = { rows: { a: '14', b: '5' } }
  firstOpen = new Map([['', 12]])
  older = false
  there = new Map([
    ['f1', 10],
    ['f2', 10],
    ['f3', 10],
  ])
  promisedEntries = new Map<string, string | null>()
  promisedFiles = new Map<string, LedgerFile>()
  /** Rows by the names of files. */
  rowsOf = new Map<string, [number, number]>()

  evidence(): Evidence {
    const all = [...this.entries.values()].flatMap(({ files }) => files)
    const present = [...this.there.keys()].map((name) => {
      const known = all.find((each) => each.file === name)
      const [first, last] = this.rowsOf.get(name) ?? [known?.firstRow ?? 0, known?.lastRow ?? 0]
      return { file: name, partition: known?.partition ?? '', first, last, writer: 's-l', sink: 's' }
    })
    const cuts = [this.since, this.now]
    const state = { head: this.head, number: 3, older: this.older, cuts: encodedCuts(cuts), since: 0, now: 1 }
    return {
      tails: { firstOpen: this.firstOpen, open: { files: 1, rows: 3 }, ledger: { state, cuts } },
      positions: this.positions,
      entries: this.entries,
      promisedEntries: this.promisedEntries,
      promisedFiles: this.promisedFiles,
      present,
      sizes: this.there,
    }
  }

  get faults(): readonly string[] {
    return audited(this.evidence()).faults
  }

  /** Puts another entry in the place of one. */
  replace(name: string, change: Partial<LedgerObject>): void {
    this.entries.set(name, { ...this.entries.get(name)!, ...change })
  }
}

describe('the audit of a ledger', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  it('finds nothing where all is as it should be, and gives what it has proved', () => {
    const { faults, ranges, entries, files, open, ahead, older } = audited(world.evidence())
    expect(faults).toEqual([])
    expect([entries, files.length, ahead, older]).toEqual([3, 3, [], []])
    expect(ranges).toEqual({ rows: { a: [null, '12'], b: [null, '5'] } })
    expect(open).toEqual({ files: 1, rows: 3, ranges: { rows: { a: ['12', '14'] } } })
    expect(files[1]).toMatchObject({
      file: 'f2',
      epoch: 20,
      ranges: { rows: { a: ['4', '8'], b: [null, '2'] } },
    })
  })

  it('finds rows that no file has, between two files, at the beginning and at the end', () => {
    world.replace('e2', { files: [file('f2', [6, 8], [cut(4), cut(8, 2), cut(6, 2)])] })
    expect(world.faults).toEqual(['gap: row 5 is in no file before f2', 'gap: row 9 is in no file before f3'])
    world = new World()
    world.replace('e1', { files: [file('f1', [2, 4], [cut(-1), cut(4)])] })
    expect(world.faults).toEqual(['gap: rows 0 to 1 are in no file before f1'])
    world = new World()
    world.firstOpen.set('', 14)
    expect(world.faults).toEqual(['gap: rows 12 to 13 are in no file after f3'])
    world.firstOpen.set('day=2', 3)
    expect(world.faults).toContain('gap: rows 0 to 2 are in no file, in partition day=2')
  })

  it('finds rows that two files have', () => {
    world.replace('e2', { files: [file('f2', [4, 9], [cut(4), cut(8, 2), cut(6, 2)])] })
    expect(world.faults).toEqual(['overlap: row 4 is in f2 and in f1'])
    world = new World()
    const twice = [file('f2', [5, 9], [cut(4), cut(8, 2), cut(6, 2)])]
    world.replace('e3', { files: [...world.entries.get('e3')!.files, ...twice] })
    expect(world.faults).toEqual(['overlap: the ledger lists f2 twice'])
  })

  it('finds records that two files have, but for the fetch that both say they share', () => {
    world.replace('e3', { files: [file('f3', [10, 11], [cut(5, 2), cut(12, 5)])] })
    expect(world.faults).toEqual(['overlap: f3 has records of rows/a after 5, and f2 has them through 8'])
    world.replace('e3', { files: [file('f3', [10, 11], [cut(7, 1), cut(12, 5)])] })
    expect(world.faults).toEqual(['overlap: f3 has records of rows/b after 1, and f2 has them through 2'])
    world.replace('e3', { files: [file('f3', [10, 11], [cut(9, 2), cut(12, 5)])] })
    expect(world.faults).toEqual([])
  })

  it('finds records that no entry has, and that two have', () => {
    world.replace('e2', { after: cut(5) })
    expect(world.faults).toEqual([
      'gap: the records of rows/a after 4 through 5 are in no entry before entry 2 of the ledger',
    ])
    world.replace('e2', { after: cut(3) })
    expect(world.faults).toEqual([
      'overlap: the records of rows/a after 3 through 4 are in entry 2 of the ledger and in one before it',
    ])
    world.replace('e2', { after: cut(4, 1) })
    expect(world.faults).toEqual([
      'gap: the records of rows/b after its beginning through 1 are in no entry before entry 2 of the ledger',
    ])
    world = new World()
    world.positions = { rows: { a: '15', b: '5' } }
    expect(world.faults).toEqual([
      'gap: the records of rows/a after 14 through 15 are in no entry before the checkpoint',
    ])
  })

  it('finds an entry and a file that are gone, one of another size, and one that nobody knows', () => {
    world.entries.delete('e2')
    expect(world.faults[0]).toBe('missing: the entry e2 of the ledger')
    world = new World()
    world.there.delete('f2')
    expect(world.faults).toEqual(['missing: f2 is not there'])
    world.there.set('f2', 11)
    expect(world.faults).toEqual(['changed: f2 has 11 bytes, and 10 by the ledger'])
    world = new World()
    world.there.set('copy', 10)
    world.rowsOf.set('copy', [5, 9])
    expect(world.faults).toEqual(['foreign: copy is not in the ledger'])
  })

  it('takes what the checkpoint promises for what the next start will publish', () => {
    const promised = world.entries.get('e3')!.files
    world.entries.delete('e3')
    world.there.delete('f3')
    world.promisedEntries.set('e3', 'e2')
    world.promisedFiles.set('f3', { ...promised[0]!, after: unknownCut })
    const { faults, files } = audited(world.evidence())
    expect(faults).toEqual([])
    expect(files.filter(({ pending }) => pending).map(({ file, epoch }) => [file, epoch])).toEqual([
      ['f3', undefined],
    ])
  })

  it('knows files that are later than the checkpoint', () => {
    world.there.set('f4', 10)
    world.rowsOf.set('f4', [12, 13])
    const { faults, ahead } = audited(world.evidence())
    expect([faults, ahead]).toEqual([[], ['f4']])
    world.entries.set(
      'e4',
      entry(4, 'e3', [cut(12, 5), cut(14, 5)], [file('f4', [12, 13], [cut(12, 5), cut(14, 5)])]),
    )
    const later = audited(world.evidence())
    expect([later.faults, later.ahead, later.files.length]).toEqual([[], ['f4'], 3])
  })

  it('follows the history after a start from an older checkpoint: what was published before still counts', () => {
    // The run that wrote e2 and f2 lost its checkpoint; the next one began after e1, and made f2 again.
    world.replace('e3', { head: { ...world.entries.get('e3')!.head, follows: 'e1' }, after: cut(4) })
    expect(world.faults).toEqual([])
    // What the lost run had listed and never published is of no account.
    world.replace('e2', {
      files: [...world.entries.get('e2')!.files, file('lost', [10, 13], [cut(8), cut(9)])],
    })
    expect(world.faults).toEqual([])
  })

  it('counts files that are older than the ledger by their names alone', () => {
    const first = world.entries.get('e1')!
    world.replace('e1', { head: { ...first.head, older: true }, after: cut(3), files: [] })
    world.rowsOf.set('f1', [0, 4])
    const { faults, older } = audited(world.evidence())
    expect([faults, older]).toEqual([[], ['f1']])
    world.there.delete('f1')
    expect(world.faults).toEqual(['gap: rows 0 to 4 are in no file before f2'])
  })
})

describe('an entry of the ledger', () => {
  it('reads back from its text, also where nothing is known of the beginning of a file', () => {
    const [begin, end] = [cut(1), cut(4, 2)]
    const files = [file('f1', [0, 4], [unknownCut, end]), file('f2', [0, 0], [begin, end, begin], 'day=1')]
    const object = entry(7, 'e6', [begin, end], files)
    const read = parsedLedger(ledgerText(object)) as LedgerObject
    expect(read.head).toEqual(object.head)
    expect(read.files.map(({ after }) => after.positions)).toEqual([{}, begin.positions])
    expect(read.files[0]!.after).toBe(unknownCut)
    expect(read.files[1]).toMatchObject({
      file: 'f2',
      partition: 'day=1',
      settled: { positions: begin.positions },
    })
    expect(read.after.positions).toEqual(begin.positions)
  })

  it('says why a text is none', () => {
    expect(parsedLedger('{"version":1}\n')).toEqual({ damage: 'it is no ledger that this version knows' })
    expect(parsedLedger('{"ledger"')).toEqual({
      damage: expect.stringContaining('does not read as lines of JSON'),
    })
  })
})
