import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { csv } from 'millrace/codecs/csv'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const bytes = (text: string) => new TextEncoder().encode(text)
const columns = ['id', 'name'] as const
/** UTF-8 has no bytes for half of a surrogate pair. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('"', ',', ';', '\r', '\n', ' ', '\ufeff', 'a') }),
)
const rows = fc.array(fc.record({ id: text, name: text }))

describe('csv', () => {
  it.each([
    { columns },
    { columns, header: true },
    { columns, delimiter: ';' },
    { columns, delimiter: '\t' },
  ])('gives back what it encoded, with %o', (options) => {
    fc.assert(
      fc.property(rows, (rows) => {
        const format = csv(options)
        expect(format.decode(format.encode(rows))).toEqual(rows)
      }),
    )
  })

  it('is read the same by a parser with its own defaults', () => {
    const encoded = csv({ columns }).encode([{ id: 'a "b"', name: 'x,\r\ny' }])
    expect(parse(Buffer.from(encoded))).toEqual([['a "b"', 'x,\r\ny']])
  })

  it('takes both line ends, and empty lines', () => {
    expect(csv({ columns }).decode(bytes('a,1\r\nb,"2\n"\n\nc,'))).toEqual([
      { id: 'a', name: '1' },
      { id: 'b', name: '2\n' },
      { id: 'c', name: '' },
    ])
  })

  it('makes more of fields with a schema', () => {
    const orders = csv({ columns: ['id', 'cents'] }, z.object({ id: z.string(), cents: z.coerce.number() }))
    const [first] = orders.decode(bytes('a,5'))
    expect(first!.cents + 1).toBe(6)
    expect(() => orders.decode(bytes('a,5\nb,x'))).toThrow(/^row 2: cents: /)
    expect(new TextDecoder().decode(orders.encode([{ id: 'a', cents: 7 }]))).toBe('a,7\r\n')
  })

  it.each([
    ['a', 'row 1 has 1 fields, not 2'],
    ['a,b\nc,d,e', 'row 2 has 3 fields, not 2'],
    ['a,"b', 'Quote'],
  ])('refuses %j', (data, message) => {
    expect(() => csv({ columns }).decode(bytes(data))).toThrow(message)
  })

  it('refuses a header that names other columns, or none', () => {
    const format = csv({ columns, header: true })
    expect(() => format.decode(bytes('name,id\na,b'))).toThrow('does not name the columns id, name')
    expect(() => format.decode(bytes(''))).toThrow('does not name the columns id, name')
  })

  it('refuses to encode what is no text', () => {
    const format = csv({ columns }, z.object({ id: z.unknown(), name: z.unknown() }))
    expect(() => format.encode([{ id: null, name: 'a' }])).toThrow('column "id" is null')
    expect(() => format.encode([{ id: 'a', name: {} }])).toThrow('column "name" is object')
  })

  it.each([
    [{ columns: [] }, 'there are no columns'],
    [{ columns: ['a', 'a'] }, 'two columns have the same name'],
    [{ columns: ['__proto__'] }, 'a column is named'],
    [{ columns: ['a'], delimiter: '"' }, 'the delimiter is not one character'],
    [{ columns: ['a'], delimiter: ';;' }, 'the delimiter is not one character'],
  ])('is refused with %o', (options, message) => {
    expect(() => csv(options)).toThrow(message)
  })

  it('refuses bytes that mean nothing with an error, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
        try {
          csv({ columns }).decode(data)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
      }),
    )
  })
})
