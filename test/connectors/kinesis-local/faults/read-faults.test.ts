import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readFaults } from '../../../../connectors/kinesis-local/index.ts'
import { isMillraceError } from '../../../../src/errors.ts'

function refusal(value: unknown): string {
  try {
    readFaults(value)
  } catch (error) {
    if (isMillraceError(error) && error.code === 'OPTION_INVALID') return error.happened
    throw error
  }
  return 'accepted'
}

describe('a plan', () => {
  test('has faults of every kind', () => {
    const faults = [
      { kind: 'throttle', operations: ['PutRecord'], stream: 'orders', rate: 0.5, count: 3 },
      { kind: 'internal-failure', shard: 'shardId-000000000001' },
      { kind: 'expired-iterator' },
      { kind: 'slow', delay: '1.5s' },
      { kind: 'cut' },
      { kind: 'lost-answer' },
      { kind: 'lost-answer', delay: '30s' },
      { kind: 'partial-put', share: 0.1, error: 'InternalFailure' },
      { kind: 'delayed-shards', delay: '5s', operations: ['ListShards'] },
      { kind: 'missing-children' },
      { kind: 'truncated-frame' },
      { kind: 'bad-crc' },
      { kind: 'drop' },
      { kind: 'silence' },
      { kind: 'error-event', error: 'KMSDisabledException' },
      { kind: 'repeat', operations: ['SubscribeToShard'] },
    ]
    expect(readFaults({ seed: 7, faults })).toEqual({ seed: 7, faults })
    expect(readFaults(faults)).toEqual({ faults })
  })

  test('is a copy: what becomes of the list later changes nothing', () => {
    const faults = [{ kind: 'cut', count: 1 }]
    const plan = readFaults(faults)
    faults[0]!.count = 5
    faults.push({ kind: 'cut', count: 9 })
    expect(plan.faults).toEqual([{ kind: 'cut', count: 1 }])
  })
})

describe('what is wrong is said with its place', () => {
  test.each([
    [null, 'the plan must be an object; it is null'],
    ['cut', 'the plan must be an object; it is "cut"'],
    [{}, 'faults must be a list of faults; it is missing'],
    [{ faults: [], sead: 1 }, 'the plan has "sead"; known here: seed, faults'],
    [{ faults: [], seed: -1 }, 'seed must be a whole number from 0 to 4294967295; it is -1'],
    [Array(101).fill(0), 'faults must be at most 100 faults; it is 101'],
    [['cut'], 'faults[0] must be an object; it is "cut"'],
    [[{ kind: 'cut' }, { kind: 'cuts' }], 'faults[1].kind must be one of throttle, internal-failure'],
    [[{ rate: 1 }], 'it is missing'],
    [[{ kind: 'constructor' }], 'faults[0].kind must be one of'],
    [[{ kind: 'slow' }], 'faults[0] of kind slow needs delay'],
    [
      [{ kind: 'slow', delay: 500 }],
      'faults[0].delay must be a duration such as "500ms", up to "1h"; it is 500',
    ],
    [[{ kind: 'slow', delay: '2h' }], 'it is "2h"'],
    [[{ kind: 'slow', delay: '1 s' }], 'it is "1 s"'],
    [
      [{ kind: 'cut', delay: '1s' }],
      'faults[0] has "delay"; known here: kind, operations, stream, shard, rate',
    ],
    [[{ kind: 'cut', rate: 1.01 }], 'faults[0].rate must be a number from 0 to 1; it is 1.01'],
    [[{ kind: 'cut', rate: Number.NaN }], 'faults[0].rate must be a number from 0 to 1'],
    [[{ kind: 'cut', rate: '0.1' }], 'it is "0.1"'],
    [[{ kind: 'cut', count: 0.5 }], 'faults[0].count must be a whole number'],
    [[{ kind: 'cut', stream: 'a b' }], 'faults[0].stream must be the name of a stream'],
    [[{ kind: 'cut', shard: '3' }], 'faults[0].shard must be the id of a shard'],
    [[{ kind: 'cut', operations: 'GetRecords' }], 'faults[0].operations must be a list of operations'],
    [[{ kind: 'cut', operations: [] }], 'faults[0].operations must be a list of operations'],
    [
      [{ kind: 'cut', operations: ['GetRecord'] }],
      'faults[0].operations[0] must be an operation that cut can',
    ],
    [
      [{ kind: 'drop', operations: ['GetRecords'] }],
      'that drop can strike: SubscribeToShard; it is "GetRecords"',
    ],
    [[{ kind: 'partial-put', share: 0 }], 'faults[0].share must be a number above 0 and up to 1; it is 0'],
    [
      [{ kind: 'partial-put', error: 'Oops' }],
      'faults[0].error must be one of ProvisionedThroughputExceeded',
    ],
    [[{ kind: 'error-event', error: ['x'] }], 'it is a list'],
  ])('%j', (value, message) => {
    expect(refusal(value)).toContain(message)
  })

  test('whatever it is, in a line that can be read', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        expect(refusal(value).length).toBeLessThan(1000)
        expect(refusal([value]).length).toBeLessThan(1000)
        expect(refusal([{ kind: 'partial-put', error: value }])).not.toBe('accepted')
        expect(refusal([{ kind: 'cut', rate: value, stream: value }]).length).toBeLessThan(1000)
      }),
    )
  })
})
