import fc from 'fast-check'
import { json, MillraceError, ndjson, type StandardSchema } from 'millrace'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const bytes = (text: string) => new TextEncoder().encode(text)
const order = z.object({ id: z.string(), lines: z.array(z.object({ cents: z.number() })) })

/** What JSON can tell apart: minus zero comes back as zero. */
const values = fc
  .jsonValue({ depthSize: 'small' })
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown)

describe('json', () => {
  it('gives back what it encoded', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(json().decode(json().encode(value))).toEqual(value)
      }),
    )
  })

  it('gives what the schema makes of a value, with its type', () => {
    const dated = json(z.object({ at: z.coerce.date() }))
    const { at }: { at: Date } = dated.decode(bytes('{"at":"2026-01-02T03:04:05.000Z","more":1}'))
    expect(at.toISOString()).toBe('2026-01-02T03:04:05.000Z')
  })

  it('says what is wrong, and where', () => {
    const wrong = bytes('{"id":5,"lines":[{"cents":1},{"cents":"x"}]}')
    expect(() => json(order).decode(wrong)).toThrow(/^id: .*; lines\.1\.cents: /)
  })

  it('tells of three things that are wrong, and how many more there are', () => {
    const list = json(z.array(z.number()))
    expect(() => list.decode(bytes('["a","b","c","d","e"]'))).toThrow(/^0: .*; 1: .*; 2: .*; and 2 more$/)
  })

  it('refuses a schema that validates asynchronously', () => {
    const later: StandardSchema<string> = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: () => Promise.reject(new Error('nobody hears it')),
      },
    }
    expect(() => json(later).decode(bytes('1'))).toThrow('asynchronously')
  })

  it.each([undefined, () => 1, 1n, Symbol('a')])('refuses to encode %s', (value) => {
    expect(() => json().encode(value)).toThrow(MillraceError)
  })
})

describe('ndjson', () => {
  it('gives back what it encoded', () => {
    fc.assert(
      fc.property(fc.array(values), (lines) => {
        expect(ndjson().decode(ndjson().encode(lines))).toEqual(lines)
      }),
    )
  })

  it('passes over empty lines, and takes lines that end as on Windows', () => {
    expect(ndjson().decode(bytes('1\r\n\n  \n"a"'))).toEqual([1, 'a'])
  })

  it('names the line that is wrong', () => {
    expect(() => ndjson().decode(bytes('1\n\n{'))).toThrow(/^line 3: /)
    expect(() => ndjson(z.number()).decode(bytes('1\n"a"'))).toThrow(/^line 2: /)
  })
})

it('refuses bytes that mean nothing with an error, and nothing else', () => {
  const codecs = [json(), ndjson(), json(order), ndjson(order)]
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
      for (const codec of codecs) {
        try {
          codec.decode(data)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
      }
    }),
  )
})
