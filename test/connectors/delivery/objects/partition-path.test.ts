import { describe, expect, test } from 'vitest'
import { partitionPath } from '../../../../connectors/delivery/objects/partition-path.ts'

describe('the folder of a partition', () => {
  test.each([
    [{}, ''],
    [{ year: '2001', month: '01' }, 'year=2001/month=01'],
    [{ month: '01', year: '2001' }, 'month=01/year=2001'],
    [{ city: 'Zürich West' }, 'city=Zürich West'],
    [{ path: '../../etc' }, 'path=..%2F..%2Fetc'],
    [{ time: '12:30', percent: '5%' }, 'time=12%3A30/percent=5%25'],
    [{ 'a=b': 'c\n' }, 'a%3Db=c%0A'],
    [{ none: '' }, 'none=__HIVE_DEFAULT_PARTITION__'],
  ])('of %j is %s', (values, path) => {
    expect(partitionPath(values)).toBe(path)
  })

  test.each([
    { a: 'x'.repeat(254) },
    { a: 'ü'.repeat(127) },
    { a: '\udc00' },
    { '': 'a' },
    { a: 5 as never },
  ])('cannot be made of %j', (values) => {
    expect(() => partitionPath(values)).toThrow()
  })
})
