import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { valuePreview } from '../../src/observe/value-preview.ts'

describe('the preview of a record', () => {
  it.each<[unknown, string]>([
    [{ id: 5, name: 'Ada' }, '{"id":5,"name":"Ada"}'],
    ['x'.repeat(50), `"${'x'.repeat(40)}…"`],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9], '[1,2,3,4,5,6,7,8,"…"]'],
    [{ a: { b: { c: { d: 1 } } } }, '{"a":{"b":{"c":"…"}}}'],
    [new Uint8Array(3), '"3 bytes"'],
    [new Map([['k', 5n]]), '[["k","5"]]'],
    [undefined, 'undefined'],
  ])('%j', (value, text) => expect(valuePreview(value)).toBe(text))

  it('leaves out what may be a secret, however deep', () => {
    const value = { user: { password: 'hunter2', apiKey: 'k1', Authorization: 'Bearer x' }, accessToken: 'y' }
    expect(valuePreview(value)).toBe(
      '{"user":{"password":"…","apiKey":"…","Authorization":"…"},"accessToken":"…"}',
    )
  })

  it('is short, whatever the record is', () => {
    fc.assert(fc.property(fc.anything(), (value) => valuePreview(value).length <= 200))
  })
})
