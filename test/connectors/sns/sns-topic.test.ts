import { deliverySink } from 'millrace/connectors/delivery'
import { snsTopic } from 'millrace/connectors/sns'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { CommitPermit } from '../../../src/contract/sink.ts'
import { destinationContract } from '../../contract/destination.ts'
import { sinkContext } from '../../contract/sink-context.ts'
import { HastyClock } from '../delivery/hasty-clock.ts'
import { NotificationTopic } from './notification-topic.ts'

interface Notice {
  readonly id: number
}

const permit = { epoch: 1, generation: 1 } as CommitPermit

for (const fifo of [true, false]) {
  destinationContract<Notice>(
    fifo ? 'a FIFO topic of SNS' : 'a topic of SNS',
    async () => {
      const topic = await NotificationTopic.start(fifo)
      const bad = new Set<number>()
      topic.isWrong = (message) => bad.has(JSON.parse(message).id)
      const group = fifo ? { group: ({ id }: Notice) => `g${id % 3}` } : {}
      return {
        to: snsTopic<Notice>({ topicArn: topic.arn, endpoint: topic.server.url, ...group }),
        server: topic.server,
        guarantee: 'at-least-once',
        once: fifo,
        shown: async () => topic.messages.map(({ Message }) => JSON.parse(Message).id),
        refuse: (n) => void bad.add(n),
        secrets: [],
      }
    },
    (id) => ({ id }),
  )
}

describe('a topic', () => {
  test('gets subject and text as the job makes them', async () => {
    const topic = await NotificationTopic.start(false)
    onTestFinished(() => topic.server.close())
    const to = snsTopic<Notice>({
      topicArn: topic.arn,
      endpoint: topic.server.url,
      subject: ({ id }) => `Notice ${id}`,
      encode: ({ id }) => Buffer.from(`«${id}»`),
    })
    const writer = await deliverySink({ to }).open(sinkContext({ clock: new HastyClock() }), undefined)
    writer.write([{ id: 1 }], [])
    await writer.commit((await writer.stage(true)).committables, permit)
    await writer.close()
    expect(topic.messages).toEqual([{ Id: '0', Message: '«1»', Subject: 'Notice 1' }])
  })

  const arn = 'arn:aws:sns:eu-west-1:123456789012:news'
  test.each([
    [{ topicArn: 'news' }, '`topicArn` is no ARN'],
    [{ topicArn: `${arn}.fifo` }, 'a FIFO topic needs `group`'],
    [{ topicArn: arn, group: () => 'a' }, 'only FIFO topics'],
  ])('is refused with options %#', (options, words) => expect(() => snsTopic(options)).toThrow(words))

  test('takes no subject that SNS would refuse', () => {
    const to = snsTopic<string>({ topicArn: arn, subject: (row) => row })
    expect(() => to.encode('a\nb')).toThrow('the subject of a message')
    expect(() => to.encode('a'.repeat(100))).toThrow('the subject of a message')
  })
})
