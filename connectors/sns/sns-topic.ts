import process from 'node:process'
import type { SNSClient } from '@aws-sdk/client-sns'
import { type AwsConnection, awsClientConfig } from '../../src/contract/aws-connection.ts'
import { entriesOutcome } from '../../src/contract/aws-entries.ts'
import { awsFailure, awsPackage } from '../../src/contract/aws-failure.ts'
import { type Encode, encoderOf } from '../../src/contract/codec.ts'
import type {
  DeliveryRecord,
  RequestContext,
  RequestDestination,
  RequestSession,
} from '../../src/contract/request-destination.ts'
import { MillraceError } from '../../src/errors.ts'

/** Where messages go. */
export interface SnsTopicOptions<in T> extends AwsConnection {
  /** The ARN of the topic. One that ends in `.fifo` is a FIFO topic. */
  readonly topicArn: string
  /** The subject of a row, for subscribers by e-mail: 1 to 99 printable characters. Default: none. */
  readonly subject?: (row: T) => string
  /** For a FIFO topic, and required there: the message group of a row, 1 to 128 letters, digits and punctuation. */
  readonly group?: (row: T) => string
  /** The body of the message, a text in UTF-8. Default: JSON of the row. */
  readonly encode?: Encode<T>
}

/** Per call, all messages together. */
const limits = { records: 10, bytes: 256 * 1024, recordBytes: 256 * 1024 }
const timeoutMs = 30_000

/**
 * A topic of SNS. A message may come twice after a failure; a FIFO topic drops the repeats that come within five minutes,
 * since each message has the id of its record for deduplication.
 *
 * Needs the package `@aws-sdk/client-sns`, and `sns:Publish` on the topic.
 *
 * @throws MillraceError `OPTION_INVALID` for options that make no sense; while running, if there is no such topic.
 * @example
 * const letters = snsTopic<{ customer: string }>({
 *   topicArn: 'arn:aws:sns:eu-west-1:123456789012:orders.fifo',
 *   group: (order) => order.customer,
 * })
 * letters.description.guarantee // 'at-least-once'
 */
export function snsTopic<T>(options: SnsTopicOptions<T>): RequestDestination<T> {
  const { topicArn, group, subject } = options
  if (!/^arn:[\w-]+:sns:[\w-]*:\d*:[\w.-]+$/.test(topicArn)) throw invalid('`topicArn` is no ARN of a topic')
  const fifo = topicArn.endsWith('.fifo')
  if (fifo !== (group !== undefined))
    throw invalid(
      fifo ? 'a FIFO topic needs `group`' : 'only FIFO topics, whose ARN ends in ".fifo", have groups',
    )
  const encoder = encoderOf<T>(options.encode ?? ((row) => Buffer.from(JSON.stringify(row) ?? 'null')))
  return {
    kind: 'requests',
    description: {
      kind: 'sns',
      detail: `topic ${topicArn.split(':').at(-1)}`,
      guarantee: 'at-least-once',
      because: fifo
        ? 'an answer may be lost; the message comes again under its id, which the topic drops for five minutes'
        : 'an answer may be lost, and the topic does not know messages again',
    },
    limits,
    buffer: { size: '256KiB', interval: '1s' },
    atOnce: fifo ? 1 : 4,
    encode: (row) => {
      const notes = {
        ...(group !== undefined && { group: groupOf(group(row)) }),
        ...(subject !== undefined && { subject: subjectOf(subject(row)) }),
      }
      return { data: encoder.encode(row), notes }
    },
    open: (context) => openTopic(options, context),
  }
}

function groupOf(group: unknown): string {
  if (typeof group === 'string' && /^[!-~]{1,128}$/.test(group)) return group
  throw new TypeError(`the group of a message is ${JSON.stringify(group)}`)
}

function subjectOf(subject: unknown): string {
  if (typeof subject === 'string' && /^[!-~][ -~]{0,98}$/.test(subject)) return subject
  throw new TypeError(`the subject of a message is ${JSON.stringify(subject)}`)
}

async function openTopic<T>(options: SnsTopicOptions<T>, context: RequestContext): Promise<RequestSession> {
  const sdk = await awsPackage('@aws-sdk/client-sns', () => import('@aws-sdk/client-sns'))
  const config = awsClientConfig('SNS', options, context.overrides, process.env)
  const client: SNSClient = new sdk.SNSClient(config)
  return {
    secrets: [],
    send: async ({ records }, signal) => {
      const command = new sdk.PublishBatchCommand({
        TopicArn: options.topicArn,
        PublishBatchRequestEntries: records.map(entryOf),
      })
      try {
        const sent = await context.within(
          timeoutMs,
          (abortSignal) => client.send(command, { abortSignal }),
          signal,
        )
        return entriesOutcome(records, sent.Successful ?? [], sent.Failed ?? [])
      } catch (error) {
        throw awsFailure(error, `publish messages to ${options.topicArn}`)
      }
    },
    close: async () => client.destroy(),
  }
}

function entryOf({ id, data, notes }: DeliveryRecord, index: number) {
  const { group, subject } = notes as { readonly group?: string; readonly subject?: string }
  return {
    Id: String(index),
    Message: Buffer.from(data).toString(),
    ...(subject !== undefined && { Subject: subject }),
    ...(group !== undefined && { MessageGroupId: group, MessageDeduplicationId: id }),
  }
}

function invalid(message: string): MillraceError {
  return new MillraceError('OPTION_INVALID', `snsTopic(…): ${message}`)
}
