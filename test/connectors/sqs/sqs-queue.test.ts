import { deliverySink } from 'millrace/connectors/delivery'
import { sqsQueue } from 'millrace/connectors/sqs'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { CommitPermit } from '../../../src/contract/sink.ts'
import { destinationContract } from '../../contract/destination.ts'
import { sinkContext } from '../../contract/sink-context.ts'
import { HastyClock } from '../delivery/hasty-clock.ts'
import { MessageQueue } from './message-queue.ts'

interface Letter {
  readonly id: number
}

const permit = { epoch: 1, generation: 1 } as CommitPermit

for (const fifo of [true, false]) {
  destinationContract<Letter>(
    fifo ? 'a FIFO queue of SQS' : 'a queue of SQS',
    async () => {
      const queue = await MessageQueue.start(fifo)
      const bad = new Set<number>()
      queue.isWrong = (body) => bad.has(JSON.parse(body).id)
      const group = fifo ? { group: ({ id }: Letter) => `g${id % 3}` } : {}
      return {
        to: sqsQueue<Letter>({ queueUrl: queue.url, endpoint: queue.server.url, ...group }),
        server: queue.server,
        guarantee: 'at-least-once',
        once: fifo,
        shown: async () => queue.messages.map(({ MessageBody }) => JSON.parse(MessageBody).id),
        refuse: (n) => void bad.add(n),
        secrets: [],
      }
    },
    (id) => ({ id }),
  )
}

test('messages that find no room are sent again, alone, whoever is said to be at fault', async () => {
  const queue = await MessageQueue.start(false)
  onTestFinished(() => queue.server.close())
  queue.busy.add(1).add(8)
  const to = sqsQueue<Letter>({ queueUrl: queue.url, endpoint: queue.server.url })
  const writer = await deliverySink({ to }).open(sinkContext({ clock: new HastyClock() }), undefined)
  writer.write(
    Array.from({ length: 10 }, (_, id) => ({ id })),
    [],
  )
  await writer.commit((await writer.stage(true)).committables, permit)
  await writer.close()
  expect(queue.messages.map(({ MessageBody }) => JSON.parse(MessageBody).id)).toEqual([
    0, 2, 3, 4, 5, 6, 7, 9, 1, 8,
  ])
})

describe('a queue', () => {
  const url = 'https://sqs.eu-west-1.amazonaws.com/123456789012/letters'
  test.each([
    [{ queueUrl: 'letters' }, '`queueUrl` is no URL'],
    [{ queueUrl: `${url}.fifo` }, 'a FIFO queue needs `group`'],
    [{ queueUrl: url, group: () => 'a' }, 'only FIFO queues'],
  ])('is refused with options %#', (options, words) => expect(() => sqsQueue(options)).toThrow(words))

  test('takes no group that SQS would refuse', () => {
    const to = sqsQueue<string>({ queueUrl: `${url}.fifo`, group: (row) => row })
    expect(() => to.encode('a b')).toThrow('the group of a message is "a b"')
    expect(() => to.encode('')).toThrow('the group of a message is ""')
  })

  test('must be there', async () => {
    const queue = await MessageQueue.start(false)
    onTestFinished(() => queue.server.close())
    const to = sqsQueue<Letter>({ queueUrl: `${queue.server.url}/1/other`, endpoint: queue.server.url })
    const writer = await deliverySink({ to }).open(sinkContext({ clock: new HastyClock() }), undefined)
    writer.write([{ id: 1 }], [])
    const committing = writer.commit((await writer.stage(true)).committables, permit)
    await expect(committing).rejects.toThrow('OPTION_INVALID: cannot send messages to')
    await writer.close()
  })
})
