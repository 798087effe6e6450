import { describe, expect, it } from 'vitest'
import { argumentsOf } from '../bench/nexmark/arguments.ts'

describe('the command line of the benchmark', () => {
  it('runs all queries over 100,000 events, if nothing else is said', () => {
    expect(argumentsOf([])).toEqual({
      query: 'all',
      preset: 'std',
      events: 100_000,
      splits: 4,
      group: 1,
      out: undefined,
      digest: false,
    })
  })

  it('takes a query, a preset, sizes and a file', () => {
    const line = '--query q5 --preset late --events 1000000 --splits 4 --out q5.jsonl'.split(' ')
    expect(argumentsOf(line)).toMatchObject({
      query: 'q5',
      preset: 'late',
      events: 1_000_000,
      splits: 4,
      group: 16_000,
      out: 'q5.jsonl',
    })
  })

  it('takes no events for an input that is empty', () => {
    expect(argumentsOf(['--events', '0'])).toMatchObject({ events: 0 })
  })

  it('shows how it is used', () => expect(argumentsOf(['--help', '--query', 'q5'])).toBe('help'))

  it.each([
    ['--query q99', /^--query q99 is none of q0, .*, c0, all$/],
    ['--preset huge', /^--preset huge is none of std, wide, dense, late$/],
    ['--events many', /^--events many is no whole number of at least 0$/],
    ['--events=-1', /^--events -1 is no whole number of at least 0$/],
    ['--events 1.5', /^--events 1.5 is no whole number of at least 0$/],
    ['--splits 0', /^--splits 0 is no whole number of at least 1$/],
    ['--group 0', /^--group 0 is no whole number of at least 1$/],
    ['--out all.jsonl', /^--out takes the answer of one query: name it with --query$/],
    ['--size 7', /Unknown option '--size'/],
    ['q5', /Unexpected argument 'q5'/],
  ])('says what is wrong with %s', (line, message) => {
    expect(argumentsOf(line.split(' '))).toEqual({ wrong: expect.stringMatching(message) })
  })
})
