import { describe, expect, test } from 'vitest'
import {
  consumerName,
  consumerNameOf,
  looksOurs,
} from '../../../../connectors/kinesis/fan-out/consumer-name.ts'

describe('the name of a consumer', () => {
  test('tells job and source', () =>
    expect(consumerNameOf('revenue', 'orders')).toBe('millrace-revenue-orders'))

  test('is one that a consumer can have, and another for another source, whatever they are called', () => {
    const names = [
      consumerNameOf('a b', 'c'),
      consumerNameOf('a-b', 'c'),
      consumerNameOf('a/b', 'c'),
      consumerNameOf('ä'.repeat(200), 'c'),
      consumerNameOf('ä'.repeat(200), 'd'),
      consumerNameOf('x'.repeat(200), 'c'),
    ]
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) {
      expect(consumerName(name)).toBe(name)
      expect(looksOurs(name)).toBe(true)
    }
  })

  test('that is given is checked', () => {
    expect(() => consumerName('a b')).toThrow('OPTION_INVALID')
    expect(looksOurs('audit')).toBe(false)
  })
})
