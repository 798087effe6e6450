import { describe, expect, it } from 'vitest'
import { printable } from '../../src/observe/printable.ts'

describe('text for a terminal', () => {
  it('has its control characters written out', () => {
    expect(printable('\x1b[31mred\x07\0\x9b')).toBe('\\x1b[31mred\\x07\\x00\\x9b')
  })

  it('keeps tabs, line ends and everything that can be seen', () => {
    expect(printable('a\tb\nä → 日本')).toBe('a\tb\nä → 日本')
  })
})
