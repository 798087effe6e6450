import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LocalKinesis, startLocalKinesis } from '../../connectors/kinesis-local/index.ts'
import { commandLine } from '../../src/cli/command-line.ts'
import { processServices } from '../../src/cli/process-services.ts'
import { systemClock } from '../../src/contract/system.ts'
import { succeed } from '../connectors/kinesis-local/raw-call.ts'
import { FakeEnvironment } from './fake-environment.ts'

const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders'
let kinesis: LocalKinesis
let environment: FakeEnvironment
let now: number
beforeEach(async () => {
  now = Date.UTC(2026, 0, 31, 10, 15)
  kinesis = await startLocalKinesis({ clock: { now: () => now } })
  environment = new FakeEnvironment()
  environment.clock = systemClock
  await succeed(kinesis.endpoint, 'CreateStream', { StreamName: 'orders', ShardCount: 1 })
})
afterEach(() => kinesis.close())

const register = (ConsumerName: string) =>
  succeed(kinesis.endpoint, 'RegisterStreamConsumer', { StreamARN, ConsumerName })
const millrace = (...args: string[]) =>
  commandLine(['consumers', ...args, '--endpoint', kinesis.endpoint], environment, processServices)

describe('millrace consumers', () => {
  it('lists name, status, since when and ARN, and marks those that are named by default', async () => {
    await register('millrace-revenue-orders')
    now += 60_000
    await register('audit')
    expect(await millrace('ls', '--stream', 'orders')).toBe(0)
    const second = now / 1000
    expect(environment.out.split('\n')).toEqual([
      `  audit                    CREATING  since 2026-01-31T10:16:00Z  ${StreamARN}/consumer/audit:${second}`,
      `* millrace-revenue-orders  ACTIVE    since 2026-01-31T10:15:00Z  ${StreamARN}/consumer/millrace-revenue-orders:${second - 60}`,
      '',
    ])
    expect(environment.err).toContain('If its job is gone, remove it')
  })

  it('says that there are none', async () => {
    expect(await millrace('ls', '--stream', 'orders')).toBe(0)
    expect([environment.out, environment.err]).toEqual(['', 'stream orders has no consumers\n'])
  })

  it('removes one by its name', async () => {
    await register('audit')
    now += 1000
    expect(await millrace('remove', '--stream', 'orders', '--consumer', 'audit')).toBe(0)
    now += 1000
    expect(await millrace('ls', '--stream', 'orders')).toBe(0)
    expect(environment.out).toBe('')
  })

  it.each([
    [['remove', '--stream', 'orders', '--consumer', 'nobody'], 1, 'CONSUMER_NOT_FOUND'],
    [['ls', '--stream', 'nowhere'], 1, 'STREAM_NOT_FOUND'],
    [['ls'], 2, "required option '--stream <name>' not specified"],
    [['remove', '--stream', 'orders'], 2, "required option '--consumer <name>' not specified"],
    [['list', '--stream', 'orders'], 2, "unknown command 'list'"],
  ])('%j ends with %i', async (args, code, words) => {
    expect(await millrace(...args)).toBe(code)
    expect(environment.err).toContain(words)
  })
})
