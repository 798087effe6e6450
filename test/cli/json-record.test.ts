import { describe, expect, it } from 'vitest'
import { jsonRecord } from '../../src/cli/json-record.ts'
import { type TextLine, textLines } from '../../src/cli/text-lines.ts'

async function* chunks(...texts: string[]): AsyncGenerator<string> {
  yield* texts
}

describe('lines', () => {
  const linesOf = async (...texts: string[]) => {
    const lines: TextLine[] = []
    for await (const line of textLines(chunks(...texts))) lines.push(line)
    return lines
  }

  it('come out whole however the chunks fall', async () => {
    expect(await linesOf('{"a"', ':1}\n{"b"', ':2}\n')).toEqual([
      { number: 1, text: '{"a":1}' },
      { number: 2, text: '{"b":2}' },
    ])
  })

  it('need no end at the last', async () => {
    expect(await linesOf('1\n2')).toHaveLength(2)
  })

  it('are counted even where they are empty', async () => {
    expect(await linesOf('1\r\n\r\n\n2')).toEqual([
      { number: 1, text: '1\r' },
      { number: 4, text: '2' },
    ])
  })

  it('of nothing are none', async () => expect(await linesOf()).toEqual([]))
})

describe('a record', () => {
  const recordOf = (text: string, key?: readonly string[]) => jsonRecord({ number: 7, text }, key, () => 0.5)

  it('is the line as it is', () => {
    expect(Buffer.from(recordOf(' {"a": 1.0}\r').data).toString()).toBe('{"a": 1.0}')
  })

  it.each([
    ['{"id":"x"}', ['id'], 'x'],
    ['{"id":12}', ['id'], '12'],
    ['{"customer":{"id":"y"}}', ['customer', 'id'], 'y'],
  ])('of %s has its key in %s', (text, key, expected) => {
    expect(recordOf(text, key).partitionKey).toBe(expected)
  })

  it('has a random key where none is asked for, even for the least of random numbers', () => {
    expect(recordOf('{}').partitionKey).toBe('i')
    expect(jsonRecord({ number: 1, text: '{}' }, undefined, () => 0).partitionKey).toBe('0')
  })

  it.each([
    ['{"id":', undefined, 'line 7 is not JSON'],
    ['{"name":"x"}', ['id'], 'line 7 has no text or number in its field id'],
    ['{"id":{"a":1}}', ['id'], 'line 7 has no text or number in its field id'],
    ['{}', ['constructor', 'name'], 'line 7 has no text or number in its field constructor.name'],
    ['12', ['id'], 'line 7 has no text or number in its field id'],
    [`{"id":"${'x'.repeat(257)}"}`, ['id'], 'line 7 has a key in id that is not 1 to 256 characters'],
  ])('of %s is refused, with the number of the line', (text, key, message) => {
    expect(() => recordOf(text, key)).toThrow(`INPUT_INVALID: ${message}`)
  })
})
