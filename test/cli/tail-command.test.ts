import { expect, test } from 'vitest'
import { tailCommand } from '../../src/cli/tail-command.ts'
import { quiet, until } from '../runtime/until.ts'
import { FakeEnvironment } from './fake-environment.ts'
import { noServices } from './no-services.ts'

/** A tail of records without end. */
function endlessTail() {
  let given = 0
  async function* tail() {
    for (;;) {
      given += 1
      yield {
        shard: 'shardId-000000000000',
        sequenceNumber: String(given),
        arrivalTime: 0,
        partitionKey: 'k',
        data: Buffer.from('{}'),
      }
    }
  }
  const services = { ...noServices, kinesis: async () => ({ tail }) as never }
  return { services, given: () => given }
}

test('tail takes no more records than the reader of its output does', async () => {
  const environment = new FakeEnvironment()
  const { services, given } = endlessTail()
  let room = (): void => {}
  environment.full = new Promise((resolve) => {
    room = resolve
  })
  const running = tailCommand(environment, services).parseAsync(['--stream', 'orders'], { from: 'user' })
  await until(() => given() === 1)
  await quiet()
  expect(given()).toBe(1)
  environment.full = new Promise(() => {})
  room()
  await until(() => given() === 2)
  await quiet()
  expect(given()).toBe(2)
  environment.send('SIGTERM')
  await running
  expect(environment.out.split('\n')).toHaveLength(3)
})
