import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Cursor,
  type Ending,
  enoughBytes,
  type RecordRules,
  type SplitRecord,
  splitRecords,
} from '../../../connectors/agent/split-records.ts'

const start: Cursor = { offset: 0, headerLines: 0, discarding: false }
const open: Ending = { partialLine: false, openRecord: false }
const over: Ending = { partialLine: true, openRecord: true }
const lines: RecordRules = {
  maxBytes: 100,
  keepLineEnds: false,
  multiline: undefined,
  longLines: 'split',
  terminator: Buffer.from('\n'),
}

const split = (text: string | Buffer, rules: Partial<RecordRules> = {}, ending = open, cursor = start) =>
  splitRecords(Buffer.from(text), cursor, { ...lines, ...rules }, ending, 1e6)
const texts = (records: readonly SplitRecord[]) => records.map(({ data }) => data.toString('latin1'))
const recordsOf = (...args: Parameters<typeof split>) => texts(split(...args).records)

describe('lines', () => {
  it('end at a line feed, and go without it', () => {
    expect(recordsOf('one\ntwo\n')).toEqual(['one', 'two'])
  })

  it('keep their line ends where asked to', () => {
    expect(recordsOf('one\r\ntwo\n', { keepLineEnds: true })).toEqual(['one\r\n', 'two\n'])
  })

  it('may end with a carriage return before it', () => {
    expect(recordsOf('one\r\ntwo\rthree\r\n')).toEqual(['one', 'two\rthree'])
  })

  it('without an end wait', () => {
    const { records, cursor } = split('one\ntwo')
    expect(texts(records)).toEqual(['one'])
    expect(cursor.offset).toBe(4)
  })

  it('without an end are taken when nothing more is to come', () => {
    expect(recordsOf('one\ntwo', {}, over)).toEqual(['one', 'two'])
  })

  it('that are empty make no records, and are counted', () => {
    const { records, emptyLines, cursor } = split('\n\r\none\n\n')
    expect([texts(records), emptyLines, cursor.offset]).toEqual([['one'], 3, 8])
  })

  it('are bytes: NUL and what is no UTF-8 pass as they are', () => {
    const bytes = Buffer.from([0, 255, 254, 10, 0xc3, 10])
    expect(split(bytes).records.map(({ data }) => [...data])).toEqual([[0, 255, 254], [0xc3]])
  })

  it('stop at the most that is asked for', () => {
    const { records, cursor } = splitRecords(Buffer.from('a\nb\nc\n'), start, lines, open, 2)
    expect([texts(records), cursor.offset]).toEqual([['a', 'b'], 4])
  })

  it('know where they stand in the file', () => {
    const cursor = { ...start, offset: 1000 }
    expect(split('one\ntwo\n', {}, open, cursor).records.map(({ offset }) => offset)).toEqual([1000, 1004])
  })
})

describe('a line that is too long', () => {
  it('comes in pieces that put together are the line', () => {
    const line = 'abcdefghij'.repeat(25)
    const { records } = split(`${line}\nnext\n`)
    expect(records.map(({ data, kind }) => [data.length, kind])).toEqual([
      [100, 'split'],
      [100, 'split'],
      [50, 'whole'],
      [4, 'whole'],
    ])
    expect(texts(records.slice(0, 3)).join('')).toBe(line)
  })

  it('of just the most there may be is whole, whatever its end', () => {
    const line = 'x'.repeat(100)
    for (const end of ['\n', '\r\n']) expect(recordsOf(line + end)).toEqual([line])
    expect(recordsOf(line, {}, over)).toEqual([line])
  })

  it('is not cut within a character', () => {
    const line = 'ä€😀'.repeat(40)
    const { records } = split(`${line}\n`)
    expect(records.map(({ data }) => data.toString()).join('')).toBe(line)
    for (const { data } of records) expect(data.toString()).not.toContain('\ufffd')
  })

  it('is shortened to the most, with a line feed, where asked to, and the rest is counted', () => {
    const { records, discardedBytes } = split(`${'x'.repeat(250)}\nnext\n`, { longLines: 'shorten' })
    expect(texts(records)).toEqual([`${'x'.repeat(99)}\n`, 'next'])
    expect([records[0]!.kind, discardedBytes]).toEqual(['shortened', 151])
  })

  it('that is shortened need not be there to its end', () => {
    const first = split('x'.repeat(200), { longLines: 'shorten' })
    expect(first.cursor).toEqual({ offset: 200, headerLines: 0, discarding: true })
    expect(recordsOf('xxx\nnext\n', { longLines: 'shorten' }, open, first.cursor)).toEqual(['next'])
  })
})

describe('header lines', () => {
  const header = { ...start, headerLines: 2 }

  it('are left out', () => expect(recordsOf('a,b\n--\n1,2\n', {}, open, header)).toEqual(['1,2']))

  it('are left out over a restart in between', () => {
    const { cursor } = split('a,b\n-', {}, open, header)
    expect(cursor).toEqual({ offset: 4, headerLines: 1, discarding: false })
    expect(recordsOf('--\n1,2\n', {}, open, cursor)).toEqual(['1,2'])
  })
})

describe('records of several lines', () => {
  const rules = { multiline: /\d{4}-/uy }

  it('begin where a line matches', () => {
    expect(recordsOf('2026- a\n  at b\r\n2026- d\r\n2026- e\n', rules)).toEqual([
      '2026- a\n  at b',
      '2026- d',
    ])
  })

  it('wait for the line that may begin the next one', () => {
    expect(recordsOf('2026- a\n2026- b\n2026-', rules)).toEqual(['2026- a'])
  })

  it('match at the beginning of a line only', () => {
    expect(recordsOf('2026- a\nin 2026- b\n2026- c\n', rules)).toEqual(['2026- a\nin 2026- b'])
  })

  it('have lines before the first match in a record of their own', () => {
    expect(recordsOf('x\ny\n2026- a\n', rules)).toEqual(['x\ny'])
  })

  it('may have empty lines within', () => {
    expect(recordsOf('\n2026- a\n\nb\n2026- c\n', rules)).toEqual(['2026- a\n\nb'])
  })

  it('end with the file when it has been quiet', () => {
    const quiet = { partialLine: false, openRecord: true }
    expect(recordsOf('2026- a\nb\n', rules, quiet)).toEqual(['2026- a\nb'])
    expect(recordsOf('2026- a\nb', rules, quiet)).toEqual([])
    expect(recordsOf('2026- a\nb', rules, over)).toEqual(['2026- a\nb'])
  })

  it('that are too long are cut between lines, and within one only if that alone is too long', () => {
    const { records } = split(
      `2026- ${'a'.repeat(60)}\n${'b'.repeat(60)}\n${'c'.repeat(150)}\n2026- d\n`,
      rules,
    )
    expect(records.map(({ data, kind }) => [data.length, kind])).toEqual([
      [66, 'split'],
      [60, 'split'],
      [100, 'split'],
      [50, 'whole'],
    ])
  })

  it('are decided on with the first 16 KiB of a line', () => {
    const rest = 'x'.repeat(17_000)
    expect(recordsOf(`2026- a\n2026- ${rest}`, { ...rules, maxBytes: 50_000 })).toEqual(['2026- a'])
  })
})

describe('however a file grows', () => {
  const piece = fc.oneof(
    fc.constantFrom('\n', '\r\n', '\r', '#', '# x\n', 'ä', '😀', 'y'.repeat(30), 'z'.repeat(11)),
    fc.string({ maxLength: 12 }),
  )
  const content = fc.array(piece, { maxLength: 60 }).map((pieces) => Buffer.from(pieces.join('')))
  const variants = fc.record({
    maxBytes: fc.integer({ min: 16, max: 64 }),
    keepLineEnds: fc.boolean(),
    multiline: fc.constantFrom(undefined, /#/uy),
    longLines: fc.constantFrom('split' as const, 'shorten' as const),
    terminator: fc.constant(Buffer.from('\n')),
  })
  const header = fc.integer({ min: 0, max: 2 })

  /** Reads as the file grows to each of the sizes, and at the end with nothing more to come. */
  function grown(bytes: Buffer, sizes: readonly number[], rules: RecordRules, headerLines: number) {
    const records: [number, string, string][] = []
    let cursor: Cursor = { ...start, headerLines }
    const read = (size: number, ending: Ending, most: number) => {
      for (;;) {
        const window = bytes.subarray(cursor.offset, Math.min(size, cursor.offset + enoughBytes(rules)))
        const result = splitRecords(window, cursor, rules, ending, most)
        records.push(
          ...result.records.map(
            ({ data, offset, kind }) => [offset, kind, String(data)] as [number, string, string],
          ),
        )
        if (result.cursor.offset === cursor.offset) return
        cursor = result.cursor
      }
    }
    for (const size of sizes) read(size, open, 1 + (size % 3))
    read(bytes.length, open, 1e6)
    read(bytes.length, over, 1e6)
    return { records, cursor }
  }

  it('the records are the same', () => {
    fc.assert(
      fc.property(
        content,
        variants,
        header,
        fc.array(fc.nat(2000), { maxLength: 20 }),
        (bytes, rules, skip, cuts) => {
          const sizes = cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b)
          expect(grown(bytes, sizes, rules, skip)).toEqual(grown(bytes, [], rules, skip))
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('no byte is lost where long lines are split and line ends are kept', () => {
    fc.assert(
      fc.property(content, variants, (bytes, rules) => {
        const { records, cursor } = grown(bytes, [], { ...rules, longLines: 'split', keepLineEnds: true }, 0)
        expect(cursor.offset).toBe(bytes.length)
        const kept = records.map(([, , text]) => text).join('')
        const bare = (text: string) => text.replace(/[\r\n]/g, '')
        expect(bare(kept)).toBe(bare(bytes.toString()))
      }),
      { numRuns: 1000 },
    )
  })

  it('no record is larger than it may be', () => {
    fc.assert(
      fc.property(content, variants, (bytes, rules) => {
        for (const [, , text] of grown(bytes, [], rules, 0).records) {
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(rules.maxBytes)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
