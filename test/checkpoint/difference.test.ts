import { expect, it } from 'vitest'
import { jsonText } from '../../src/checkpoint/difference.ts'

it.each([
  ['a date', new Date(5), '{"$date":"1970-01-01T00:00:00.005Z"}'],
  ['a date that is none', { at: new Date(Number.NaN) }, '{"at":{"$date":null}}'],
  ['a bigint', [2n ** 64n], '[{"$bigint":"18446744073709551616"}]'],
  ['a map', new Map([[1, new Map([['a', 2n]])]]), '{"$map":[[1,{"$map":[["a",{"$bigint":"2"}]]}]]}'],
  ['a set', new Set(['a']), '{"$set":["a"]}'],
  ['bytes', Uint8Array.of(1, 2), '{"$bytes":"AQI="}'],
  ['a buffer', [Buffer.of(1, 2)], '[{"$bytes":"AQI="}]'],
  ['other typed arrays', [Float64Array.of(0.5, Number.NaN)], '[{"$Float64Array":[0.5,{"$number":"NaN"}]}]'],
  ['bigints in one', BigInt64Array.of(-1n), '{"$BigInt64Array":[{"$bigint":"-1"}]}'],
  ['a number that is none', { x: Number.NEGATIVE_INFINITY }, '{"x":{"$number":"-Infinity"}}'],
  ['nothing', undefined, 'null'],
])('state is shown as JSON: %s', (_, value, text) => {
  expect(jsonText(value)).toBe(text)
})
