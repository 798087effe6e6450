import { describe, expect, test } from 'vitest'
import { fileName, parseFileName, writerName } from '../../../../connectors/delivery/objects/file-name.ts'

describe('the name of a file', () => {
  test.each([
    'lake',
    'lake-2',
    'a-b-000000000000-000000000001',
    '_hidden',
    '.hidden',
    'a/b',
    'Zürich',
    'a.b',
  ])('of sink %s can be read back', (sink) => {
    const writer = { sink, lineage: 'l1' }
    const name = fileName(writer, { first: 7, last: 1_234_567_890_123 }, 'parquet')
    expect(name).not.toMatch(/^[_.]|\//)
    expect(parseFileName(name)).toMatchObject({
      writer: writerName(writer),
      first: 7,
      last: 1_234_567_890_123,
    })
  })

  test('sorts as the rows do', () => {
    const of = (first: number) => fileName({ sink: 'lake', lineage: 'l1' }, { first, last: first }, 'parquet')
    expect([of(10), of(9), of(1000)].sort()).toEqual([of(9), of(10), of(1000)])
  })

  test('of another program is left alone', () => {
    expect(parseFileName('part-0001.parquet')).toBeUndefined()
    expect(parseFileName('lake-l1-000000000000-000000000001.COPY')).toBeUndefined()
  })
})
